"""Malformed requests to CloudWatch Logs, made from its model and a seed, with a group and a stream that are there."""

import json
import os
import random
import time

import botocore.session
import pytest

from support.raw import call
from support.shapes import valid, wrong

CASES = int(os.environ.get("ROOST_FUZZ_CASES", "25"))
SEED = int(os.environ.get("ROOST_FUZZ_SEED", "1"))
MODEL = botocore.session.get_session().get_service_model("logs")
OPERATIONS = [
    "CreateLogGroup", "CreateLogStream", "DeleteLogGroup", "DeleteLogStream", "DeleteRetentionPolicy", "DescribeLogGroups",
    "DescribeLogStreams", "FilterLogEvents", "GetLogEvents", "ListTagsForResource", "ListTagsLogGroup", "PutLogEvents",
    "PutRetentionPolicy", "StartLiveTail", "TagLogGroup", "TagResource", "UntagLogGroup", "UntagResource"]


def send(region, operation, body):
    return call(region, operation, body, service="logs", target=f"Logs_20140328.{operation}")


@pytest.fixture(scope="module", autouse=True)
def something_there(region):
    logs = region.client("logs")
    logs.create_log_group(logGroupName="value")
    logs.create_log_stream(logGroupName="value", logStreamName="value")
    logs.put_log_events(logGroupName="value", logStreamName="value", logEvents=[
        {"timestamp": int(time.time() * 1000), "message": '{"a": 1}'}])


@pytest.mark.parametrize("operation", OPERATIONS)
def test_wrong_in_every_way(region, operation):
    chance = random.Random(f"{SEED}/{operation}")
    shape = MODEL.operation_model(operation).input_shape
    for case in range(CASES):
        value = wrong(shape, chance)
        if operation == "StartLiveTail" and isinstance(value, dict):
            # A harmless one would last for hours.
            value["logGroupIdentifiers"] = [chance.choice(["nobody", "arn:aws:logs:::log-group:x:*", "", "a b"])]
        if operation.startswith("Delete") and isinstance(value, dict) and value.get("logGroupName") == "value":
            value["logGroupName"] = "nobody"
        body = json.dumps(value).encode()
        answer = send(region, operation, body)
        where = f"seed {SEED}, case {case}: {operation} {body[:600]!r}"
        if answer.status != 200:
            assert 400 <= answer.status < 500, f"{answer.status} for {where}: {answer.body!r}"
            assert answer.code and answer.message, where
        assert region.process.running, where


def test_filter_patterns_of_nonsense(region):
    chance = random.Random(SEED)
    pieces = ["{", "}", "[", "]", "$", ".a", "=", "!=", ">", "&&", "||", "(", ")", '"', "%", "*", "?", "-", "...", ",", " ",
              "IS NULL", "NOT EXISTS", "x", "1", "\\", "ü", "[0]", "|", "\u0000"]
    for case in range(CASES * 40):
        pattern = "".join(chance.choice(pieces) for _ in range(chance.randrange(1, 30)))
        answer = send(region, "FilterLogEvents", {"logGroupName": "value", "filterPattern": pattern})
        assert answer.status in (200, 400), f"{pattern!r}: {answer.body!r}"
        assert answer.status == 200 or answer.code == "InvalidParameterException"


def test_positions_of_nonsense_are_only_tokens(region):
    """Whatever a client sends for a sequence token, it is taken or refused in the API's words."""
    chance = random.Random(SEED)
    for case in range(CASES * 8):
        parts = [chance.choice(["roost", "", "x" * 300, "a", "-", "\u0000", "1:2:0,-"]) for _ in range(chance.randrange(1, 6))]
        body = {**valid(MODEL.operation_model("PutLogEvents").input_shape, chance),
                "logEvents": [{"timestamp": int(time.time() * 1000), "message": "m"}], "sequenceToken": "/".join(parts)}
        answer = send(region, "PutLogEvents", body)
        assert answer.status in (200, 400), answer.body
        assert answer.status == 200 or answer.code in ("InvalidSequenceTokenException", "InvalidParameterException")
