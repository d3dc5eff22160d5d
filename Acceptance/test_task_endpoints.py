"""What a container sees of its task: metadata, credentials that the region takes, protection, and nothing of others."""

import json
import subprocess

import boto3
import botocore.exceptions
import pytest

from support.ecs import container, error_of, register, run_one, stop_everything, unique, wait_running, wait_stopped
from support.poll import eventually
from support.region import clean_environment

ROLE = "arn:aws:iam::000000000000:role/apps/reader"
METADATA = ["", "/task", "/taskWithTags", "/stats", "/task/stats"]


@pytest.fixture(scope="module")
def ecs(real_region):
    return real_region.ecs


@pytest.fixture(autouse=True)
def nothing_left(ecs):
    yield
    stop_everything(ecs)


def sections(engine, arn, name="app"):
    """What the container wrote, by the headings it wrote."""
    found = [c for c in engine.of_task(arn) if c["Labels"]["com.amazonaws.ecs.container-name"] == name]
    if not found:
        return {}
    parts = {}
    for part in engine.logs(found[0]["Id"]).split("=== ")[1:]:
        heading, _, text = part.partition("\n")
        parts[heading] = text.strip()
    return parts


def fetching(*requests):
    """A command that fetches addresses and writes what it gets, then sleeps. It waits until the agent knows it runs."""
    lines = [f"echo '=== {name}'; wget -q -O - \"{address}\" 2>&1; echo" for name, address in requests]
    return ["sh", "-c", "sleep 1; " + "; ".join(lines) + "; echo '=== end'; exec sleep 3600"]


def fetched(ecs, engine, definition, **arguments):
    arn = run_one(ecs, definition, **arguments)["taskArn"]
    wait_running(ecs, arn)
    return arn, eventually(lambda: (s := sections(engine, arn)) and "end" in s and s, 30, 0.2)


def session(region, credentials):
    return region.client("sts", aws_access_key_id=credentials["AccessKeyId"],
                         aws_secret_access_key=credentials["SecretAccessKey"],
                         aws_session_token=credentials["Token"])


CREDENTIALS = "http://169.254.170.2$AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"


@pytest.mark.parametrize("mode", ["bridge", "host"])
def test_metadata_and_credentials_reach_a_container(real_region, ecs, engine, mode):
    requests = [(f"v4{path}", f"$ECS_CONTAINER_METADATA_URI_V4{path}") for path in METADATA]
    requests += [("v3/task", "$ECS_CONTAINER_METADATA_URI/task"), ("credentials", CREDENTIALS)]
    definition = register(ecs, networkMode=mode, taskRoleArn=ROLE, containers=[
        container(command=fetching(*requests), stopTimeout=1, environment=[{"name": "A", "value": "b"}])])
    arn, got = fetched(ecs, engine, definition, tags=[{"key": "who", "value": "me"}])
    [found] = engine.of_task(arn)

    own = json.loads(got["v4"])
    assert (own["DockerId"], own["Name"], own["KnownStatus"]) == (found["Id"], "app", "RUNNING")
    assert own["Networks"][0]["NetworkMode"] == mode
    assert own["Limits"] == {"CPU": 2, "Memory": 32}
    task = json.loads(got["v4/task"])
    assert (task["TaskARN"], task["Cluster"], task["LaunchType"]) == (arn, "default", "EC2")
    assert task["Containers"] == [own]
    assert json.loads(got["v3/task"])["TaskARN"] == arn
    assert json.loads(got["v4/taskWithTags"])["TaskTags"] == {"who": "me"}
    statistics = json.loads(got["v4/stats"])
    assert statistics["id"] == found["Id"] and statistics["precpu_stats"]["cpu_usage"]["total_usage"] > 0
    assert "rx_bytes_per_sec" in statistics["network_rate_stats"]
    assert list(json.loads(got["v4/task/stats"])) == [found["Id"]]

    credentials = json.loads(got["credentials"])
    assert credentials["RoleArn"] == ROLE
    who = session(real_region, credentials).get_caller_identity()
    assert who["Arn"] == f"arn:aws:sts::000000000000:assumed-role/reader/{arn.split('/')[-1]}"

    environment = engine.inspect(found["Id"])["Config"]["Env"]
    secret = credentials["SecretAccessKey"]
    assert not any(secret in line for line in environment)
    for file in real_region.data.rglob("*"):
        if file.is_file():
            assert secret.encode() not in file.read_bytes(), f"{file} holds a secret"
    assert secret not in real_region.log_text()

    ecs.stop_task(task=arn)
    wait_stopped(ecs, arn)
    with pytest.raises(botocore.exceptions.ClientError) as refused:
        session(real_region, credentials).get_caller_identity()
    assert refused.value.response["Error"]["Code"] == "ExpiredToken"


def test_what_a_role_may_do_is_little_until_there_are_policies(real_region, ecs, engine):
    definition = register(ecs, taskRoleArn=ROLE, containers=[
        container(command=fetching(("credentials", CREDENTIALS)), stopTimeout=1)])
    arn, got = fetched(ecs, engine, definition)
    credentials = json.loads(got["credentials"])
    client = real_region.client("ecs", aws_access_key_id=credentials["AccessKeyId"],
                                aws_secret_access_key=credentials["SecretAccessKey"],
                                aws_session_token=credentials["Token"])
    code, message = error_of(client.stop_task, task=arn)
    assert code == "AccessDeniedException" and "assumed-role/reader/" in message
    code, _ = error_of(client.register_container_instance, cluster="default")
    assert code == "AccessDeniedException"


def test_without_a_role_there_are_no_credentials(ecs, engine):
    definition = register(ecs, containers=[container(stopTimeout=1, command=[
        "sh", "-c", "echo '=== variable'; echo \"[$AWS_CONTAINER_CREDENTIALS_RELATIVE_URI]\"; echo '=== unknown'; "
        "wget -S -O - http://169.254.170.2/v2/credentials/nope 2>&1; echo '=== end'; exec sleep 3600"])])
    _, got = fetched(ecs, engine, definition)
    assert got["variable"] == "[]"
    assert "400 Bad Request" in got["unknown"]


def test_every_agent_of_the_machine_answers_for_all_of_them(real_region, ecs, engine):
    """Two agents share the address; each connection may reach the one that does not have the container."""
    loop = "for i in 1 2 3 4 5 6 7 8 9 10 11 12; do wget -q -O - $ECS_CONTAINER_METADATA_URI_V4/task | wc -c; done"
    definition = register(ecs, containers=[container(
        stopTimeout=1, command=["sh", "-c", f"echo '=== sizes'; {loop}; echo '=== end'; exec sleep 3600"])])
    tasks = ecs.run_task(taskDefinition=definition, count=2)["tasks"]
    for started in tasks:
        wait_running(ecs, started["taskArn"])
        got = eventually(lambda: (s := sections(engine, started["taskArn"])) and "end" in s and s, 30, 0.2)
        sizes = got["sizes"].split()
        assert len(sizes) == 12 and len(set(sizes)) == 1 and int(sizes[0]) > 300


def test_a_task_protects_itself(ecs, engine):
    state = "$ECS_AGENT_URI/task-protection/v1/state"
    body = '{"ProtectionEnabled":true,"ExpiresInMinutes":60}'
    put = (f"printf 'PUT %s/task-protection/v1/state HTTP/1.0\\r\\nHost: x\\r\\nContent-Length: {len(body)}\\r\\n\\r\\n{body}' "
           "${ECS_AGENT_URI#http://169.254.170.2} | nc 169.254.170.2 80")
    definition = register(ecs, taskRoleArn=ROLE, containers=[container(stopTimeout=1, command=[
        "sh", "-c", f"echo '=== put'; {put}; echo; echo '=== get'; wget -q -O - {state}; echo; echo '=== end'; "
        "exec sleep 3600"])])
    name = unique("svc")
    ecs.create_service(serviceName=name, taskDefinition=definition, desiredCount=1)
    arn = eventually(lambda: ecs.list_tasks(serviceName=name)["taskArns"])[0]
    wait_running(ecs, arn)
    got = eventually(lambda: (s := sections(engine, arn)) and "end" in s and s, 30, 0.2)
    changed = json.loads(got["put"].splitlines()[-1])
    assert changed["protection"]["ProtectionEnabled"] is True, got["put"]
    assert changed["protection"]["TaskArn"] == arn
    assert json.loads(got["get"])["protection"]["ProtectionEnabled"] is True
    assert ecs.get_task_protection(cluster="default", tasks=[arn])["protectedTasks"][0]["protectionEnabled"]


def test_credentials_survive_restarts(real_region, ecs, engine):
    definition = register(ecs, taskRoleArn=ROLE, containers=[container(stopTimeout=1, command=[
        "sh", "-c", "while true; do echo \"=== $(date +%s)\"; wget -q -O - "
        f"\"{CREDENTIALS}\" 2>&1; echo; sleep 1; done"])])
    arn = run_one(ecs, definition)["taskArn"]
    wait_running(ecs, arn)

    def newest():
        valid = [t for t in sections(engine, arn).values() if t.startswith("{")]
        return json.loads(valid[-1]) if valid else None

    before = eventually(newest, 30, 0.3)
    real_region.kill()
    real_region.start()
    after = eventually(lambda: (n := newest()) and n["AccessKeyId"] != before["AccessKeyId"] and n, 30, 0.3)
    for credentials in (before, after):
        assert session(real_region, credentials).get_caller_identity()["Arn"].endswith(arn.split("/")[-1])


def test_an_audit_log_is_kept(real_region, ecs, engine):
    definition = register(ecs, taskRoleArn=ROLE, containers=[
        container(command=fetching(("credentials", CREDENTIALS)), stopTimeout=1)])
    arn, _ = fetched(ecs, engine, definition)
    lines = [line for file in real_region.data.rglob("audit.log") for line in file.read_text().splitlines()]
    [line] = [line for line in lines if arn in line]
    assert " 200 " in line and "GetCredentials" in line and "/v2/credentials\"" in line
