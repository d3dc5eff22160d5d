#!/bin/sh
# Writes the generated code and pages: see Models/README.md.
# The service models come out of a pinned botocore, fetched from PyPI into a private virtual environment.
set -eu
cd "$(dirname "$0")/.."

BOTOCORE=1.44.5
VENV=.venv-generate
MODELS=$VENV/models-$BOTOCORE

APIS="acm ec2 ecs elbv2 logs secretsmanager ssm sts"

missing=""
for api in $APIS; do [ -f "$MODELS/$api.json" ] || missing="$missing $api"; done
if [ -n "$missing" ]; then
    [ -x "$VENV/bin/pip" ] || python3 -m venv "$VENV"
    "$VENV/bin/pip" install --quiet --disable-pip-version-check "botocore==$BOTOCORE"
    "$VENV/bin/python" - "$MODELS" $missing <<'PYTHON'
import gzip, pathlib, sys
import botocore

target = pathlib.Path(sys.argv[1])
target.mkdir(parents=True, exist_ok=True)
for api in sys.argv[2:]:
    folder = max((pathlib.Path(botocore.__file__).parent / "data" / api).iterdir())
    partial = target / f"{api}.partial"
    partial.write_bytes(gzip.decompress((folder / "service-2.json.gz").read_bytes()))
    partial.rename(target / f"{api}.json")
PYTHON
fi

swift build --quiet --product Generate
"$(swift build --show-bin-path)/Generate" --models "$MODELS"
