"""CloudWatch Logs as boto3 and the AWS CLI use it, and `roost logs`."""

import concurrent.futures
import json
import subprocess
import threading
import time

import boto3
import botocore.exceptions
import pytest
from botocore.config import Config

from support.ecs import container, error_of, register, run_one, stop_everything, unique, wait_stopped
from support.poll import eventually
from support.raw import call
from support.region import AWS, BINARY, KEY, SECRET, clean_environment


@pytest.fixture(scope="module")
def logs(region):
    return region.client("logs")


@pytest.fixture
def stream(logs):
    """A new group with a stream."""
    group = unique("/app/web")
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="s")
    yield group, "s"
    logs.delete_log_group(logGroupName=group)


def now():
    return int(time.time() * 1000)


def put(logs, group, stream, *messages, at=None):
    at = at or now()
    events = [{"timestamp": at + n, "message": m} for n, m in enumerate(messages)]
    return logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)


def test_pages_in_both_directions_stand_still_at_the_ends(logs, stream):
    wanted = [f"event {n}" for n in range(25)]
    put(logs, *stream, *wanted)
    forward, token = [], None
    while True:
        page = logs.get_log_events(logGroupName=stream[0], logStreamName="s", limit=7, startFromHead=True,
                                   **({"nextToken": token} if token else {}))
        forward += [e["message"] for e in page["events"]]
        if page["nextForwardToken"] == token:
            break
        token = page["nextForwardToken"]
    assert forward == wanted
    page = logs.get_log_events(logGroupName=stream[0], logStreamName="s", limit=7)
    assert [e["message"] for e in page["events"]] == wanted[-7:]
    backward, token = wanted[-7:], page["nextBackwardToken"]
    while True:
        page = logs.get_log_events(logGroupName=stream[0], logStreamName="s", limit=7, nextToken=token)
        backward = [e["message"] for e in page["events"]] + backward
        if page["nextBackwardToken"] == token:
            break
        token = page["nextBackwardToken"]
    assert backward == wanted
    # What comes later is found behind the token that stood still.
    token = logs.get_log_events(logGroupName=stream[0], logStreamName="s")["nextForwardToken"]
    put(logs, *stream, "later", at=now() + 1000)
    page = logs.get_log_events(logGroupName=stream[0], logStreamName="s", nextToken=token)
    assert [e["message"] for e in page["events"]] == ["later"]


def test_the_paginator_of_filter_sees_every_event_of_every_stream_once(logs, stream):
    group, at = stream[0], now() - 60_000
    for name in "abc":
        logs.create_log_stream(logGroupName=group, logStreamName=name)
        for part in range(4):
            put(logs, group, name, *[f"{name} {part} {n} {'x' * 200}" for n in range(1500)], at=at + part * 2000)
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group)
    found = [e for page in pages for e in page["events"]]
    assert len(found) == 3 * 4 * 1500 and len({e["eventId"] for e in found}) == len(found)
    assert [e["timestamp"] for e in found] == sorted(e["timestamp"] for e in found)
    some = logs.filter_log_events(logGroupName=group, logStreamNames=["a", "b"], filterPattern='"a 3" -149', limit=50)
    assert {e["logStreamName"] for e in some["events"]} == {"a"} and len(some["events"]) == 50


def test_json_patterns_find_what_they_should(logs, stream):
    events = [{"level": "ERROR", "code": 500}, {"level": "INFO", "code": 200}, {"level": "ERROR", "code": 404}]
    put(logs, *stream, *map(json.dumps, events), "no JSON")
    found = logs.filter_log_events(logGroupName=stream[0], filterPattern='{ $.level = "ERROR" && $.code >= 500 }')
    assert [json.loads(e["message"]) for e in found["events"]] == events[:1]


@pytest.mark.parametrize("messages, words", [
    (["x" * 1_048_551], "Upload too large: 1048577 bytes exceeds limit of 1048576"),
    (["x" * 600_000, "x" * 600_000], "Upload too large"),
])
def test_too_large_batches_are_refused(logs, stream, messages, words):
    code, message = error_of(logs.put_log_events, logGroupName=stream[0], logStreamName="s", logEvents=[
        {"timestamp": now(), "message": m} for m in messages])
    assert code == "InvalidParameterException" and words in message


def test_the_largest_batch_is_taken_and_read_back(logs, stream):
    put(logs, *stream, "ü" * 524_275)
    [event] = logs.get_log_events(logGroupName=stream[0], logStreamName="s")["events"]
    assert event["message"] == "ü" * 524_275


def test_more_events_than_a_batch_may_have_are_refused(region, stream):
    events = [{"timestamp": now(), "message": "x"}] * 10_001
    answer = call(region, "PutLogEvents", json.dumps(
        {"logGroupName": stream[0], "logStreamName": "s", "logEvents": events}).encode(), service="logs",
        target="Logs_20140328.PutLogEvents")
    assert answer.status == 400 and answer.code == "InvalidParameterException"


def test_streams_are_described_by_name_and_by_time(logs, stream):
    group, at = stream[0], now() - 10_000
    for number, name in enumerate(["zz", "web/1", "web/2"]):
        logs.create_log_stream(logGroupName=group, logStreamName=name)
        put(logs, group, name, "x", at=at + number)
    def names(**a):
        pages = logs.get_paginator("describe_log_streams").paginate(
            logGroupName=group, PaginationConfig={"PageSize": 2}, **a)
        return [s["logStreamName"] for page in pages for s in page["logStreams"]]
    assert names() == ["s", "web/1", "web/2", "zz"]
    assert names(logStreamNamePrefix="web/") == ["web/1", "web/2"]
    assert names(orderBy="LastEventTime", descending=True) == ["web/2", "web/1", "zz", "s"]


def test_many_writers_share_the_disk(logs, region, stream):
    clients = [region.client("logs", parameter_validation=True) for _ in range(8)]

    def write(number):
        for step in range(25):
            put(clients[number], *stream, f"{number} {step}", at=now())

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    found = logs.get_log_events(logGroupName=stream[0], logStreamName="s", startFromHead=True)["events"]
    assert sorted(e["message"] for e in found) == sorted(f"{n} {s}" for n in range(8) for s in range(25))


def test_acknowledged_events_survive_kill_9_and_groups_made_anew_are_empty(new_region):
    region = new_region(instances=0).start()
    logs = region.client("logs")
    logs.create_log_group(logGroupName="g")
    logs.create_log_stream(logGroupName="g", logStreamName="s")
    acknowledged, stop = [], threading.Event()

    def write():
        client = region.client("logs", parameter_validation=True)
        try:
            for n in range(100_000):
                if stop.is_set():
                    return
                put(client, "g", "s", f"event {n}")
                acknowledged.append(f"event {n}")
        except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError):
            pass

    for _ in range(3):
        writer = threading.Thread(target=write)
        writer.start()
        time.sleep(0.5)
        region.kill()
        writer.join()
        region.start()
        found = [e["message"] for page in logs.get_paginator("filter_log_events").paginate(logGroupName="g")
                 for e in page["events"]]
        missing = set(acknowledged) - set(found)
        assert acknowledged and not missing, f"{len(missing)} of {len(acknowledged)} are missing"
    logs.delete_log_group(logGroupName="g")
    logs.create_log_group(logGroupName="g")
    logs.create_log_stream(logGroupName="g", logStreamName="s")
    assert logs.filter_log_events(logGroupName="g")["events"] == []


def test_a_full_disk_is_an_honest_error_and_loses_nothing(new_region):
    region = new_region(instances=0)
    directory = region.data / "logs"
    directory.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(directory)], check=True)
    try:
        region.start()
        logs = region.client("logs")
        logs.create_log_group(logGroupName="g")
        logs.create_log_stream(logGroupName="g", logStreamName="s")

        def fill(start, most):
            """Puts events until one is refused; returns those that were taken."""
            taken = []
            for n in range(start, start + most):
                try:
                    put(logs, "g", "s", f"event {n} " + "x" * 100_000)
                    taken.append(n)
                except botocore.exceptions.ClientError as error:
                    assert error.response["Error"]["Code"] == "ServiceUnavailableException"
                    assert "disk" in error.response["Error"]["Message"]
                    return taken
            return taken

        def there():
            pages = logs.get_paginator("filter_log_events").paginate(logGroupName="g")
            return [int(e["message"].split()[1]) for page in pages for e in page["events"]]

        taken = fill(0, 100)
        assert 10 < len(taken) < 30 and there() == taken
        assert fill(200, 1) == []
        subprocess.run(["mount", "-o", "remount,size=8m", str(directory)], check=True)
        taken += fill(300, 20)
        assert there() == taken
        region.kill()
        region.start()
        assert there() == taken
    finally:
        region.process.kill()
        subprocess.run(["umount", str(directory)], check=True)


# The AWS CLI

def cli(region, *arguments):
    return subprocess.Popen([str(AWS), *arguments], env={**region.aws_environment(), "PYTHONUNBUFFERED": "1",
                            "AWS_DISABLE_HOST_PREFIX_INJECTION": "true"}, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, stdin=subprocess.DEVNULL)


def lines_of(process):
    """The lines of a process as they come."""
    lines = []

    def read():
        for line in process.stdout:
            lines.append(line.rstrip("\n"))

    threading.Thread(target=read, daemon=True).start()
    return lines


def test_following_as_the_cli_does_shows_every_event_once(logs, stream):
    """`aws logs tail --follow` of the CLI's second version, which is no Python package: it asks from the newest time it
    has seen, and leaves out the events of that time it has shown."""
    shown, start, seen = [], now() - 600_000, set()

    def look():
        nonlocal start, seen
        arguments = {"logGroupName": stream[0], "interleaved": True, "startTime": start}
        while True:
            page = logs.filter_log_events(**arguments)
            for event in page["events"]:
                if event["eventId"] not in seen:
                    shown.append(event["message"])
                    start = max(start, event["timestamp"])
                    seen.add(event["eventId"])
            if "nextToken" not in page:
                return
            arguments["nextToken"] = page["nextToken"]

    at, wanted = now() - 5_000, []
    for step in range(12):
        messages = [f"{step} {n}" for n in range(3)]
        # Two batches share each time, so a look begins in the midst of one.
        logs.put_log_events(logGroupName=stream[0], logStreamName="s", logEvents=[
            {"timestamp": at + step // 2, "message": m} for m in messages])
        wanted += messages
        look()
    assert sorted(shown) == sorted(wanted)


def test_live_tail_sends_what_comes(region, logs, stream):
    arn = logs.describe_log_groups(logGroupNamePrefix=stream[0])["logGroups"][0]["logGroupArn"]
    client = boto3.client("logs", endpoint_url=region.endpoint, region_name="us-east-1", aws_access_key_id=KEY,
                          aws_secret_access_key=SECRET, config=Config(inject_host_prefix=False, read_timeout=20))
    put(logs, *stream, "not this")
    session = client.start_live_tail(logGroupIdentifiers=[arn], logEventFilterPattern="wanted")["responseStream"]
    found, starts = [], []
    for event in session:
        if "sessionStart" in event:
            starts.append(event["sessionStart"])
            put(logs, *stream, "wanted 1", "other", "wanted 2")
        else:
            found += event["sessionUpdate"]["sessionResults"]
        if len(found) == 2:
            break
    session.close()
    assert [e["message"] for e in found] == ["wanted 1", "wanted 2"]
    assert {e["logStreamName"] for e in found} == {"s"} and {e["logGroupIdentifier"] for e in found} == {arn}
    assert starts[0]["logGroupIdentifiers"] == [arn] and starts[0]["sessionId"]


def test_the_cli_starts_a_live_tail(region, logs, stream):
    arn = logs.describe_log_groups(logGroupNamePrefix=stream[0])["logGroups"][0]["logGroupArn"]
    tail = cli(region, "logs", "start-live-tail", "--log-group-identifiers", arn)
    try:
        lines = lines_of(tail)

        def seen():
            put(logs, *stream, "live")
            return any("live" in line for line in lines) or None

        eventually(seen, 30, 1, message=lambda: lines)
    finally:
        tail.kill()
        tail.wait()


# roost logs

def roost_logs(region, *arguments):
    return subprocess.run([str(BINARY), "logs", "--data", str(region.data), *arguments], capture_output=True, text=True,
                          env=clean_environment(), timeout=60, stdin=subprocess.DEVNULL)


@pytest.fixture
def writing(real_region):
    """Registers a task definition whose containers write."""
    group = unique("/ecs/own")
    options = {"awslogs-group": group, "awslogs-create-group": "true", "awslogs-stream-prefix": "p"}

    def make(command, **members):
        return register(real_region.ecs, containers=[container(
            command=["sh", "-c", command], stopTimeout=1,
            logConfiguration={"logDriver": "awslogs", "options": options}, **members)])

    yield make
    stop_everything(real_region.ecs)


def test_roost_logs_shows_a_task_that_ended(real_region, writing):
    task = run_one(real_region.ecs, writing("for i in 1 2 3; do echo line $i; done"))["taskArn"]
    wait_stopped(real_region.ecs, task)
    label = f"app/{task[-8:]}"
    wanted = [f"{label} | line {i}" for i in (1, 2, 3)]
    eventually(lambda: roost_logs(real_region, task).stdout.splitlines() == wanted or None, 20,
               message=lambda: roost_logs(real_region, task))
    assert roost_logs(real_region, task.rsplit("/", 1)[1], "--tail", "1").stdout.splitlines() == wanted[-1:]
    assert roost_logs(real_region, task, "--since", "0s").stdout == ""


def test_roost_logs_follows_a_service_with_its_new_tasks(real_region, writing):
    name = unique("web")
    definition = writing("i=0; while true; do echo here $i; i=$((i+1)); sleep 0.5; done")
    real_region.ecs.create_service(serviceName=name, taskDefinition=definition, desiredCount=1)
    eventually(lambda: real_region.ecs.list_tasks(serviceName=name)["taskArns"] or None, 30)
    follower = subprocess.Popen([str(BINARY), "logs", "--data", str(real_region.data), name, "--follow"], text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=clean_environment(),
                                stdin=subprocess.DEVNULL)
    try:
        lines = lines_of(follower)
        eventually(lambda: len(lines) > 3 or None, 30, message=lambda: lines)
        real_region.ecs.update_service(service=name, desiredCount=2)
        eventually(lambda: len({line.split(" ")[0] for line in lines}) == 2 or None, 40, message=lambda: lines[-9:])
        for label in {line.split(" ")[0] for line in lines}:
            numbers = [int(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(label + " ")]
            assert numbers == list(range(numbers[0], numbers[0] + len(numbers))), numbers
    finally:
        # Not SIGINT: a test runner that was started in the background hands it on ignored.
        follower.terminate()
        follower.wait(10)


def test_roost_logs_says_what_it_cannot_read(real_region):
    definition = register(real_region.ecs, containers=[container(
        command=["true"], logConfiguration={"logDriver": "json-file"})])
    task = run_one(real_region.ecs, definition)["taskArn"]
    wait_stopped(real_region.ecs, task)
    done = roost_logs(real_region, task)
    assert done.returncode == 1 and "json-file" in done.stderr and "docker logs" in done.stderr
    done = roost_logs(real_region, "nobody")
    assert done.returncode != 0 and "There is no service or task nobody" in done.stderr
    done = roost_logs(real_region, task, "--container", "other")
    assert done.returncode != 0 and "no container other" in done.stderr
