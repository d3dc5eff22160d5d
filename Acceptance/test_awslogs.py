"""The log driver awslogs: every line of a container reaches its stream, once, whatever is killed meanwhile."""

import collections
import contextlib
import os
import pathlib
import random
import signal
import subprocess
import time

import pytest

from support.ecs import container, register, run_one, stop_everything, unique, wait_running, wait_stopped
from support.machines import Host, Network
from support.poll import eventually
from support.region import KEY, SECRET, RoostProcess


@pytest.fixture(scope="module")
def ecs(real_region):
    return real_region.ecs


@pytest.fixture(scope="module")
def logs(real_region):
    return real_region.client("logs")


@pytest.fixture(autouse=True)
def nothing_left(request):
    yield
    if "ecs" in request.fixturenames:
        stop_everything(request.getfixturevalue("ecs"))


def awslogs(group, **options):
    return {"logDriver": "awslogs", "options": {
        "awslogs-group": group, "awslogs-create-group": "true", "awslogs-stream-prefix": "web",
        **{name.replace("_", "-"): value for name, value in options.items()}}}


def writer(command, group, **options):
    return container(command=["sh", "-c", command], stopTimeout=1, logConfiguration=awslogs(group, **options))


def run(ecs, *containers, **members):
    return run_one(ecs, register(ecs, containers=list(containers), **members))["taskArn"]


def events(logs, group, stream=None):
    """All events of a group in order of their times."""
    arguments = {"logStreamNames": [stream]} if stream else {}
    found = []
    for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group, **arguments):
        found += page["events"]
    return found


def messages(logs, group, stream=None):
    try:
        return [event["message"] for event in events(logs, group, stream)]
    except logs.exceptions.ResourceNotFoundException:
        return []


def wait_messages(logs, group, wanted, timeout=20):
    return eventually(lambda: messages(logs, group) == wanted or None, timeout,
                      message=lambda: f"{wanted} in {group}, not {messages(logs, group)[:20]}")


def test_lines_become_events_of_the_tasks_stream(ecs, logs, engine):
    group = unique("/ecs/web")
    task = run(ecs, writer("echo one; sleep 0.1; echo two >&2; echo; sleep 0.1; printf 'no end'", group))
    stopped = wait_stopped(ecs, task)
    assert stopped["containers"][0].get("exitCode") == 0, stopped
    wait_messages(logs, group, ["one", "two", "no end"])
    [stream] = logs.describe_log_streams(logGroupName=group)["logStreams"]
    assert stream["logStreamName"] == f"web/app/{task.rsplit('/', 1)[1]}"
    # The engine has them, too.
    runtime = stopped["containers"][0]["runtimeId"]
    shown = subprocess.run(["docker", "logs", runtime], capture_output=True, text=True, check=True)
    assert shown.stdout == "one\n\nno end" and shown.stderr == "two\n"


def test_times_are_when_the_line_was_written(ecs, logs):
    group = unique("times")
    wait_stopped(ecs, run(ecs, writer("date +%s; sleep 2; date +%s", group)))
    eventually(lambda: len(messages(logs, group)) == 2 or None, 20)
    for event in events(logs, group):
        assert 0 <= event["timestamp"] - int(event["message"]) * 1000 < 2000
        assert event["ingestionTime"] >= event["timestamp"]


def test_lines_come_while_the_container_runs(ecs, logs):
    group = unique("live")
    wait_running(ecs, run(ecs, writer("echo now; sleep 3600", group)))
    wait_messages(logs, group, ["now"], timeout=5)


def test_a_long_line_is_split_as_the_driver_does(ecs, logs):
    group, size = unique("long"), 600_000
    wait_stopped(ecs, run(ecs, writer(f"head -c {size} /dev/zero | tr '\\0' x; echo; echo after", group)))
    eventually(lambda: "after" in messages(logs, group) or None, 20)
    found = messages(logs, group)
    assert [len(m) for m in found] == [262_118, 262_118, size - 2 * 262_118, 5]
    assert "".join(found) == "x" * size + "after"


def test_bytes_that_are_no_text_are_replaced(ecs, logs):
    group = unique("bytes")
    wait_stopped(ecs, run(ecs, writer("printf 'a\\377b \\303\\274\\n'", group)))
    wait_messages(logs, group, ["a\ufffdb \u00fc"])


@pytest.mark.parametrize("option, lines, wanted", [
    ({"awslogs-multiline-pattern": "^START"}, "START 1\\n  a\\n  b\\nSTART 2\\n", ["START 1\n  a\n  b\n", "START 2\n"]),
    ({"awslogs-datetime-format": r"\[%Y-%m-%d %H:%M:%S\]"}, "[2026-01-02 03:04:05] x\\n y\\n[2026-01-02 03:04:06] z\\n",
     ["[2026-01-02 03:04:05] x\n y\n", "[2026-01-02 03:04:06] z\n"]),
])
def test_lines_that_belong_together_are_one_event(ecs, logs, option, lines, wanted):
    group = unique("multi")
    wait_stopped(ecs, run(ecs, writer(f"printf '{lines}'", group, **option)))
    wait_messages(logs, group, wanted)


def test_an_event_does_not_wait_for_its_next_line_for_ever(ecs, logs):
    group = unique("patient")
    wait_running(ecs, run(ecs, writer("echo START; echo more; sleep 3600", group, **{
        "awslogs-multiline-pattern": "^START"})))
    wait_messages(logs, group, ["START\nmore\n"], timeout=15)


def test_without_a_prefix_the_stream_is_the_containers_id(ecs, logs):
    group = unique("plain")
    spec = writer("echo hi", group)
    del spec["logConfiguration"]["options"]["awslogs-stream-prefix"]
    stopped = wait_stopped(ecs, run(ecs, spec))
    wait_messages(logs, group, ["hi"])
    [stream] = logs.describe_log_streams(logGroupName=group)["logStreams"]
    assert stream["logStreamName"] == stopped["containers"][0]["runtimeId"]


def test_a_missing_group_stops_the_task_in_the_agents_words(ecs):
    task = wait_stopped(ecs, run(ecs, writer("true", unique("none"), awslogs_create_group="false")))
    assert task["containers"][0]["reason"] == (
        "CannotStartContainerError: Error response from daemon: failed to initialize logging driver: failed to create "
        "Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist.")
    assert task["stopCode"] == "TaskFailedToStart"


@pytest.mark.parametrize("options, reason", [
    ({"awslogs-region": "eu-north-1"}, "awslogs-region eu-north-1 is another region"),
    ({"awslogs-multiline-pattern": "(a"}, "awslogs could not parse multiline pattern key '(a'"),
    ({"max-buffer-size": "much"}, "invalid size for log opt 'max-buffer-size': 'much'"),
    ({"surprise": "1"}, "unknown log opt 'surprise' for awslogs log driver"),
    ({"awslogs-endpoint": "ftp://logs.example"}, "awslogs-endpoint must be an http:// or https:// address"),
])
def test_what_cannot_be_done_is_said(ecs, options, reason):
    task = wait_stopped(ecs, run(ecs, writer("true", unique("bad"), **options)))
    assert "CannotCreateContainerError" in task["containers"][0]["reason"] and reason in task["containers"][0]["reason"]


def test_a_stream_that_is_deleted_is_made_again(ecs, logs):
    group = unique("again")
    task = run(ecs, writer("echo before; while [ ! -e /tmp/go ]; do sleep 0.1; done; echo after; sleep 3600", group))
    running = wait_running(ecs, task)
    wait_messages(logs, group, ["before"])
    [stream] = logs.describe_log_streams(logGroupName=group)["logStreams"]
    logs.delete_log_stream(logGroupName=group, logStreamName=stream["logStreamName"])
    subprocess.run(["docker", "exec", running["containers"][0]["runtimeId"], "touch", "/tmp/go"], check=True)
    wait_messages(logs, group, ["after"])


def test_output_goes_where_the_endpoint_says(ecs, new_region):
    other = new_region(instances=0).start()
    group = unique("elsewhere")
    # That region does not know our agent's key: it is told to take everybody.
    other.process.terminate()
    other.arguments += ["--auth", "off"]
    other.start()
    wait_stopped(ecs, run(ecs, writer("echo far away", group, awslogs_endpoint=other.endpoint)))
    wait_messages(other.client("logs"), group, ["far away"])


# Kill -9

SLOW = ("i=0; while [ $i -lt {count} ]; do echo line $i; i=$((i+1)); [ $((i % 20)) = 0 ] && sleep 0.05; done; "
        "echo done; sleep 3600")


def assert_each_once(found, count):
    numbers = collections.Counter(found)
    expected = {f"line {n}" for n in range(count)} | {"done"}
    missing = sorted(expected - numbers.keys())
    repeated = sorted(m for m, times in numbers.items() if times > 1)
    assert not missing and not repeated, f"{len(missing)} missing {missing[:5]}, {len(repeated)} twice {repeated[:5]}"
    assert set(found) == expected


def test_a_burst_is_complete_and_rotated_files_are_followed(ecs, logs):
    # 60 bytes a line in the engine's file: three files of 16 MiB.
    group, count = unique("burst"), 450_000
    command = "seq 0 %d | sed 's/^/line /'; echo done; sleep 3600" % (count - 1)
    wait_running(ecs, run(ecs, writer(command, group)))
    eventually(lambda: logs.filter_log_events(logGroupName=group, filterPattern="done", limit=1)["events"] or None, 120)
    assert_each_once(messages(logs, group), count)


def test_killed_regions_with_their_agents_lose_and_repeat_nothing(new_region, engine):
    region = new_region(engine="docker", instances=1).start()
    region.wait_for_instances()
    group, count = unique("killed"), 3_000
    definition = register(region.ecs, containers=[writer(SLOW.format(count=count), group)])
    tasks = [run_one(region.ecs, definition)["taskArn"] for _ in range(2)]
    for task in tasks:
        wait_running(region.ecs, task)
    chance = random.Random(11)
    for _ in range(5):
        time.sleep(chance.uniform(0.3, 1.5))
        region.kill()
        time.sleep(chance.uniform(0, 0.5))
        region.start()
    logs = region.client("logs")
    for task in tasks:
        stream = f"web/app/{task.rsplit('/', 1)[1]}"
        eventually(lambda: "done" in messages(logs, group, stream) or None, 60)
        assert_each_once(messages(logs, group, stream), count)


def test_killed_agents_and_regions_apart_lose_and_repeat_nothing(new_region, engine, tmp_path):
    region = new_region(engine="docker", instances=0).start()

    def start_agent():
        return RoostProcess(
            ["agent", "--server", region.endpoint, "--cluster", "default", "--data", tmp_path / "agent"],
            tmp_path / "agent.log", env={"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET})

    agent = start_agent()
    try:
        region.wait_for_instances(1)
        group, count = unique("apart"), 4_000
        task = run_one(region.ecs, register(
            region.ecs, containers=[writer(SLOW.format(count=count), group)]))["taskArn"]
        wait_running(region.ecs, task)
        chance = random.Random(5)
        for step in range(8):
            time.sleep(chance.uniform(0.2, 1.2))
            if step % 2:
                region.kill()
                time.sleep(chance.uniform(0, 1))
                region.start()
            else:
                agent.kill()
                time.sleep(chance.uniform(0, 1))
                agent = start_agent()
        logs = region.client("logs")
        eventually(lambda: "done" in messages(logs, group) or None, 60)
        assert_each_once(messages(logs, group), count)
    finally:
        stop_everything(region.ecs)
        agent.terminate()


def test_a_killed_engine_loses_and_repeats_nothing_that_it_has_written(new_region, tmp_path_factory):
    network = Network()
    host = Host(network, 1, tmp_path_factory.mktemp("e"))
    try:
        host.start_engine()
        region = new_region(engine="docker", instances=1, host=f"unix://{host.socket}").start()
        region.wait_for_instances()
        group = unique("engine")
        task = run_one(region.ecs, register(
            region.ecs, containers=[writer(SLOW.format(count=100_000), group)]))["taskArn"]
        runtime = wait_running(region.ecs, task)["containers"][0]["runtimeId"]
        logs = region.client("logs")
        eventually(lambda: len(messages(logs, group)) > 300 or None, 30)
        os.killpg(host.docker.pid, signal.SIGKILL)
        host.docker.wait()
        # Where nobody collects dead processes the next engine would wait for the containerd of the last one.
        (host.directory / "exec/containerd/containerd.pid").unlink(missing_ok=True)
        host.start_engine()
        wait_stopped(region.ecs, task, timeout=60)
        written = subprocess.run(["docker", "-H", f"unix://{host.socket}", "logs", runtime], capture_output=True,
                                 text=True, check=True).stdout.splitlines()
        assert len(written) > 300
        eventually(lambda: len(messages(logs, group)) >= len(written) or None, 30)
        assert messages(logs, group) == written
        region.close()
    finally:
        host.close()
        end_processes_of(host.directory)
        network.close()


def end_processes_of(directory):
    """Ends what an engine that was killed has left: the shims of its containers, and what runs in them."""
    def arguments(process):
        try:
            return (process / "cmdline").read_bytes(), (process / "stat").read_text().rsplit(")", 1)[1].split()[1]
        except OSError:
            return b"", "0"

    all_of = {p.name: arguments(p) for p in pathlib.Path("/proc").iterdir() if p.name.isdigit()}
    shims = {name for name, (line, _) in all_of.items()
             if b"containerd-shim" in line and str(directory).encode() in line}
    for name in [n for n, (_, parent) in all_of.items() if parent in shims] + sorted(shims):
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(name), signal.SIGKILL)
