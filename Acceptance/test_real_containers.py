"""Tasks that are real containers on a real Docker Engine: reachable ports, exit codes, limits, names, clean ends."""

import concurrent.futures
import urllib.request

import pytest

from support.ecs import (all_free, container, register, run_one, stop_everything, task, unique, wait_running,
                         wait_stopped)
from support.poll import eventually

SERVE = ["sh", "-c", "echo hello from $WHO > /www/index.html; exec httpd -f -p 8080 -h /www"]


@pytest.fixture(scope="module")
def ecs(real_region):
    return real_region.ecs


@pytest.fixture(autouse=True)
def nothing_left(ecs):
    yield
    stop_everything(ecs)


def run_to_end(ecs, *containers, timeout=40, **arguments):
    """Runs a task until it stops by itself; returns it."""
    arn = run_one(ecs, register(ecs, containers=list(containers)), **arguments)["taskArn"]
    return wait_stopped(ecs, arn, timeout=timeout)


def output(engine, arn, name="app"):
    """What a container of a task wrote; it may just be starting."""
    [found] = [c for c in engine.of_task(arn) if c["Labels"]["com.amazonaws.ecs.container-name"] == name]
    return engine.logs(found["Id"])


def fetch(port, address="127.0.0.1"):
    """The page; None as long as nothing listens in the container: the engine takes connections before."""
    try:
        with urllib.request.urlopen(f"http://{address}:{port}/", timeout=5) as response:
            return response.read().decode()
    except OSError:
        return None


def test_a_web_server_on_dynamic_ports(ecs, engine, real_region):
    definition = register(ecs, containers=[container(
        command=SERVE, environment=[{"name": "WHO", "value": "roost"}], stopTimeout=1,
        portMappings=[{"containerPort": 8080}])])
    tasks = ecs.run_task(taskDefinition=definition, count=4)["tasks"]
    ports = set()
    for started in tasks:
        running = wait_running(ecs, started["taskArn"])
        [app] = running["containers"]
        [binding] = [b for b in app["networkBindings"] if ":" not in b["bindIP"]]
        assert (binding["containerPort"], binding["protocol"]) == (8080, "tcp")
        assert eventually(lambda: fetch(binding["hostPort"]), message="the page") == "hello from roost\n"
        [found] = engine.of_task(started["taskArn"])
        assert found["Id"] == app["runtimeId"]
        ports.add(binding["hostPort"])
    assert len(ports) == 4, "the same container port, many times on one machine"


def test_a_static_port(ecs):
    from support.region import free_port

    port = free_port()
    definition = register(ecs, containers=[container(
        command=SERVE, stopTimeout=1, portMappings=[{"containerPort": 8080, "hostPort": port}])])
    running = wait_running(ecs, run_one(ecs, definition)["taskArn"])
    assert {b["hostPort"] for b in running["containers"][0]["networkBindings"]} == {port}
    assert eventually(lambda: fetch(port)).startswith("hello")


def test_host_network(ecs):
    from support.region import free_port

    port = free_port()
    command = ["sh", "-c", f"echo host > /www/index.html; exec httpd -f -p {port} -h /www"]
    definition = register(ecs, networkMode="host", containers=[container(
        command=command, stopTimeout=1, portMappings=[{"containerPort": port}])])
    running = wait_running(ecs, run_one(ecs, definition)["taskArn"])
    assert {b["hostPort"] for b in running["containers"][0]["networkBindings"]} == {port}
    assert eventually(lambda: fetch(port)) == "host\n"


def test_exit_codes_and_who_stopped_the_task(ecs):
    stopped = run_to_end(ecs, container(command=["sh", "-c", "sleep 1; exit 7"]),
                         container("side", command=["sleep", "3600"], stopTimeout=2))
    assert stopped["stopCode"] == "EssentialContainerExited"
    assert stopped["stoppedReason"] == "Essential container in task exited"
    codes = {c["name"]: c.get("exitCode") for c in stopped["containers"]}
    assert codes["app"] == 7 and codes["side"] in (137, 143)
    assert {c["lastStatus"] for c in stopped["containers"]} == {"STOPPED"}
    assert stopped["createdAt"] <= stopped["pullStartedAt"] <= stopped["pullStoppedAt"] <= stopped["startedAt"]
    assert stopped["startedAt"] <= stopped["executionStoppedAt"] <= stopped["stoppedAt"]
    assert all_free(ecs)


def test_a_container_that_ends_at_once_has_run(ecs):
    stopped = run_to_end(ecs, container(command=["true"]))
    assert (stopped["stopCode"], stopped["containers"][0]["exitCode"]) == ("EssentialContainerExited", 0)
    assert stopped["createdAt"] <= stopped["startedAt"] <= stopped["executionStoppedAt"] <= stopped["stoppedAt"]


def test_an_unessential_container_may_end(ecs):
    definition = register(ecs, containers=[
        container(command=["sleep", "3600"], stopTimeout=1), container("job", command=["true"], essential=False)])
    arn = run_one(ecs, definition)["taskArn"]

    def job_ended():
        found = task(ecs, arn)
        job = [c for c in found["containers"] if c["name"] == "job"][0]
        return found if job["lastStatus"] == "STOPPED" and found["lastStatus"] == "RUNNING" else None

    found = eventually(job_ended)
    assert [c["exitCode"] for c in found["containers"] if c["name"] == "job"] == [0]
    assert found["desiredStatus"] == "RUNNING"


def test_memory_is_limited_and_its_end_is_told(ecs):
    hog = container(memory=16, command=["sh", "-c", "head -c 200m /dev/zero | tail"])
    stopped = run_to_end(ecs, hog)
    [app] = stopped["containers"]
    assert app["exitCode"] == 137
    assert app["reason"] == "OutOfMemoryError: Container killed due to memory usage"
    assert stopped["stopCode"] == "EssentialContainerExited"


def test_stop_is_polite_first_and_then_not(ecs):
    polite = register(ecs, containers=[container(
        command=["sh", "-c", "trap 'exit 42' TERM; while :; do sleep 0.1; done"], stopTimeout=20)])
    stubborn = register(ecs, containers=[container(
        command=["sh", "-c", "trap '' TERM; while :; do sleep 0.1; done"], stopTimeout=1)])
    arns = [wait_running(ecs, run_one(ecs, d)["taskArn"])["taskArn"] for d in (polite, stubborn)]
    for arn in arns:
        ecs.stop_task(task=arn, reason="test over")
    ends = [wait_stopped(ecs, arn) for arn in arns]
    assert [e["containers"][0]["exitCode"] for e in ends] == [42, 137]
    assert {e["stopCode"] for e in ends} == {"UserInitiated"}
    assert {e["stoppedReason"] for e in ends} == {"test over"}


def test_environment_command_and_entry_point(ecs, engine):
    definition = register(ecs, containers=[container(
        entryPoint=["sh", "-c"], command=['echo "$GREETING $NAME"; pwd; id -u; hostname; exec sleep 3600'],
        environment=[{"name": "GREETING", "value": "good day"}, {"name": "NAME", "value": "nobody"}],
        workingDirectory="/tmp", user="1234", hostname="named", stopTimeout=1)])
    arn = run_one(ecs, definition, overrides={"containerOverrides": [
        {"name": "app", "environment": [{"name": "NAME", "value": "somebody"}]}]})["taskArn"]
    wait_running(ecs, arn)
    lines = eventually(lambda: (t := output(engine, arn)).count("\n") >= 4 and t).splitlines()
    assert lines == ["good day somebody", "/tmp", "1234", "named"]


def test_limits_reach_the_engine(ecs, engine):
    definition = register(ecs, containers=[container(
        command=["sleep", "3600"], cpu=256, memory=64, memoryReservation=48, stopTimeout=1,
        ulimits=[{"name": "nofile", "softLimit": 512, "hardLimit": 1024}], dockerLabels={"team": "blue"},
        linuxParameters={"initProcessEnabled": True, "capabilities": {"drop": ["MKNOD"]}},
        readonlyRootFilesystem=True, extraHosts=[{"hostname": "db.test", "ipAddress": "10.9.8.7"}])])
    arn = run_one(ecs, definition)["taskArn"]
    wait_running(ecs, arn)
    [found] = engine.of_task(arn)
    settings = engine.inspect(found["Id"])
    host = settings["HostConfig"]
    assert (host["CpuShares"], host["Memory"], host["MemoryReservation"]) == (256, 64 << 20, 48 << 20)
    assert host["Ulimits"] == [{"Name": "nofile", "Soft": 512, "Hard": 1024}]
    assert host["ReadonlyRootfs"] is True and host["Init"] is True
    assert host["CapDrop"] == ["MKNOD"] and host["ExtraHosts"] == ["db.test:10.9.8.7"]
    assert settings["Config"]["Labels"]["team"] == "blue"


def test_labels_and_names_are_the_official_agents(ecs, engine, real_region):
    family = unique("named")
    arn = run_one(ecs, register(ecs, family, containers=[container(command=["sleep", "3600"], stopTimeout=1)]))["taskArn"]
    wait_running(ecs, arn)
    [found] = engine.of_task(arn)
    labels = found["Labels"]
    assert labels["com.amazonaws.ecs.cluster"] in ("default", real_region.arn("cluster/default"))
    assert labels["com.amazonaws.ecs.container-name"] == "app"
    assert labels["com.amazonaws.ecs.task-definition-family"] == family
    assert labels["com.amazonaws.ecs.task-definition-version"] == "1"
    assert labels["io.roost.instance"]
    assert found["Names"][0].startswith(f"/ecs-{family}-1-app-")


def test_volumes(ecs, engine, tmp_path):
    (tmp_path / "given.txt").write_text("from the host\n")
    definition = register(
        ecs, volumes=[{"name": "host", "host": {"sourcePath": str(tmp_path)}}, {"name": "scratch", "host": {}}],
        containers=[
            container("writer", command=["sh", "-c", "cp /given/given.txt /shared/copy.txt; sleep 3600"], stopTimeout=1,
                      mountPoints=[{"sourceVolume": "host", "containerPath": "/given", "readOnly": True},
                                   {"sourceVolume": "scratch", "containerPath": "/shared"}]),
            container("reader", command=["sh", "-c", "until cat /shared/copy.txt; do sleep 0.1; done; sleep 3600"],
                      stopTimeout=1, mountPoints=[{"sourceVolume": "scratch", "containerPath": "/shared"}])])
    arn = run_one(ecs, definition)["taskArn"]
    wait_running(ecs, arn)
    eventually(lambda: "from the host" in output(engine, arn, "reader"))


def test_depends_on_order(ecs, engine):
    definition = register(ecs, containers=[
        container("first", command=["sh", "-c", "sleep 0.5"], essential=False),
        container(command=["sleep", "3600"], stopTimeout=1, dependsOn=[
            {"containerName": "first", "condition": "SUCCESS"}])])
    arn = run_one(ecs, definition)["taskArn"]
    wait_running(ecs, arn)
    state = {c["Labels"]["com.amazonaws.ecs.container-name"]: engine.inspect(c["Id"])["State"]
             for c in engine.of_task(arn)}
    assert state["first"]["FinishedAt"] <= state["app"]["StartedAt"]


def test_container_health(ecs):
    definition = register(ecs, containers=[container(
        command=["sleep", "3600"], stopTimeout=1, healthCheck={"command": ["CMD-SHELL", "true"], "interval": 5})])
    arn = run_one(ecs, definition)["taskArn"]
    assert wait_running(ecs, arn)["healthStatus"] in ("UNKNOWN", "HEALTHY")
    found = eventually(lambda: (t := task(ecs, arn))["healthStatus"] == "HEALTHY" and t, 20)
    assert found["containers"][0]["healthStatus"] == "HEALTHY"


def test_a_missing_image(ecs):
    stopped = run_to_end(ecs, container(image="localhost:1/no/such:image"), timeout=60)
    assert stopped["stopCode"] == "TaskFailedToStart"
    assert "CannotPullContainerError" in stopped["stoppedReason"]
    [app] = stopped["containers"]
    assert app["reason"].startswith("CannotPullContainerError: ") and "exitCode" not in app
    assert "startedAt" not in stopped
    assert all_free(ecs)


def test_a_command_that_is_not_there(ecs):
    stopped = run_to_end(ecs, container(command=["/no/such/program"]))
    assert stopped["stopCode"] == "TaskFailedToStart"
    reason = stopped["containers"][0]["reason"]
    assert reason.startswith(("CannotStartContainerError: ", "CannotCreateContainerError: ")), reason
    assert all_free(ecs)


def test_the_image_digest_or_identity_is_real(ecs, engine):
    arn = run_one(ecs, register(ecs, containers=[container(command=["sleep", "3600"], stopTimeout=1)]))["taskArn"]
    [app] = wait_running(ecs, arn)["containers"]
    image = engine.call("GET", "/images/busybox:latest/json")
    # An image made here was never pushed anywhere: it has no repository digest; then its identity stands in or nothing.
    known = {d.split("@")[1] for d in image.get("RepoDigests") or []} | {image["Id"]}
    assert app.get("imageDigest", image["Id"]) in known


def test_stopped_by_hand_behind_our_back(ecs, engine):
    arn = run_one(ecs, register(ecs, containers=[container(command=["sleep", "3600"])]))["taskArn"]
    wait_running(ecs, arn)
    [found] = engine.of_task(arn)
    engine.remove(found["Id"])
    stopped = wait_stopped(ecs, arn)
    assert stopped["stopCode"] == "EssentialContainerExited"
    assert all_free(ecs)


def test_ten_at_once_and_none_left(ecs, engine, real_region):
    definition = register(ecs, containers=[container(command=["sleep", "3600"], memory=16, stopTimeout=0)])
    arns = [t["taskArn"] for t in ecs.run_task(taskDefinition=definition, count=10)["tasks"]]
    for arn in arns:
        wait_running(ecs, arn, timeout=60)
    assert len(engine.of_account(real_region.account, all=False)) == 10
    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        list(pool.map(lambda arn: ecs.stop_task(task=arn), arns))
    for arn in arns:
        wait_stopped(ecs, arn, timeout=60)
    assert engine.of_account(real_region.account, all=False) == []
    assert all_free(ecs)


def test_ended_containers_go_after_their_time(new_region, engine):
    region = new_region(engine="docker", instances=1, env={"ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION": "2s"}).start()
    region.wait_for_instances()
    definition = register(region.ecs, volumes=[{"name": "scratch"}], containers=[container(
        command=["true"], mountPoints=[{"sourceVolume": "scratch", "containerPath": "/scratch"}])])
    stopped = wait_stopped(region.ecs, run_one(region.ecs, definition)["taskArn"])
    [kept] = engine.of_account(region.account)
    [volume] = [m["Name"] for m in engine.inspect(kept["Id"])["Mounts"]]
    eventually(lambda: engine.of_account(region.account) == [], 15, message="the container is removed")

    def volumes():
        return [v["Name"] for v in engine.call("GET", "/volumes")["Volumes"] or []]
    eventually(lambda: volume not in volumes(), message="and the task's own volume")
    assert task(region.ecs, stopped["taskArn"])["lastStatus"] == "STOPPED", "the task is still told of"
    region.close()
