#!/usr/bin/env bash
# Runs moto_server, the peer that `roost bench api` is compared with, in the foreground: bench-peers.sh PORT.
# It is installed from PyPI into an environment of its own (.venv-bench) and only ever run, never read or changed.
set -euo pipefail
cd "$(dirname "$0")/.."

pins=Benchmarks/requirements.txt
stamp=.venv-bench/installed-requirements.txt
if ! cmp -s "$pins" "$stamp" 2>/dev/null; then
    rm -rf .venv-bench
    python3 -m venv .venv-bench
    .venv-bench/bin/pip install --quiet --disable-pip-version-check --no-input -r "$pins"
    cp "$pins" "$stamp"
fi
exec .venv-bench/bin/moto_server -H 127.0.0.1 -p "$1"
