"""Agents on machines of their own, which joined with a token; and a cable that is pulled for a minute."""

import json
import os
import subprocess
import sys
import time

import pytest

from support.ecs import (container, instances, register, run_one, stable, stop_everything, task, unique,
                         wait_running, wait_stopped)
from support.machines import Host, Network
from support.poll import eventually, stays
from support.region import RoostProcess

CREDENTIALS = "http://169.254.170.2$AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
#: Longer than the shortest silence after which an agent gives a session up, shorter than the server's.
CUT_SECONDS = 65


@pytest.fixture(scope="module")
def network():
    if os.geteuid() != 0:
        pytest.skip("network namespaces need root")
    network = Network()
    yield network
    network.close()


@pytest.fixture(scope="module")
def region(new_region, network):
    return new_region(role="server", instances=0, listen="0.0.0.0").start()


@pytest.fixture(scope="module")
def token(region):
    def make(*arguments):
        done = region.roost("token", "--data", region.data, *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()
    return make


class Joined(RoostProcess):
    """An agent on a machine."""

    def __init__(self, host, server, token, data, cluster="default"):
        super().__init__(
            ["agent", "--server", server, "--cluster", cluster, "--token", token, "--data", data, "--name", "agent",
             "--address", host.address, "--cpu", "1024", "--memory", "512"],
            data / "agent.log", {"DOCKER_HOST": f"unix://{host.socket}"}, host.prefix)


@pytest.fixture(scope="module")
def hosts(network, region, token, tmp_path_factory):
    made, agents = [], []
    try:
        for number in (1, 2):
            host = Host(network, number, tmp_path_factory.mktemp(f"h{number}"))
            made.append(host)
            host.start_engine()
            agents.append(Joined(host, f"http://{network.address}:{region.port}", token(), host.directory / "agent"))
        region.wait_for_instances(2)
        yield made
    finally:
        for agent in agents:
            agent.terminate()
        for host in made:
            host.close()


@pytest.fixture(scope="module")
def ecs(region):
    return region.ecs


@pytest.fixture(autouse=True)
def nothing_left(hosts, ecs):
    yield
    stop_everything(ecs)


def running(hosts):
    """The ARNs of the tasks whose containers run, one for each container, over all machines."""
    arns = []
    for host in hosts:
        arns += [c["Labels"]["com.amazonaws.ecs.task-arn"]
                 for c in host.engine.containers("com.amazonaws.ecs.task-arn", all=False)]
    return sorted(arns)


def test_machines_join_with_a_token_and_run_tasks(hosts, region, ecs):
    addresses = set()
    for instance in instances(ecs):
        assert instance["agentConnected"] and instance["versionInfo"]["dockerVersion"].startswith("DockerVersion: ")
        addresses.add(instance["containerInstanceArn"])
    assert len(addresses) == 2
    definition = register(ecs, taskRoleArn="arn:aws:iam::000000000000:role/reader", containers=[container(
        stopTimeout=1, command=["sh", "-c", f"sleep 1; wget -q -O - \"{CREDENTIALS}\" 2>&1; echo; exec sleep 3600"])])
    tasks = ecs.run_task(taskDefinition=definition, count=2,
                         placementStrategy=[{"type": "spread", "field": "instanceId"}])["tasks"]
    for started in tasks:
        wait_running(ecs, started["taskArn"])
    for host in hosts:
        [found] = host.engine.containers("com.amazonaws.ecs.task-arn")
        text = eventually(lambda: (t := host.engine.logs(found["Id"])).startswith("{") and t, 20, 0.2,
                          message=lambda: host.engine.logs(found["Id"]))
        given = json.loads(text)
        client = region.client("sts", aws_access_key_id=given["AccessKeyId"],
                               aws_secret_access_key=given["SecretAccessKey"], aws_session_token=given["Token"])
        assert client.get_caller_identity()["Arn"].endswith(
            found["Labels"]["com.amazonaws.ecs.task-arn"].split("/")[-1])


def test_a_token_is_for_one_cluster(hosts, region, network, token, tmp_path, ecs):
    ecs.create_cluster(clusterName="other")
    agent = RoostProcess(
        ["agent", "--server", f"http://127.0.0.1:{region.port}", "--cluster", "default", "--token",
         token("--cluster", "other"), "--data", tmp_path, "--engine", "simulated"], tmp_path / "agent.log")
    eventually(lambda: "AccessDeniedException" in agent.log.read_text(), 15)
    agent.terminate()
    assert len(instances(ecs)) == 2


def test_a_cable_that_is_pulled_for_a_minute(hosts, region, ecs):
    definition = register(ecs, containers=[container(command=["sleep", "3600"], stopTimeout=1)])
    name = unique("svc")
    ecs.create_service(serviceName=name, taskDefinition=definition, desiredCount=4,
                       placementStrategy=[{"type": "spread", "field": "instanceId"}])
    stable(ecs, name)
    lone = run_one(ecs, definition, placementStrategy=[{"type": "spread", "field": "instanceId"}])["taskArn"]
    wait_running(ecs, lone)
    before = running(hosts)
    assert len(before) == len(set(before)) == 5
    far = next(h for h in hosts if h.engine.of_task(lone))

    far.cut()
    began = time.monotonic()
    try:
        # While nobody can reach it: one container ends by itself, one task is told to stop.
        victim = next(c for c in far.engine.containers("com.amazonaws.ecs.task-arn", all=False)
                      if c["Labels"]["com.amazonaws.ecs.task-arn"] != lone)
        far.engine.kill(victim["Id"])
        ecs.stop_task(task=lone)
        stays(lambda: len(running(hosts)) == 4, CUT_SECONDS - (time.monotonic() - began), 1)
        assert task(ecs, lone)["lastStatus"] == "RUNNING", "nobody was told"
    finally:
        far.plug()

    wait_stopped(ecs, lone, timeout=150)
    dead = victim["Labels"]["com.amazonaws.ecs.task-arn"]
    assert wait_stopped(ecs, dead, timeout=30)["stopCode"] == "EssentialContainerExited"
    found = stable(ecs, name, timeout=60)
    assert (found["runningCount"], found["pendingCount"]) == (4, 0)
    after = running(hosts)
    assert len(after) == len(set(after)) == 4, "no task runs twice"
    assert sorted(after) == sorted(a for p in ecs.get_paginator("list_tasks").paginate() for a in p["taskArns"])
    assert len(set(before) & set(after)) == 3, "what ran went on"
    assert all(i["agentConnected"] for i in instances(ecs))


def test_an_agent_that_cannot_serve_its_tasks_takes_none_with_a_role(network, hosts, region, token, ecs, tmp_path):
    """Something else has the address in this machine: an honest problem, and tasks without a role run as ever."""
    ecs.create_cluster(clusterName="crowded")
    machine = Host(network, 3, tmp_path / "h3")
    squatter = agent = None
    try:
        subprocess.run([*machine.prefix, "ip", "addr", "add", "169.254.170.2/32", "dev", "lo"], check=True)
        squatter = subprocess.Popen([*machine.prefix, sys.executable, "-m", "http.server", "80", "--bind",
                                     "169.254.170.2", "--directory", tmp_path], stderr=subprocess.DEVNULL,
                                    stdout=subprocess.DEVNULL)
        eventually(lambda: subprocess.run(
            [*machine.prefix, "ss", "-ltnH"], capture_output=True, text=True).stdout.count("169.254.170.2:80"), 20)
        machine.socket = hosts[0].socket
        agent = Joined(machine, f"http://{network.address}:{region.port}", token("--cluster", "crowded"),
                       tmp_path / "agent", "crowded")
        region.wait_for_instances(1, "crowded")
        assert "endpoints cannot be served" in agent.log.read_text()
        plain = [container(command=["sleep", "3600"], stopTimeout=1)]
        with_role = register(ecs, taskRoleArn="arn:aws:iam::000000000000:role/reader", containers=plain)
        refused = ecs.run_task(cluster="crowded", taskDefinition=with_role)
        assert [f["reason"] for f in refused["failures"]] == ["ATTRIBUTE"]
        arn = run_one(ecs, register(ecs, containers=plain), cluster="crowded")["taskArn"]
        wait_running(ecs, arn, cluster="crowded")
        [found] = hosts[0].engine.of_task(arn)
        variables = hosts[0].engine.inspect(found["Id"])["Config"]["Env"]
        assert not any(v.startswith("ECS_CONTAINER_METADATA_URI") for v in variables)
        stop_everything(ecs, "crowded")
    finally:
        if agent:
            agent.terminate()
        if squatter:
            squatter.kill()
            squatter.wait()
        machine.close()
