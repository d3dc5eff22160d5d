"""For every constraint of the model, in every operation: a request that breaks only it is refused as documented."""

import random

import pytest

from support.conform import replaced, violations
from support.raw import call
from support.shapes import MODEL, OPERATIONS, valid

#: What ECS calls a request that is not what the model says.
REFUSALS = {"InvalidParameterException", "ClientException", "SerializationException"}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_constraint_is_enforced(region, operation):
    shape = MODEL.operation_model(operation).input_shape
    good = valid(shape, random.Random(operation), full=True)
    tried = 0
    for path, value, rule in violations(shape):
        body = replaced(good, path, value)
        if body is None:
            continue
        answer = call(region, operation, body)
        where = f"{operation} {'.'.join(map(str, path))} breaks {rule}: {answer.status} {answer.body[:300]!r}"
        assert answer.status == 400 and answer.code in REFUSALS and answer.message, where
        tried += 1
    assert tried or not shape.members
