"""Malformed requests for every operation, made from the model and a seed: a 4xx in the API's shape, never a crash.

`make fuzz` runs the same with more cases and a fresh seed; a failure prints the request that caused it.
"""

import json
import os
import random

import pytest

from support.raw import call
from support.shapes import MODEL, OPERATIONS, wrong

CASES = int(os.environ.get("ROOST_FUZZ_CASES", "12"))
SEED = int(os.environ.get("ROOST_FUZZ_SEED", "1"))


#: What a region may grow by while it refuses: caches, and the records of what was harmless after all.
GROWTH_MIB = 150


def memory_mib(region):
    with open(f"/proc/{region.process.process.pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:")) / 1024


@pytest.fixture(scope="module", autouse=True)
def memory_is_flat(region):
    before = memory_mib(region)
    yield
    after = memory_mib(region)
    assert after - before < GROWTH_MIB, f"{before:.0f} MiB before, {after:.0f} MiB after"


@pytest.mark.parametrize("operation", OPERATIONS)
def test_wrong_in_every_way(region, operation):
    chance = random.Random(f"{SEED}/{operation}")
    shape = MODEL.operation_model(operation).input_shape
    for case in range(CASES):
        body = json.dumps(wrong(shape, chance)).encode()
        where = f"seed {SEED}, case {case}: {operation} {body[:600]!r}"
        answer = call(region, operation, body)
        # Some wrong values are harmless (an empty string in a filter): then the answer is an ordinary one.
        if answer.status != 200:
            assert 400 <= answer.status < 500 or answer.status == 501, f"{answer.status} for {where}: {answer.body!r}"
            assert answer.code and answer.message, where
        assert region.process.running, where


def test_bytes_changed_at_random(region):
    """A valid body with a few bytes changed, removed or doubled."""
    chance = random.Random(SEED)
    good = json.dumps({"family": "bytes", "containerDefinitions": [
        {"name": "a", "image": "b", "memory": 64, "environment": [{"name": "k", "value": "\u00fc\n"}]}]}).encode()
    for case in range(CASES * 20):
        body = bytearray(good)
        for _ in range(chance.randrange(1, 5)):
            at = chance.randrange(len(body))
            change = chance.randrange(3)
            if change == 0:
                body[at] = chance.randrange(256)
            elif change == 1:
                del body[at]
            else:
                body[at:at] = body[at:at + chance.randrange(1, 9)]
        answer = call(region, "RegisterTaskDefinition", bytes(body))
        assert answer.status < 500, f"seed {SEED}, case {case}: {bytes(body)!r}: {answer.body!r}"
        assert answer.status == 200 or (answer.code and answer.message)
