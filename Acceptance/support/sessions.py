"""Sessions of ExecuteCommand on real containers: what several test modules need. `arn` and `opened` are fixtures."""

import hashlib
import json
import subprocess
import time

import pytest

from .ecs import container, register, run_one, stop_everything, wait_running
from .poll import eventually
from .region import BINARY, clean_environment
from .session_plugin import SessionClient

PROMPT = "# "


def at_prompt(shell):
    """Waits for a shell, and a moment more: busybox drops what is typed while it changes the terminal's mode."""
    shell.expect(PROMPT)
    time.sleep(0.2)


def sleeper(name="app", **members):
    """It does not hear that it should end, so it is not waited for."""
    return container(name, command=["sleep", "3600"], stopTimeout=2, **members)


def start(region, *containers, **members):
    """A running task that takes commands."""
    definition = register(region.ecs, containers=list(containers) or [sleeper()],
                          taskRoleArn=f"arn:aws:iam::{region.account}:role/exec", **members)
    arn = run_one(region.ecs, definition, enableExecuteCommand=True)["taskArn"]
    return wait_running(region.ecs, arn)


@pytest.fixture(scope="module")
def arn(real_region):
    """A task for all tests that do it no harm."""
    yield start(real_region)["taskArn"]
    stop_everything(real_region.ecs)


@pytest.fixture
def opened(real_region, arn):
    """Opens sessions; those that are left are cut."""
    made = []

    def make(command="/bin/sh", task=arn, region=real_region, **settings):
        session = region.ecs.execute_command(task=task, command=command, interactive=True)["session"]
        ssm = region.client("ssm")
        settings.setdefault("resume", lambda: ssm.resume_session(SessionId=session["sessionId"]).get("TokenValue"))
        client = SessionClient(session["streamUrl"], session["tokenValue"], **settings)
        client.session = session
        made.append(client)
        return client

    yield make
    for client in made:
        if not client.over:
            client.terminate()
        client.close()


def audit(region, session):
    lines = (region.data / "execute-command.log").read_text().splitlines()
    return [line for line in map(json.loads, lines) if line["sessionId"] == session["sessionId"]]


def ended(region, session):
    return eventually(lambda: [l for l in audit(region, session) if l["eventName"] == "SessionEnded"], 10)[0]


def processes(engine, arn):
    """The command lines of everything in a task's containers."""
    found = engine.of_task(arn)[0]["Id"]
    return [" ".join(row[-1:]) for row in engine.call("GET", f"/containers/{found}/top")["Processes"]]


def roost_exec(region, *arguments, **settings):
    return subprocess.run([str(BINARY), "exec", "--data", str(region.data), *arguments], capture_output=True,
                          env=clean_environment(), timeout=settings.pop("timeout", 60), **settings)


def seq(count):
    return hashlib.sha256(b"".join(b"%d\r\n" % n for n in range(1, count + 1))).hexdigest()
