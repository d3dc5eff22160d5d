#!/usr/bin/env bash
# Makes the private Python environment of the acceptance tests (.venv) from the pins in Acceptance/requirements.txt.
set -euo pipefail
cd "$(dirname "$0")/.."

stamp=.venv/installed-requirements.txt
cmp -s Acceptance/requirements.txt "$stamp" 2>/dev/null && exit 0

echo "make-venv: installing Acceptance/requirements.txt into .venv"
rm -rf .venv
python3 -m venv .venv
.venv/bin/pip install --quiet --disable-pip-version-check --no-input -r Acceptance/requirements.txt
cp Acceptance/requirements.txt "$stamp"
