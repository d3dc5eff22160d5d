#!/usr/bin/env bash
# Measures everything that Benchmarks/README.md speaks of, with the release build.
set -euo pipefail
cd "$(dirname "$0")/.."
roost=.build/release/roost

echo "== roost bench api"
"$roost" bench api
echo "== roost bench launch"
"$roost" bench launch
echo "== roost bench placement"
"$roost" bench placement
echo "== roost bench control"
"$roost" bench control
echo "== roost bench reset"
"$roost" bench reset
echo "== roost bench c2m"
"$roost" bench c2m
echo "== start-up and idle memory"
scripts/bench-idle.sh
