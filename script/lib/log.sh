# Say what a script does and how long it took. Sourced, never run.
# shellcheck shell=bash

log_name=$(basename -- "$0")
step_started=$SECONDS

say() { printf '%s: %s\n' "$log_name" "$*" >&2; }

die() {
    say "$*"
    exit 1
}

step() {
    step_started=$SECONDS
    say "$*"
}

done_step() { say "  done in $((SECONDS - step_started)) s"; }
