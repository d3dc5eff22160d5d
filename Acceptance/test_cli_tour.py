"""The five-minute tour of the README, every line of it, with the real AWS CLI and real containers."""

import os
import re
import shlex
import subprocess

import pytest

from support.region import AWS, BINARY, REPOSITORY, clean_environment


def tour_lines():
    """The commands of the tour: each line, or each block joined by a trailing backslash."""
    readme = (REPOSITORY / "README.md").read_text()
    section = readme.split("## A five-minute tour")[1].split("\n## ")[0]
    blocks = re.findall(r"```sh\n(.*?)```", section, re.S)
    assert blocks, "the tour has no code"
    commands, pending = [], ""
    for line in "".join(blocks).splitlines():
        if line.endswith("\\"):
            pending += line[:-1].rstrip() + " "
        elif line.strip() and not line.startswith("#"):
            commands.append((pending + line.strip()).strip())
            pending = ""
    return commands


@pytest.fixture
def shell(real_region):
    """A bash that keeps its variables from line to line, as a reader's terminal does."""
    path = f"{BINARY.parent}:{AWS.parent}:{os.environ['PATH']}"
    process = subprocess.Popen(
        ["bash", "--norc"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env=clean_environment(PATH=path, ROOST_DATA=real_region.data, HOME=real_region.data.parent),
        cwd=real_region.data.parent)

    def run(command):
        process.stdin.write(f"eval {shlex.quote(command)} </dev/null\necho \"__status $?\"\n")
        process.stdin.flush()
        lines = []
        for line in process.stdout:
            if line.startswith("__status "):
                return int(line.split()[1]), "".join(lines)
            lines.append(line)
        raise AssertionError(f"the shell ended at: {command}\n{''.join(lines)}")

    yield run
    process.kill()
    process.wait()
    real_region.roost("balancer", "--remove", "--name", "local", "--data", real_region.data)


def test_every_line_of_the_tour(real_region, shell):
    commands = tour_lines()
    assert len(commands) >= 10
    transcript = ""
    for command in commands:
        status, output = shell(command)
        transcript += f"$ {command}\n{output}"
        assert status == 0, transcript
    for seen in ("Hello from Roost", "RUNNING", "has started"):
        assert seen in transcript, transcript
    assert real_region.ecs.list_services()["serviceArns"] == [], "the tour cleans up"
