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

step "generated code" scripts/check-generated.sh
step "unit tests" swift test --skip-build --disable-xctest

# The acceptance tests drive a running region. While the program has no `up` there is nothing that they could drive.
# This is said aloud, and ends by itself with the commit that adds the command.
if .build/debug/roost --help | grep -q '^  up '; then
    step "acceptance" env ROOST_BINARY="$PWD/.build/debug/roost" .venv/bin/pytest Acceptance
else
    echo "make test: NOT RUN: acceptance, because the program has no command \`up\` yet" >&2
fi

if [ ${#failed[@]} -gt 0 ]; then
    printf 'make test: failed: %s\n' "${failed[@]}" >&2
    exit 1
fi
