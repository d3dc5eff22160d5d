"""Images of a registry that wants a user and a password: from the task's secret, or from the instance's settings."""

import json

import pytest

from support.ecs import container, register, run_one, stop_everything, unique, wait_running, wait_stopped
from support.registry import PASSWORD, USER, Registry
from support.tasks import SLEEP

ROLE = "arn:aws:iam::000000000000:role/execution"


@pytest.fixture(scope="module")
def registry(tmp_path_factory, engine):
    made = Registry(tmp_path_factory.mktemp("registry"), engine).start()
    yield made
    made.close()


@pytest.fixture(scope="module")
def secrets(real_region):
    return real_region.client("secretsmanager")


@pytest.fixture(autouse=True)
def nothing_left(real_region):
    yield
    stop_everything(real_region.ecs)


def definition(ecs, image, secret):
    return register(ecs, executionRoleArn=ROLE, containers=[
        container(image=image, **SLEEP, repositoryCredentials={"credentialsParameter": secret})])


def secret_of(secrets, **values):
    return secrets.create_secret(Name=unique("registry"), SecretString=json.dumps(values))["ARN"]


def test_the_tasks_own_credentials(real_region, registry, secrets):
    image = registry.push("web/app:1")
    registry.forget(image)
    secret = secret_of(secrets, username=USER, password=PASSWORD)
    arn = run_one(real_region.ecs, definition(real_region.ecs, image, secret))["taskArn"]
    found = wait_running(real_region.ecs, arn)
    assert found["containers"][0]["imageDigest"].startswith("sha256:")
    # Neither the region nor the agents may have written the password down, or its header.
    written = [path for path in [*real_region.data.rglob("*"), *real_region.data.parent.glob("*.log")] if path.is_file()]
    assert not [path for path in written if PASSWORD.encode() in path.read_bytes()]


@pytest.mark.parametrize("values, reason", [
    ({"username": USER, "password": "wr0ng-word"}, "CannotPullContainerError: Error response from daemon: "),
    ({"username": USER}, "ResourceInitializationError: unable to pull secrets or registry auth: "
     "asm fetching password: AuthorizationData is malformed, empty field"),
])
def test_credentials_that_are_none(real_region, registry, secrets, values, reason):
    image = registry.push("web/app:2")
    registry.forget(image)
    arn = run_one(real_region.ecs, definition(real_region.ecs, image, secret_of(secrets, **values)))["taskArn"]
    found = wait_stopped(real_region.ecs, arn, timeout=60)
    assert found["stopCode"] == "TaskFailedToStart"
    said = [found["stoppedReason"], found["containers"][0].get("reason", "")]
    assert any(text.startswith(reason) for text in said), said
    assert not any("wr0ng-word" in text for text in said)


def test_a_secret_that_is_not_there(real_region, registry):
    missing = f"arn:aws:secretsmanager:us-east-1:{real_region.account}:secret:nowhere-AbCdEf"
    arn = run_one(real_region.ecs, definition(real_region.ecs, f"{registry.host}/web/app:1", missing))["taskArn"]
    reason = wait_stopped(real_region.ecs, arn)["stoppedReason"]
    assert reason.startswith("ResourceInitializationError: unable to pull secrets or registry auth: "), reason


def test_without_credentials_the_registry_refuses(real_region, registry):
    image = registry.push("web/app:3")
    registry.forget(image)
    arn = run_one(real_region.ecs, register(real_region.ecs, containers=[container(image=image)]))["taskArn"]
    found = wait_stopped(real_region.ecs, arn, timeout=60)
    assert "no basic auth credentials" in found["containers"][0]["reason"], found["containers"]


def test_the_instances_own_credentials(new_region, registry, engine):
    image = registry.push("web/app:4")
    registry.forget(image)
    auth = json.dumps({f"http://{registry.host}": {"username": USER, "password": PASSWORD}})
    region = new_region(engine="docker", instances=1, env={
        "ECS_ENGINE_AUTH_TYPE": "docker", "ECS_ENGINE_AUTH_DATA": auth}).start()
    region.wait_for_instances()
    arn = run_one(region.ecs, register(region.ecs, containers=[container(image=image, **SLEEP)]))
    wait_running(region.ecs, arn["taskArn"])
    stop_everything(region.ecs)
    assert PASSWORD not in region.log_text()
