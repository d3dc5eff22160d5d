#!/usr/bin/env bash
# Starts a Docker Engine unless one answers already, and waits until it answers. The engine outlives this script: it
# gets a session, a log and a pid file of its own and holds none of our file descriptors, so no caller waits for it.
set -euo pipefail

log=/var/log/roost-dockerd.log
pid_file=/var/run/docker.pid

engine_answers() { timeout 10 docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }
engine_answers && exit 0

if [ -n "${DOCKER_HOST:-}" ]; then
    echo "start-engine: no engine answers at DOCKER_HOST=$DOCKER_HOST" >&2
    exit 1
fi
if [ "$(id -u)" != 0 ]; then
    echo "start-engine: no engine answers, and starting one needs root" >&2
    exit 1
fi

# Two callers at once must not start two engines.
exec 9>/tmp/roost-start-engine.lock
flock 9
engine_answers && exit 0

start_detached() {
    # A pid file that survived a reboot may name another program, and dockerd would refuse to start.
    if [ -f "$pid_file" ] && ! grep -q '^dockerd' "/proc/$(cat "$pid_file")/comm" 2>/dev/null; then
        rm -f "$pid_file"
    fi
    echo "start-engine: starting dockerd (log: $log)"
    setsid --fork dockerd --pidfile "$pid_file" </dev/null >>"$log" 2>&1 9>&-
}

if [ -d /run/systemd/system ]; then
    systemctl start docker
else
    start_detached
fi

for _ in $(seq 300); do
    engine_answers && exit 0
    sleep 0.2
done
echo "start-engine: the engine did not answer within 60 seconds; the end of its log:" >&2
tail -n 30 "$log" >&2 || true
exit 1
