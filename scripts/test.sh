#!/usr/bin/env bash
# The whole test suite, from a fresh clone: set-up, one debug build, unit tests (house rules among them), generated
# code, then the acceptance tests with real clients and real containers. Every part runs even when one before it
# failed, so one run tells everything; the acceptance tests come last and close with pytest's summary.
set -uo pipefail
cd "$(dirname "$0")/.."

failed=()
step() {
    local name=$1
    shift
    echo "== $name"
    "$@" </dev/null || failed+=("$name")
}

scripts/setup.sh </dev/null || exit 1
scripts/make-venv.sh </dev/null || exit 1

echo "== build"
swift build --build-tests --explicit-target-dependency-import-check error </dev/null || exit 1

step "unit tests" swift test --skip-build --disable-xctest
step "generated code" scripts/check-generated.sh

echo "== acceptance"
ROOST_BINARY="$PWD/.build/debug/roost" .venv/bin/pytest Acceptance </dev/null
status=$?

if [ ${#failed[@]} -gt 0 ]; then
    printf 'make test: failed: %s\n' "${failed[@]}" >&2
    exit 1
fi
exit $status
