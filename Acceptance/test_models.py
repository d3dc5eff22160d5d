"""Every operation of the newest model answers, and every answer is one that botocore's own parser can read."""

import json
import random

import pytest

from botocore.parsers import create_parser

from support.conform import breaches
from support.raw import call
from support.shapes import MODEL, OPERATIONS, valid


def parsed(operation, answer):
    shape = MODEL.operation_model(operation).output_shape
    return create_parser("json").parse(
        {"headers": answer.headers, "status_code": answer.status, "body": answer.body}, shape)


def test_the_model_is_the_newest_we_know():
    assert len(OPERATIONS) == 88


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_answers(region, operation):
    model = MODEL.operation_model(operation)
    for full in (False, True):
        members = valid(model.input_shape, random.Random(operation), full=full)
        answer = call(region, operation, members)
        assert answer.headers["x-amzn-requestid"]
        result = parsed(operation, answer)
        if answer.status == 200:
            assert "Error" not in result
            assert breaches(json.loads(answer.body), model.output_shape, operation) == []
            continue
        error = result["Error"]
        assert error["Code"] and error["Message"], answer.body
        known = {e.metadata.get("error", {}).get("code", e.name) for e in model.error_shapes}
        assert 400 <= answer.status < 500, answer.body
        assert error["Code"] in known | {"InvalidParameterException", "ClientException", "SerializationException"}
        assert not error["Message"].startswith(f"{operation} is not available"), "every operation is served"
