#!/usr/bin/env bash
# Start-up of `roost up` with an empty directory until it is ready, and its memory when idle with two instances.
set -euo pipefail
cd "$(dirname "$0")/.."

data=$(mktemp -d)
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
began=$(date +%s%N)
.build/release/roost up --data "$data/region" --listen "127.0.0.1:$port" --instances 2 >"$data/log" 2>&1 &
region=$!
trap 'kill $region 2>/dev/null; wait $region 2>/dev/null || true; rm -rf "$data"' EXIT
until curl -sf -o /dev/null "http://127.0.0.1:$port/_roost/health"; do
    kill -0 $region 2>/dev/null || { cat "$data/log" >&2; exit 1; }
    sleep 0.005
done
echo "start_ms $((($(date +%s%N) - began) / 1000000))"
sleep 5
echo "idle_rss_mib $(($(awk '/VmRSS/ {print $2}' /proc/$region/status) / 1024))"
