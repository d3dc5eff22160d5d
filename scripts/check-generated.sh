#!/usr/bin/env bash
# Fails when `make generate` would change anything: generated files are checked in, and never edited by hand.
set -euo pipefail
cd "$(dirname "$0")/.."

fingerprint() { git ls-files -co --exclude-standard Sources docs Tests | sort | xargs -d '\n' sha256sum 2>/dev/null; }

before=$(fingerprint)
scripts/generate.sh
after=$(fingerprint)
if [ "$before" != "$after" ]; then
    echo "check-generated: these files were not what \`make generate\` writes; commit its result:" >&2
    diff <(echo "$before") <(echo "$after") | awk '/^[<>]/ {print "  " $3}' | sort -u >&2
    exit 1
fi
echo "check-generated: the generated files are up to date"
