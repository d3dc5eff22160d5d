"""Commands in containers: ExecuteCommand with a client that speaks as session-manager-plugin does."""

import json
import pathlib
import subprocess
import sys
import time

import pytest

from support.ecs import error_of, register, run_one, task, unique, wait_running, wait_stopped
from support.poll import eventually
from support.session_plugin import SessionClient
from support.sessions import arn, at_prompt, audit, ended, opened, sleeper, start  # noqa: F401


PLUGIN = pathlib.Path(__file__).parent / "support/session_plugin.py"


@pytest.fixture(scope="module")
def ecs(real_region):
    return real_region.ecs


def test_a_shell(real_region, arn, opened):
    shell = opened(size=(97, 31))
    at_prompt(shell)
    assert shell.session_type == "InteractiveCommands"
    shell.type("stty size; id -u; echo $TERM $LANG $HOME; echo $AWS_CONTAINER_CREDENTIALS_RELATIVE_URI\r")
    shell.expect("31 97\r\n")
    shell.expect("0\r\n")
    shell.expect("xterm-256color C.UTF-8 /root\r\n")
    shell.expect("/v2/credentials/")
    shell.resize(55, 22)
    shell.type("sleep 0.2; stty size\r")
    shell.expect("22 55\r\n")
    shell.type("exit 3\r")
    assert shell.wait_over()["Output"] == ""
    # An exit code would be printed by a client that knows none.
    assert shell.exit_code is None
    last = ended(real_region, shell.session)
    assert last["exitCode"] == 3 and last["userIdentity"] == f"arn:aws:iam::{real_region.account}:root"
    assert last["task"] == arn and last["container"] == "app" and last["command"] == "/bin/sh"
    assert [line["eventName"] for line in audit(real_region, shell.session)] == ["SessionStarted", "SessionEnded"]
    assert shell.session["tokenValue"] not in (real_region.data / "execute-command.log").read_text()


def test_the_managed_agent_is_there_as_long_as_the_container(real_region, ecs):
    definition = register(ecs, containers=[sleeper()], taskRoleArn=f"arn:aws:iam::{real_region.account}:role/exec")
    one = run_one(ecs, definition, enableExecuteCommand=True)
    assert one["containers"][0]["managedAgents"] == [{"name": "ExecuteCommandAgent", "lastStatus": "PENDING"}]
    [agent] = wait_running(ecs, one["taskArn"])["containers"][0]["managedAgents"]
    assert agent["name"] == "ExecuteCommandAgent" and agent["lastStatus"] == "RUNNING" and agent["lastStartedAt"]
    ecs.stop_task(task=one["taskArn"])
    [later] = wait_stopped(ecs, one["taskArn"])["containers"][0]["managedAgents"]
    assert later == {**agent, "lastStatus": "STOPPED", "reason": "Received Container Stopped event"}
    code, message = error_of(ecs.execute_command, task=one["taskArn"], command="sh", interactive=True)
    assert code == "InvalidParameterException" and "execute command agent isn't running" in message
    events = [json.loads(l) for l in (real_region.data / "events.jsonl").read_text().splitlines()]
    shown = [e["detail"]["containers"][0].get("managedAgents", [{}])[0].get("lastStatus") for e in events
             if e["detail-type"] == "ECS Task State Change" and e["detail"]["taskArn"] == one["taskArn"]]
    assert shown[0] == "PENDING" and "RUNNING" in shown and shown[-1] == "STOPPED"


@pytest.fixture
def logging(real_region, ecs):
    """Says where the cluster wants what sessions show."""
    def want(**configuration):
        ecs.update_cluster(cluster="default", configuration={"executeCommandConfiguration": configuration})

    yield want
    want(logging="DEFAULT")


def shown(real_region, group, session):
    """The lines that are kept of a session."""
    logs = real_region.client("logs")
    try:
        found = logs.get_log_events(logGroupName=group, logStreamName=session["sessionId"], startFromHead=True)
    except logs.exceptions.ResourceNotFoundException:
        return []
    return [event["message"] for event in found["events"]]


def test_what_a_session_shows_is_kept(real_region, logging, opened):
    logs, s3 = real_region.client("logs"), real_region.client("s3")
    group, bucket = unique("/exec/"), unique("audit")
    logs.create_log_group(logGroupName=group)
    s3.create_bucket(Bucket=bucket)
    logging(logging="OVERRIDE", logConfiguration={
        "cloudWatchLogGroupName": group, "s3BucketName": bucket, "s3KeyPrefix": "who/what"})
    shell = opened()
    at_prompt(shell)
    shell.type("echo first; seq 3000 | tail -n 2\r")
    shell.expect("3000\r\n")
    # While the session goes on.
    eventually(lambda: "3000" in shown(real_region, group, shell.session), 10)
    shell.type("echo se''cond; exit\r")
    shell.wait_over()
    lines = eventually(lambda: (l := shown(real_region, group, shell.session)) and "second" in l and l, 10)
    assert [line for line in lines if line in ("first", "2999", "3000", "second")] == ["first", "2999", "3000", "second"]
    key = f"who/what/{shell.session['sessionId']}.log"
    kept = eventually(lambda: objects(s3, bucket, key), 10).decode()
    assert "first\r\n2999\r\n3000\r\n" in kept and "second\r\n" in kept


def objects(s3, bucket, key):
    try:
        return s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    except s3.exceptions.NoSuchKey:
        return None


def test_a_session_is_kept_with_the_output_of_its_container(real_region, logging, opened):
    logs = real_region.client("logs")
    group = unique("/ecs/")
    logs.create_log_group(logGroupName=group)
    options = {"awslogs-group": group, "awslogs-region": "us-east-1", "awslogs-stream-prefix": "web"}
    one = start(real_region, sleeper(logConfiguration={"logDriver": "awslogs", "options": options}))["taskArn"]
    shell = opened("echo quick", task=one)
    shell.wait_over()
    assert eventually(lambda: shown(real_region, group, shell.session), 10) == ["quick"]
    logging(logging="NONE")
    shell = opened("echo secret", task=one)
    shell.wait_over()
    ended(real_region, shell.session)
    assert shown(real_region, group, shell.session) == []


def test_a_group_that_is_not_there_ends_no_session(real_region, logging, opened):
    logging(logging="OVERRIDE", logConfiguration={"cloudWatchLogGroupName": "/not/there", "s3BucketName": "nowhere"})
    shell = opened("echo there")
    shell.expect("there\r\n")
    shell.wait_over()
    eventually(lambda: "its log group is not there" in pathlib.Path(f"{real_region.data}.log").read_text(), 5)


def test_keys_that_end_things(opened):
    shell = opened()
    at_prompt(shell)
    shell.type("echo rea''dy; cat\r")
    shell.expect("ready\r\n")
    time.sleep(0.3)
    shell.type("\x10\x11line\r")  # Ctrl-P and Ctrl-Q detach clients of the engine
    shell.expect("line\r\n")
    shell.type("\x03")
    at_prompt(shell)
    shell.type("echo $?\r")
    shell.expect("130\r\n")
    at_prompt(shell)
    shell.type("\x04")
    shell.wait_over()


@pytest.mark.parametrize("command, code, text", [
    ("sh -c 'exit 7'", 7, ""), ("echo 'two words' | cat", 0, "two words | cat"), ("/nonexistent", 126, "no such file"),
    ("echo 'open", None, "")])
def test_commands(real_region, opened, command, code, text):
    session = opened(command)
    said = session.wait_over()["Output"]
    assert ended(real_region, session.session)["exitCode"] == code
    assert text in session.output.decode()
    assert said == ("The command could not be run: a quote or a backslash in the command has no end."
                    if code is None else "")


def test_many_sessions_at_once(opened):
    shells = [opened() for _ in range(20)]
    for number, shell in enumerate(shells):
        at_prompt(shell)
        shell.type(f"echo $(({number} * 1000))\r")
    for number, shell in enumerate(shells):
        shell.expect(f"\r\n{number * 1000}\r\n")
    for shell in shells:
        shell.type("exit\r")
    for shell in shells:
        shell.wait_over()


def test_the_end_of_a_container_ends_its_sessions(real_region, engine, opened):
    arn = start(real_region)["taskArn"]
    shell = opened(task=arn)
    at_prompt(shell)
    engine.kill(engine.of_task(arn)[0]["Id"])
    shell.wait_over()
    assert ended(real_region, shell.session)["exitCode"] == 137


def test_a_read_only_root_file_system(real_region, opened):
    definition = sleeper(readonlyRootFilesystem=True, linuxParameters={"initProcessEnabled": True})
    arn = start(real_region, definition, sleeper("other"))["taskArn"]
    code, message = error_of(real_region.ecs.execute_command, task=arn, command="sh", interactive=True)
    assert code == "InvalidParameterException" and "must be specified" in message
    session = real_region.ecs.execute_command(task=arn, container="app", command="/bin/sh", interactive=True)["session"]
    shell = SessionClient(session["streamUrl"], session["tokenValue"])
    at_prompt(shell)
    shell.type("touch /x; cat /proc/1/comm\r")
    shell.expect("Read-only file system")
    shell.expect("docker-init\r\n")
    shell.type("exit\r")
    shell.wait_over()


# The AWS CLI

@pytest.fixture
def plugin(tmp_path):
    """A directory with a `session-manager-plugin` for PATH, and where it records its arguments."""
    program = tmp_path / "session-manager-plugin"
    program.write_text(f"#!/bin/sh\n[ $# -eq 0 ] && exit 0\nexec {sys.executable} {PLUGIN} \"$@\"\n")
    program.chmod(0o755)
    return tmp_path, tmp_path / "record.json"


def test_the_aws_cli(real_region, arn, plugin):
    directory, record = plugin
    environment = real_region.aws_environment()
    environment.update(PATH=f"{directory}:{environment['PATH']}", SESSION_PLUGIN_RECORD=str(record))
    done = subprocess.run(
        [str(pathlib.Path(sys.executable).parent / "aws"), "ecs", "execute-command", "--interactive", "--command",
         "/bin/sh", "--cluster", "default", "--task", arn, "--container", "app"],
        input="echo sum-$((40 + 2))\rexit\r", capture_output=True, text=True, timeout=60, env=environment)
    assert done.returncode == 0, done.stderr
    assert "sum-42" in done.stdout and "Starting session with SessionId: ecs-execute-command-" in done.stdout
    assert "Exiting session with sessionId: ecs-execute-command-" in done.stdout
    recorded = json.loads(record.read_text())
    _, region, operation, _, parameters, endpoint = recorded["arguments"]
    runtime = task(real_region.ecs, arn)["containers"][0]["runtimeId"]
    assert (region, operation) == ("us-east-1", "StartSession")
    assert json.loads(parameters) == {"Target": f"ecs:default_{arn.split('/')[-1]}_{runtime}"}
    assert endpoint == real_region.endpoint
