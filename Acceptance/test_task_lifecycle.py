"""The whole life of tasks on a real engine: order, namespaces, limits, restarts, and what happens behind our back."""

import os
import pathlib
import subprocess

import pytest

from support.ecs import (container, error_of, register, run_one, stop_everything, task, unique, wait_running,
                         wait_stopped)
from support.poll import eventually, stays
from support.region import KEY, SECRET, RoostProcess
from support.tasks import SLEEP, end, lines, of_task


@pytest.fixture(scope="module")
def ecs(real_region):
    return real_region.ecs


@pytest.fixture(scope="module", autouse=True)
def restarting(ecs):
    """A task that is to be started again by its policy. That takes a minute, so it begins before everything else."""
    policy = {"enabled": True, "ignoredExitCodes": [7], "restartAttemptPeriod": 60}
    arn = run_one(ecs, register(ecs, containers=[
        container("again", command=["sh", "-c", "sleep 62; exit 1"], restartPolicy=policy, stopTimeout=1),
        container("never", command=["sh", "-c", "sleep 61; exit 7"], restartPolicy=policy, stopTimeout=1,
                  essential=False)]))["taskArn"]
    yield arn
    stop_everything(ecs)


def needs(*pairs):
    return [{"containerName": name, "condition": condition} for name, condition in pairs]


# Order

def test_ten_containers_start_in_order_and_end_in_reverse(ecs, engine):
    names = [f"c{number}" for number in range(10)]
    definition = register(ecs, containers=[
        container(name, **SLEEP, dependsOn=needs((names[i - 1], "START")) if i else [])
        for i, name in enumerate(names)])
    arn = run_one(ecs, definition)["taskArn"]
    running = wait_running(ecs, arn, timeout=60)
    assert [c["lastStatus"] for c in running["containers"]] == ["RUNNING"] * 10
    started = {name: c["State"]["StartedAt"] for name, c in of_task(engine, arn).items()}
    assert sorted(names, key=started.get) == names
    stopped = end(ecs, arn)
    assert {c["exitCode"] for c in stopped["containers"]} == {143}
    ended = {name: c["State"]["FinishedAt"] for name, c in of_task(engine, arn).items()}
    assert sorted(names, key=ended.get) == names[::-1]


def test_every_condition_of_a_dependency(ecs, engine):
    check = {"command": ["CMD-SHELL", "test -e /ready"], "interval": 5, "retries": 5, "timeout": 2}
    definition = register(ecs, containers=[
        container("complete", command=["sh", "-c", "exit 3"], essential=False),
        container("success", command=["true"], essential=False),
        container("healthy", command=["sh", "-c", "touch /ready; exec sleep 3600"], healthCheck=check, stopTimeout=1),
        container(command=["sleep", "3600"], stopTimeout=1, dependsOn=needs(
            ("complete", "COMPLETE"), ("success", "SUCCESS"), ("healthy", "HEALTHY")))])
    arn = run_one(ecs, definition)["taskArn"]
    wait_running(ecs, arn)
    found = of_task(engine, arn)
    for name in ("complete", "success"):
        assert found[name]["State"]["FinishedAt"] <= found["app"]["State"]["StartedAt"]
    assert found["healthy"]["State"]["Health"]["Status"] == "healthy"
    codes = {c["name"]: c.get("exitCode") for c in task(ecs, arn)["containers"]}
    assert codes == {"complete": 3, "success": 0, "healthy": None, "app": None}
    end(ecs, arn)


def test_dependencies_that_are_not_met_end_the_task(ecs):
    failing = register(ecs, containers=[
        container("init", command=["false"], essential=False), container(dependsOn=needs(("init", "SUCCESS")))])
    never = {"command": ["CMD-SHELL", "false"], "interval": 30}
    slow = register(ecs, containers=[
        container("db", command=["sleep", "3600"], healthCheck=never, startTimeout=2, stopTimeout=1),
        container(dependsOn=needs(("db", "HEALTHY")))])
    arns = [run_one(ecs, definition)["taskArn"] for definition in (failing, slow)]
    for arn, words in zip(arns, ("because dependency will never start", "has timed out")):
        stopped = wait_stopped(ecs, arn)
        assert stopped["stopCode"] == "TaskFailedToStart"
        [app] = [c for c in stopped["containers"] if c["name"] == "app"]
        assert app["reason"].startswith("CannotStartContainerError: dependency graph") and words in app["reason"]
        assert "exitCode" not in app and "startedAt" not in stopped


def test_links_and_volumes_of_other_containers(ecs, engine):
    serve = "mkdir -p /www; echo linked > /www/index.html; exec httpd -f -p 8080 -h /www"
    fetch = "until wget -q -O - http://store:8080/; do sleep 0.1; done; cat /data/given; exec sleep 3600"
    definition = register(ecs, volumes=[{"name": "data"}], containers=[
        container(command=["sh", "-c", fetch], links=["db:store"], stopTimeout=1,
                  volumesFrom=[{"sourceContainer": "source", "readOnly": True}]),
        container("db", command=["sh", "-c", serve], stopTimeout=1),
        container("source", command=["sh", "-c", "echo from a volume > /data/given; exec sleep 3600"], stopTimeout=1,
                  mountPoints=[{"sourceVolume": "data", "containerPath": "/data"}])])
    arn = run_one(ecs, definition)["taskArn"]
    wait_running(ecs, arn)
    assert lines(engine, arn, 2) == ["linked", "from a volume"]
    end(ecs, arn)


# Namespaces and limits

def test_namespaces_of_a_task(ecs, engine):
    look = "until grep -qs marker /dev/shm/note; do sleep 0.1; done; tr '\\0' ' ' < /proc/1/cmdline; echo; " \
           "ps -o args | grep -c '[s]leep 4321'; exec sleep 3600"
    definition = register(ecs, pidMode="task", ipcMode="task", containers=[
        container(command=["sh", "-c", look], stopTimeout=1),
        # A child that outlives its parent is nobody's but the first process's of the namespace.
        container("side", stopTimeout=1,
                  command=["sh", "-c", "echo marker > /dev/shm/note; (true &); exec sleep 4321"])])
    arn = run_one(ecs, definition)["taskArn"]
    running = wait_running(ecs, arn)
    assert sorted(c["name"] for c in running["containers"]) == ["app", "side"], "what holds them is nobody's business"
    assert lines(engine, arn, 2) == ["/pause ", "1"]
    assert len(engine.of_task(arn)) == 3
    stopped = end(ecs, arn)
    assert stopped["stopCode"] == "UserInitiated"
    assert len([c for c in engine.of_task(arn) if c["State"] == "running"]) == 0


def test_namespaces_of_the_host(ecs, engine):
    definition = register(ecs, pidMode="host", ipcMode="none", containers=[
        container(command=["sh", "-c", "echo $$; ls /dev/shm 2>&1 | head -1; exec sleep 3600"], stopTimeout=1)])
    arn = run_one(ecs, definition)["taskArn"]
    wait_running(ecs, arn)
    pid = int(lines(engine, arn, 1)[0])
    assert pid == of_task(engine, arn)["app"]["State"]["Pid"], "the container sees the host's numbers"
    end(ecs, arn)


def groups_of(arn):
    """The control groups that the agent made for a task."""
    return [p for p in pathlib.Path("/sys/fs/cgroup").glob(f"*/ecs/{arn.split('/')[-1]}")]


def test_limits_of_a_task(ecs, engine):
    small = register(ecs, cpu="256", memory="32", containers=[
        dict(name="app", image="busybox:latest", command=["sleep", "3600"], stopTimeout=1),
        dict(name="hog", image="busybox:latest", command=["sh", "-c", "sleep 1; head -c 200m /dev/zero | tail"])])
    arn = run_one(ecs, small)["taskArn"]
    stopped = wait_stopped(ecs, arn)
    ends = {c["name"]: (c.get("exitCode"), c.get("reason")) for c in stopped["containers"]}
    assert ends["hog"] == (137, "OutOfMemoryError: Container killed due to memory usage")
    found = of_task(engine, arn)
    if pathlib.Path("/sys/fs/cgroup/memory").exists() and os.geteuid() == 0:  # Version 1.
        assert {c["HostConfig"]["CgroupParent"] for c in found.values()} == {f"/ecs/{arn.split('/')[-1]}"}
        [group] = [g for g in groups_of(arn) if g.parent.parent.name == "memory"]
        assert (group / "memory.limit_in_bytes").read_text() == f"{32 << 20}\n"
        quota = pathlib.Path("/sys/fs/cgroup/cpu/ecs") / arn.split("/")[-1] / "cpu.cfs_quota_us"
        assert quota.read_text() == "25000\n"
    for each in found.values():
        engine.remove(each["Id"])
    for group in groups_of(arn):  # The agent would do that three hours after the end.
        group.rmdir()


def test_a_container_that_wants_more_than_its_task(ecs):
    code, message = error_of(ecs.register_task_definition, family=unique(), memory="32",
                             containerDefinitions=[container(memory=64)])
    assert code == "ClientException" and "memory" in message


def test_what_a_task_was_given_goes_with_it(new_region, engine):
    region = new_region(engine="docker", instances=1, env={"ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION": "1s"}).start()
    region.wait_for_instances()
    definition = register(region.ecs, cpu="128", memory="32", pidMode="task", containers=[
        dict(name="app", image="busybox:latest", command=["true"])])
    arn = wait_stopped(region.ecs, run_one(region.ecs, definition)["taskArn"])["taskArn"]
    eventually(lambda: engine.of_task(arn) == [], 15, message="the containers are removed")
    eventually(lambda: groups_of(arn) == [], message="and the control groups")
    region.close()


# Behind the agent's back

def test_a_container_removed_before_the_task_is_cleaned_up(ecs, engine):
    definition = register(ecs, containers=[
        container(**SLEEP), container("side", command=["true"], essential=False)])
    arn = run_one(ecs, definition)["taskArn"]
    wait_running(ecs, arn)
    eventually(lambda: of_task(engine, arn)["side"]["State"]["Status"] == "exited")
    engine.remove(of_task(engine, arn)["side"]["Id"])
    assert task(ecs, arn)["lastStatus"] == "RUNNING"
    engine.kill(of_task(engine, arn)["app"]["Id"])
    stopped = wait_stopped(ecs, arn)
    assert {c["name"]: c["exitCode"] for c in stopped["containers"]} == {"app": 137, "side": 0}


def test_a_container_that_is_started_again_by_hand(ecs, engine):
    """To the region it ended when it was stopped; left alone it would run beside its replacement."""
    definition = register(ecs, containers=[container(**SLEEP)])
    for way in ("restart", "start"):
        arn = run_one(ecs, definition)["taskArn"]
        wait_running(ecs, arn)
        identity = of_task(engine, arn)["app"]["Id"]
        if way == "start":
            end(ecs, arn)
        engine.call("POST", f"/containers/{identity}/{way}")
        assert wait_stopped(ecs, arn)["containers"][0]["exitCode"] == 143
        eventually(lambda: not engine.inspect(identity)["State"]["Running"], message=f"stopped again after {way}")


@pytest.fixture
def full_disk_agent(new_region, engine, tmp_path):
    """An agent whose journal has a disk of its own, small enough to be filled."""
    server = new_region(role="server", engine="docker").start()
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", disk], check=True)
    agent = RoostProcess(["agent", "--data", disk], tmp_path / "agent.log", {
        "AWS_ENDPOINT_URL": server.endpoint, "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_REGION": "us-east-1"})
    yield server, disk
    agent.kill()
    server.close()
    subprocess.run(["umount", "-l", disk], check=True)


def test_an_agent_with_a_full_disk(full_disk_agent, engine):
    server, disk = full_disk_agent
    ecs = server.ecs
    server.wait_for_instances(1)
    definition = register(ecs, containers=[container(**SLEEP)])
    before = wait_running(ecs, run_one(ecs, definition)["taskArn"])
    with open(disk / "ballast", "wb", buffering=0) as ballast:
        with pytest.raises(OSError):
            while True:
                ballast.write(bytes(1024))
    # What cannot be written down is not begun: after a crash nobody would know it.
    # More than may be left of the last page of the journal.
    long = register(ecs, containers=[container(**SLEEP, environment=[{"name": "LONG", "value": "x" * 9000}])])
    arn = run_one(ecs, long)["taskArn"]
    stays(lambda: task(ecs, arn)["lastStatus"] == "PENDING" and engine.of_task(arn) == [], 1.5)
    assert task(ecs, before["taskArn"])["lastStatus"] == "RUNNING"
    (disk / "ballast").unlink()
    wait_running(ecs, arn)
    assert len(engine.of_task(arn)) == 1
    for each in (before["taskArn"], arn):
        end(ecs, each)


# Last, because it takes a minute from the beginning

def test_restart_policies(ecs, engine, restarting):
    def started_again():
        found = of_task(engine, restarting)
        states = found["again"]["State"], found["never"]["State"]
        return found if states[0]["Status"] == "running" and states[1]["Status"] == "exited" and \
            states[0]["StartedAt"] > states[1]["FinishedAt"] else None

    eventually(started_again, 90, 0.2, message="started again by its policy")
    shown = task(ecs, restarting)
    assert shown["lastStatus"] == "RUNNING"
    states = {c["name"]: (c["lastStatus"], c.get("exitCode")) for c in shown["containers"]}
    assert states["again"] == ("RUNNING", None)
    eventually(lambda: {c["name"]: c.get("exitCode") for c in task(ecs, restarting)["containers"]}["never"] == 7)
    # One restart in a period: what ends again at once has ended.
    engine.kill(of_task(engine, restarting)["again"]["Id"])
    stopped = wait_stopped(ecs, restarting)
    assert {c["name"]: c["exitCode"] for c in stopped["containers"]} == {"again": 137, "never": 7}
