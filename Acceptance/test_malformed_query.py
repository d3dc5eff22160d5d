"""Malformed requests for every operation of the query APIs, made from the models and a seed: never a crash."""

import os
import pathlib
import random
import xml.etree.ElementTree as ElementTree

import pytest

from support import query
from support.shapes import valid, wrong

CASES = int(os.environ.get("ROOST_FUZZ_CASES", "12"))
SEED = int(os.environ.get("ROOST_FUZZ_SEED", "1"))
PAGE = pathlib.Path(__file__).resolve().parents[1] / "docs/coverage.md"
OPERATIONS = query.served(PAGE.read_text())


def test_there_are_operations():
    assert len([name for api, name in OPERATIONS if api == "elbv2"]) > 35
    assert len([name for api, name in OPERATIONS if api == "ec2"]) == 13


@pytest.mark.parametrize("api,operation", OPERATIONS)
def test_wrong_in_every_way(region, api, operation):
    chance = random.Random(f"{SEED}/{operation}")
    shape = query.MODELS[api].operation_model(operation).input_shape
    for case in range(CASES):
        body = query.form(api, operation, wrong(shape, chance))
        where = f"seed {SEED}, case {case}: {operation} {body[:600]!r}"
        answer = query.call(region, api, body)
        if answer.status != 200:
            assert 400 <= answer.status < 500, f"{answer.status} for {where}: {answer.body!r}"
            code, message = query.error(answer)
            assert code and message, where
        ElementTree.fromstring(answer.body)
        assert region.process.running, where


@pytest.mark.parametrize("api,operation", OPERATIONS)
def test_every_operation_answers(region, api, operation):
    model = query.MODELS[api].operation_model(operation)
    known = {error.metadata.get("error", {}).get("code", error.name) for error in model.error_shapes}
    for full in (False, True):
        answer = query.call(region, api, query.form(api, operation, valid(model.input_shape, random.Random(1), full=full)))
        assert answer.headers["x-amzn-requestid"]
        if answer.status == 200:
            continue
        code, message = query.error(answer)
        assert message and not message.startswith(f"{operation} is not available"), "every operation is served"
        # EC2's model names no errors.
        assert api == "ec2" or code in known | {"ValidationError", "MalformedInput", "InvalidConfigurationRequest"}, code


def test_names_and_numbers_of_parameters(region):
    """A valid form with hostile names: huge numbers, deep nesting, thousands of elements."""
    base = query.form("elbv2", "DescribeTargetHealth", {"TargetGroupArn": "arn"})
    for tail in (b"Targets.member.999999999999.Id=1", b"Targets.member.-1.Id=1", b"Targets" + b".a" * 5000 + b"=1",
                 b"&".join(b"Targets.member.%d.Id=10.0.0.1" % number for number in range(30_000)),
                 b"&".join(b"a%d.b.c.d=1" % number for number in range(60_000)), b"&" * 100_000, b"=" * 100_000):
        answer = query.call(region, "elbv2", base + b"&" + tail)
        assert 400 <= answer.status < 500, answer.body[:300]
        assert all(query.error(answer))
    assert region.process.running


def test_a_classic_load_balancer_is_refused_clearly(region):
    answer = query.call(region, "elbv2", b"Action=DescribeLoadBalancers&Version=2012-06-01")
    code, message = query.error(answer)
    assert answer.status == 400 and code == "InvalidAction" and "Classic" in message
