"""Containers get parameters and secrets in their environment, as their execution role and no other may read them."""

import pytest

from support.ecs import container, register, run_one, stop_everything, unique, wait_stopped

ROLE = "arn:aws:iam::000000000000:role/execution"


@pytest.fixture(scope="module")
def ecs(real_region):
    return real_region.ecs


@pytest.fixture(scope="module")
def ssm(real_region):
    return real_region.client("ssm")


@pytest.fixture(scope="module")
def secrets(real_region):
    return real_region.client("secretsmanager")


@pytest.fixture(autouse=True)
def nothing_left(ecs):
    yield
    stop_everything(ecs)


def outcome(ecs, command, wanted):
    """Runs a task whose container has these secrets, and waits for its end."""
    definition = register(ecs, executionRoleArn=ROLE, containers=[container(
        command=["sh", "-c", command], secrets=[{"name": n, "valueFrom": v} for n, v in wanted.items()])])
    return wait_stopped(ecs, run_one(ecs, definition)["taskArn"])


def test_values_reach_the_environment(ecs, ssm, secrets, real_region):
    key, other = "/" + unique("key"), unique("word")
    ssm.put_parameter(Name=key, Value="k3y with spaces", Type="SecureString")
    ssm.put_parameter(Name=other, Value="old", Type="String")
    ssm.put_parameter(Name=other, Value="new", Overwrite=True)
    arn = secrets.create_secret(Name=unique("db"), SecretString='{"user":"u","port":5432}')["ARN"]
    first = secrets.describe_secret(SecretId=arn)["VersionIdsToStages"]
    secrets.put_secret_value(SecretId=arn, SecretString='{"user":"v","port":5432}')
    prefix = f"arn:aws:ssm:us-east-1:{real_region.account}:parameter"
    # The definition must not hold the value itself.
    task = outcome(ecs, '[ "${A#k3y }|$B|$C|$D|$E|$F" = "with spaces|old|new|5432|u|u" ]', {
        "A": prefix + key, "B": other + ":1", "C": f"{prefix}/{other}", "D": arn + ":port::",
        "E": arn + ":user:AWSPREVIOUS:", "F": f"{arn}:user::{next(iter(first))}"})
    assert task["containers"][0].get("exitCode") == 0, task["stoppedReason"]
    files = [path for path in real_region.data.rglob("*") if path.is_file()]
    assert not any(b"k3y with spaces" in path.read_bytes() for path in files)


@pytest.mark.parametrize("wanted, reason", [
    ({"A": "/nowhere/to/be/found"}, "invalid ssm parameters: /nowhere/to/be/found"),
    ({"A": "arn:aws:secretsmanager:us-east-1:000000000000:secret:nowhere-AbCdEf"}, "ResourceNotFoundException"),
])
def test_what_is_not_there_stops_the_task(ecs, wanted, reason):
    task = outcome(ecs, "true", wanted)
    assert task["stopCode"] == "TaskFailedToStart"
    assert task["stoppedReason"].startswith("ResourceInitializationError: unable to pull secrets or registry auth")
    assert reason in task["stoppedReason"], task["stoppedReason"]
    assert "exitCode" not in task["containers"][0]


def test_a_key_that_the_secret_does_not_have(ecs, secrets):
    arn = secrets.create_secret(Name=unique("db"), SecretString="{}")["ARN"]
    assert "did not contain json key user" in outcome(ecs, "true", {"A": arn + ":user::"})["stoppedReason"]
