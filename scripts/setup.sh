#!/usr/bin/env bash
# Installs what a fresh Debian or Ubuntu machine lacks, starts a Docker Engine if none answers, and makes the image
# that the tests and the tour run. Safe to run again: what is there already is left alone.
set -euo pipefail
cd "$(dirname "$0")"

have_package() { dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q 'ok installed'; }
engine_answers() { timeout 10 docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }

wanted=()
have_package libsqlite3-dev || wanted+=(libsqlite3-dev)
have_package busybox-static || wanted+=(busybox-static)
python3 -c 'import venv, ensurepip' 2>/dev/null || wanted+=(python3-venv)
if ! engine_answers; then
    command -v dockerd >/dev/null || wanted+=(docker.io)
fi

if [ ${#wanted[@]} -gt 0 ]; then
    if [ "$(id -u)" != 0 ]; then
        echo "setup: not root; install with: sudo apt-get install ${wanted[*]}" >&2
        exit 1
    fi
    echo "setup: installing ${wanted[*]}"
    export DEBIAN_FRONTEND=noninteractive
    log=$(mktemp)
    install() { apt-get update -q && apt-get install -yq --no-install-recommends "${wanted[@]}"; }
    if ! install >"$log" 2>&1 </dev/null; then
        cat "$log" >&2
        echo "setup: apt-get could not install ${wanted[*]} (its output is above)" >&2
        exit 1
    fi
    rm -f "$log"
fi

./start-engine.sh
./make-busybox-image.sh
