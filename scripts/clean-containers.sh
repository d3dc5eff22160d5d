#!/usr/bin/env bash
# Removes every container that carries an agent's label. Regions that are running see their tasks stop.
set -euo pipefail
docker ps -aq --filter label=io.roost.instance | xargs -r docker rm -f
