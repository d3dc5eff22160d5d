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
# Load balancers; the second one and its module carry UDP.
for package in haproxy nginx-light libnginx-mod-stream; do
    have_package "$package" || wanted+=("$package")
done
# A registry to pull from: the tests'.
have_package docker-registry || wanted+=(docker-registry)
# Network interfaces of tasks.
command -v ip >/dev/null || wanted+=(iproute2)
command -v iptables-restore >/dev/null || wanted+=(iptables)
command -v nsenter >/dev/null || wanted+=(util-linux)
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
    # The packages' own services must not listen: Roost starts its own processes. This file forbids them to start at
    # installation; who had them before keeps them.
    new_services=()
    have_package haproxy || new_services+=(haproxy)
    have_package docker-registry || new_services+=(docker-registry)
    have_package nginx-light || command -v nginx >/dev/null || new_services+=(nginx)
    if [ ${#new_services[@]} -gt 0 ] && [ ! -e /usr/sbin/policy-rc.d ]; then
        trap 'rm -f /usr/sbin/policy-rc.d' EXIT
        printf '#!/bin/sh\ncase "$1" in docker-registry | haproxy | nginx) exit 101 ;; esac\n' >/usr/sbin/policy-rc.d
        chmod 755 /usr/sbin/policy-rc.d
    fi
    install() { apt-get update -q && apt-get install -yq --no-install-recommends "${wanted[@]}"; }
    if ! install >"$log" 2>&1 </dev/null; then
        cat "$log" >&2
        echo "setup: apt-get could not install ${wanted[*]} (its output is above)" >&2
        exit 1
    fi
    rm -f "$log"
    if command -v systemctl >/dev/null; then
        for service in "${new_services[@]}"; do systemctl disable --now --quiet "$service" 2>/dev/null || true; done
    fi
fi

./start-engine.sh
./make-busybox-image.sh
