"""Kill -9 at any moment: nothing acknowledged is lost, nothing healthy is restarted."""

import random
import signal
import subprocess
import threading
import time

import botocore.exceptions
import pytest

from support.ecs import (all_free, container, error_of, instances, register, run_one, service, stable, task, unique,
                         wait_running, wait_stopped)
from support.engine import Engine
from support.poll import eventually
from support.region import KEY, SECRET, RoostProcess

SLEEP = dict(command=["sleep", "3600"], memory=16, stopTimeout=1)


# Acknowledged writes

class Writer(threading.Thread):
    """Writes until the region dies, and remembers what was acknowledged."""

    def __init__(self, region, definition, number):
        super().__init__()
        self.client, self.definition, self.number = region.client(), definition, number
        self.clusters, self.tasks, self.revisions = set(), set(), set()

    def run(self):
        try:
            for step in range(100_000):
                if step % 3 == 0:
                    name = f"c-{self.number}-{unique()}"
                    self.client.create_cluster(clusterName=name)
                    self.clusters.add(name)
                elif step % 3 == 1:
                    answer = self.client.run_task(taskDefinition=self.definition)
                    self.tasks.update(t["taskArn"] for t in answer["tasks"])
                else:
                    self.revisions.add(register(self.client, f"family-{self.number}"))
        except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
            self.error = error


def described(call, key, names, argument):
    found = []
    for start in range(0, len(names), 100):
        found += call(**{argument: names[start:start + 100]})[key]
    return found


@pytest.mark.parametrize("round", range(4))
def test_no_acknowledged_write_is_lost(new_region, round):
    region = new_region().start()
    region.wait_for_instances()
    definition = register(region.ecs, containers=[container(cpu=0, memory=6)])
    writers = [Writer(region, definition, n) for n in range(6)]
    for writer in writers:
        writer.start()
    time.sleep(random.uniform(0.2, 1.2))  # the moment of the crash is meant to be any
    region.kill()
    for writer in writers:
        writer.join(30)
    region.start()
    ecs = region.ecs
    clusters = sorted(set().union(*(w.clusters for w in writers)))
    tasks = sorted(set().union(*(w.tasks for w in writers)))
    revisions = sorted(set().union(*(w.revisions for w in writers)))
    assert clusters and tasks and revisions
    found = {c["clusterName"] for c in described(ecs.describe_clusters, "clusters", clusters, "clusters")}
    assert found == set(clusters)
    found = {t["taskArn"] for t in described(ecs.describe_tasks, "tasks", tasks, "tasks")}
    assert found == set(tasks)
    for arn in random.sample(revisions, min(40, len(revisions))):
        assert ecs.describe_task_definition(taskDefinition=arn)["taskDefinition"]["status"] == "ACTIVE"
    # Accounting is exact after the crash too: every task that still holds resources ends, and gives them back.
    region.wait_for_instances()
    for page in ecs.get_paginator("list_tasks").paginate():
        for arn in page["taskArns"]:
            ecs.stop_task(task=arn)
    eventually(lambda: all_free(ecs), 60, 0.3, message="resources given back after the crash")
    region.close()


def test_the_client_token_survives_the_crash(new_region):
    region = new_region().start()
    region.wait_for_instances()
    definition = register(region.ecs)
    token = unique("token")
    first = run_one(region.ecs, definition, clientToken=token)["taskArn"]
    region.kill()
    region.start()
    region.wait_for_instances()
    assert run_one(region.ecs, definition, clientToken=token)["taskArn"] == first


def test_a_start_while_another_runs_is_refused(new_region):
    region = new_region(instances=0).start()
    second = region.roost("up", "--data", region.data, "--listen", "127.0.0.1:0", "--instances", "0", "--engine",
                          "simulated", timeout=20)
    assert second.returncode != 0
    assert str(region.data) in second.stdout + second.stderr
    assert region.healthy()


# Containers are adopted

def identities(engine, account):
    """Which containers run, and since when: a restarted one has another start."""
    return {c["Id"]: engine.inspect(c["Id"])["State"]["StartedAt"] for c in engine.of_account(account, all=False)}


@pytest.mark.parametrize("way", ["kill", "terminate"])
def test_containers_outlive_the_region_and_are_adopted(new_region, engine, way):
    region = new_region(engine="docker").start()
    region.wait_for_instances()
    ecs = region.ecs
    definition = register(ecs, containers=[container(**SLEEP)])
    name = unique("svc")
    ecs.create_service(serviceName=name, taskDefinition=definition, desiredCount=3)
    lone = wait_running(ecs, run_one(ecs, definition)["taskArn"])["taskArn"]
    doomed = wait_running(ecs, run_one(ecs, register(ecs, containers=[container(**SLEEP)]))["taskArn"])
    stable(ecs, name)
    before = identities(engine, region.account)
    assert len(before) == 5
    homes = {i["containerInstanceArn"] for i in instances(ecs)}

    if way == "kill":
        region.kill()
    else:
        assert region.terminate() == 0
    assert identities(engine, region.account) == before, "containers keep running without the region"
    victim = doomed["containers"][0]["runtimeId"]
    engine.kill(victim)

    region.start()
    region.wait_for_instances()
    assert {i["containerInstanceArn"] for i in instances(ecs)} == homes, "instances keep their identity"
    ended = wait_stopped(ecs, doomed["taskArn"])
    assert (ended["stopCode"], ended["containers"][0]["exitCode"]) == ("EssentialContainerExited", 137)
    del before[victim]
    stable(ecs, name)
    assert identities(engine, region.account) == before, "nothing healthy was restarted"
    assert task(ecs, lone)["lastStatus"] == "RUNNING"
    ecs.stop_task(task=lone)
    wait_stopped(ecs, lone)
    assert len(identities(engine, region.account)) == 3
    region.close()


def test_killed_while_tasks_start(new_region, engine):
    """Wherever the crash falls between placement and running, each task runs once or is told to have failed."""
    region = new_region(engine="docker").start()
    region.wait_for_instances()
    ecs = region.ecs
    name = unique("svc")
    definition = register(ecs, containers=[container(**SLEEP)])
    ecs.create_service(serviceName=name, taskDefinition=definition, desiredCount=4)
    for moment in (0.1, 0.6):
        time.sleep(moment)
        region.kill()
        region.start()
    region.wait_for_instances()
    stable(ecs, name)

    def one_container_each():
        running = engine.of_account(region.account, all=False)
        tasks = ecs.list_tasks(serviceName=name)["taskArns"]
        return sorted(c["Labels"]["com.amazonaws.ecs.task-arn"] for c in running) == sorted(tasks) and len(tasks) == 4

    eventually(one_container_each, 30)
    region.close()


def test_fresh_begins_with_nothing(new_region, engine):
    region = new_region(engine="docker", instances=1).start()
    region.wait_for_instances()
    wait_running(region.ecs, run_one(region.ecs, register(region.ecs, containers=[container(**SLEEP)]))["taskArn"])
    assert region.terminate() == 0
    assert len(engine.of_account(region.account, all=False)) == 1
    region.arguments = ["--fresh"]
    region.start()
    region.wait_for_instances()
    assert engine.of_account(region.account) == []
    assert region.ecs.list_task_definitions()["taskDefinitionArns"] == []
    assert region.ecs.list_tasks()["taskArns"] == []
    region.close()


# Roles apart

@pytest.fixture
def split(new_region, engine, tmp_path):
    """A server and an agent as two processes."""
    server = new_region(role="server", engine="docker").start()
    agents = []

    def start_agent():
        agents.append(RoostProcess(
            ["agent", "--data", tmp_path / "agent"], tmp_path / "agent.log",
            {"AWS_ENDPOINT_URL": server.endpoint, "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET,
             "AWS_REGION": "us-east-1"}))
        return agents[-1]

    yield server, start_agent
    for agent in agents:
        agent.kill()


def test_only_the_agent_is_killed(split, engine):
    server, start_agent = split
    agent = start_agent()
    server.wait_for_instances(1)
    ecs = server.ecs
    definition = register(ecs, containers=[container(**SLEEP)])
    kept = wait_running(ecs, run_one(ecs, definition)["taskArn"])["taskArn"]
    doomed = wait_running(ecs, run_one(ecs, definition)["taskArn"])
    before = identities(engine, server.account)

    agent.kill()
    [instance] = eventually(lambda: (i := instances(ecs)) and not i[0]["agentConnected"] and i)
    assert instance["status"] == "ACTIVE"
    assert task(ecs, kept)["lastStatus"] == "RUNNING", "a lost agent is not a lost task"
    assert [f["reason"] for f in ecs.run_task(taskDefinition=definition)["failures"]] == ["AGENT"]
    victim = doomed["containers"][0]["runtimeId"]
    engine.kill(victim)

    start_agent()
    server.wait_for_instances(1)
    assert len(instances(ecs)) == 1, "the agent kept its identity"
    assert wait_stopped(ecs, doomed["taskArn"])["containers"][0]["exitCode"] == 137
    del before[victim]
    assert identities(engine, server.account) == before
    ecs.stop_task(task=kept)
    wait_stopped(ecs, kept)


def test_only_the_server_is_killed(split, engine):
    server, start_agent = split
    start_agent()
    server.wait_for_instances(1)
    ecs = server.ecs
    running = wait_running(ecs, run_one(ecs, register(ecs, containers=[container(**SLEEP)]))["taskArn"])
    server.kill()
    engine.kill(running["containers"][0]["runtimeId"])
    server.start()
    ended = wait_stopped(ecs, running["taskArn"], timeout=60)
    assert ended["containers"][0]["exitCode"] == 137
    server.wait_for_instances(1)


# Only the engine restarts

class PrivateEngine:
    """A dockerd of the test's own: own data, own socket, no bridge, and containers that outlive it.

    It lives in a network namespace of its own, because an engine without a bridge removes the machine's `docker0`.
    """

    def __init__(self, folder):
        self.folder, self.host = folder, f"unix://{folder}/docker.sock"
        self.process = None

    def start(self):
        with open(self.folder / "dockerd.log", "ab") as log:
            self.process = subprocess.Popen(
                ["unshare", "--net", "dockerd", "--data-root", self.folder / "root", "--exec-root",
                 self.folder / "exec", "-H", self.host, "--pidfile", self.folder / "docker.pid", "--bridge", "none",
                 "--iptables=false", "--live-restore"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        eventually(Engine(self.host).answers, 40, message="the private engine answers")

    def send(self, number):
        """`unshare` became the engine: the signal reaches it, and nobody else."""
        self.process.send_signal(number)

    def stop(self, number=signal.SIGTERM):
        self.send(signal.SIGCONT)
        self.send(number)
        self.process.wait(30)


@pytest.fixture
def private_engine(tmp_path):
    import shutil

    engine = PrivateEngine(tmp_path)
    try:
        engine.start()
        image = subprocess.run(["docker", "save", "busybox:latest"], capture_output=True, check=True).stdout
        subprocess.run(["docker", "-H", engine.host, "load"], input=image, check=True, capture_output=True)
        yield engine
    finally:
        if engine.process and engine.process.poll() is None:
            for found in Engine(engine.host).containers():
                Engine(engine.host).remove(found["Id"])
            engine.stop()
        for mount in (tmp_path / "exec" / "netns" / "default", tmp_path / "root"):  # What the engine leaves mounted.
            subprocess.run(["umount", mount], capture_output=True)
        shutil.rmtree(tmp_path, ignore_errors=True)


def test_only_the_engine_restarts(new_region, private_engine):
    region = new_region(engine="docker", instances=1, host=private_engine.host).start()
    region.wait_for_instances()
    ecs, engine = region.ecs, Engine(private_engine.host)
    name = unique("svc")
    definition = register(ecs, networkMode="host", containers=[container(**SLEEP)])
    ecs.create_service(serviceName=name, taskDefinition=definition, desiredCount=2)
    stable(ecs, name)
    before = identities(engine, region.account)

    private_engine.stop()
    assert region.healthy(), "the region lives without its engine"
    assert error_of(ecs.describe_tasks, tasks=[])[0] == "InvalidParameterException"
    private_engine.start()
    eventually(lambda: identities(engine, region.account) == before, 30)
    # The region sees new events again: a container that is killed now is replaced.
    engine.kill(sorted(before)[0])
    eventually(lambda: len(now := identities(engine, region.account)) == 2 and sorted(before)[0] not in now, 40)
    assert sorted(before)[1] in identities(engine, region.account), "the healthy one was left alone"
    stable(ecs, name)
    assert service(ecs, name)["runningCount"] == 2
    region.close()


def health(ecs):
    """What the agent says of its engine."""
    [arn] = ecs.list_container_instances()["containerInstanceArns"]
    found = ecs.describe_container_instances(containerInstances=[arn], include=["CONTAINER_INSTANCE_HEALTH"])
    return found["containerInstances"][0]["healthStatus"]["overallStatus"]


def test_the_engine_hangs_for_a_while(new_region, private_engine):
    """It takes connections and answers nothing: tasks go on, what was asked for waits, and happens once, in the end."""
    region = new_region(engine="docker", instances=1, host=private_engine.host).start()
    region.wait_for_instances()
    ecs, engine = region.ecs, Engine(private_engine.host)
    definition = register(ecs, networkMode="host", containers=[container(**SLEEP)])
    kept, doomed = [wait_running(ecs, run_one(ecs, definition)["taskArn"])["taskArn"] for _ in range(2)]
    before = identities(engine, region.account)
    eventually(lambda: health(ecs) == "OK", 40)

    private_engine.send(signal.SIGSTOP)
    try:
        late = run_one(ecs, definition)["taskArn"]
        ecs.stop_task(task=doomed)
        eventually(lambda: health(ecs) == "IMPAIRED", 60, 0.5, message="the hang is told")
        assert region.healthy()
        assert task(ecs, late)["lastStatus"] == "PENDING"
        assert task(ecs, doomed)["lastStatus"] in ("RUNNING", "STOPPING"), "not stopped before it is"
        assert task(ecs, kept)["lastStatus"] == "RUNNING"
    finally:
        private_engine.send(signal.SIGCONT)

    wait_running(ecs, late, timeout=60)
    wait_stopped(ecs, doomed, timeout=60)
    eventually(lambda: health(ecs) == "OK", 40)
    after = identities(engine, region.account)
    assert len(after) == 2 and len(set(after) & set(before)) == 1, "one each, and the healthy one was left alone"
    region.close()
