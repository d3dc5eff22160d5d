"""The whole life of tasks on a real engine: order, namespaces, limits, restarts, ports, and what a host refuses."""

import os
import pathlib
import subprocess
import urllib.request

import pytest

from support.ecs import (container, error_of, register, run_one, stop_everything, task, unique, wait_running,
                         wait_stopped)
from support.poll import eventually, stays
from support.region import KEY, SECRET, RoostProcess

#: Tells the containers of one test from those of others.
LABEL = "test.lifecycle"
#: With an init process, which hands SIGTERM on, `sleep` ends at once.
INIT = {"initProcessEnabled": True}
SLEEP = dict(command=["sleep", "3600"], stopTimeout=5, linuxParameters=INIT, memory=16)


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


def of_task(engine, arn):
    """The containers of a task by name, as the engine's `inspect` shows them."""
    return {c["Labels"]["com.amazonaws.ecs.container-name"]: engine.inspect(c["Id"]) for c in engine.of_task(arn)}


def output(engine, arn, name="app"):
    return engine.logs(of_task(engine, arn)[name]["Id"])


def lines(engine, arn, count, name="app"):
    return eventually(lambda: (t := output(engine, arn, name)).count("\n") >= count and t).splitlines()


def end(ecs, arn):
    ecs.stop_task(task=arn)
    return wait_stopped(ecs, arn)


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


def test_limits_of_a_task(ecs, engine, new_region):
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


# Settings of a container

def test_settings_reach_the_container(ecs, engine):
    look = ["hostname", "id -u", "cat /proc/sys/net/core/somaxconn",
            "grep -c ' /scratch tmpfs .*size=8192k' /proc/mounts",
            "df -k /dev/shm | tail -1 | awk '{print $2}'", "grep -c 10.9.8.7 /etc/hosts",
            "tr '\\n' ' ' < /etc/resolv.conf", "echo", "ulimit -n", "(touch /x 2>&1 || true) | grep -c Read-only",
            "tr '\\0' ' ' < /proc/1/cmdline | cut -c1-17", "ls -l /dev/zilch | cut -c1",
            "grep CapEff /proc/self/status | awk '{print $2}'", "test -t 1 && echo terminal"]
    definition = register(ecs, containers=[container(
        command=["sh", "-c", "; ".join(look) + "; exec sleep 3600"], hostname="named", readonlyRootFilesystem=True,
        systemControls=[{"namespace": "net.core.somaxconn", "value": "777"}], stopTimeout=1, pseudoTerminal=True,
        interactive=True, dnsServers=["192.0.2.53"], dnsSearchDomains=["corp.test"],
        extraHosts=[{"hostname": "db.test", "ipAddress": "10.9.8.7"}],
        ulimits=[{"name": "nofile", "softLimit": 123, "hardLimit": 456}],
        dockerSecurityOptions=["no-new-privileges"],
        linuxParameters={**INIT, "sharedMemorySize": 4, "maxSwap": 0, "swappiness": 10,
                         "capabilities": {"drop": ["ALL"]},
                         "tmpfs": [{"containerPath": "/scratch", "size": 8, "mountOptions": ["noexec"]}],
                         "devices": [{"hostPath": "/dev/null", "containerPath": "/dev/zilch",
                                      "permissions": ["read", "write"]}]})])
    arn = run_one(ecs, definition)["taskArn"]
    wait_running(ecs, arn)
    found = of_task(engine, arn)["app"]
    raw = engine.call("GET", f"/containers/{found['Id']}/logs", {"stdout": "true", "stderr": "true"})
    seen = eventually(lambda: len(s := raw_lines(engine, found["Id"])) >= 13 and s, message=raw)
    assert seen[:5] == ["named", "0", "777", "1", "4096"]
    assert seen[5] == "1"
    assert "nameserver 192.0.2.53" in seen[6] and "search corp.test" in seen[6]
    assert seen[7:] == ["123", "1", "/sbin/docker-init", "c", "0000000000000000", "terminal"]
    host = found["HostConfig"]
    assert (host["MemorySwap"], host["MemorySwappiness"]) == (32 << 20, 10)
    assert host["SecurityOpt"] == ["no-new-privileges"] and found["Config"]["OpenStdin"]
    end(ecs, arn)


def raw_lines(engine, identity):
    """What a container with a terminal wrote: the engine does not frame that."""
    raw = engine.call("GET", f"/containers/{identity}/logs", {"stdout": "true", "stderr": "true"})
    return raw.decode().replace("\r", "").splitlines()


def test_overrides(ecs, engine):
    definition = register(ecs, containers=[container(command=["false"], cpu=64, memory=64, stopTimeout=1)])
    arn = run_one(ecs, definition, overrides={"containerOverrides": [{
        "name": "app", "command": ["sh", "-c", "echo $WHO; exec sleep 3600"], "cpu": 128, "memory": 32,
        "environment": [{"name": "WHO", "value": "over"}]}]})["taskArn"]
    wait_running(ecs, arn)
    assert lines(engine, arn, 1) == ["over"]
    host = of_task(engine, arn)["app"]["HostConfig"]
    assert (host["CpuShares"], host["Memory"]) == (128, 32 << 20)
    end(ecs, arn)


def answers(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2) as response:
            return response.status == 200
    except OSError:
        return False


def test_a_range_of_ports(ecs):
    serve = "mkdir -p /www; echo $0 > /www/index.html; exec httpd -f -p 7002 -h /www"
    definition = register(ecs, containers=[container(
        command=["sh", "-c", serve], stopTimeout=1,
        portMappings=[{"containerPortRange": "7000-7004"}, {"containerPort": 9000}])])
    arns = [run_one(ecs, definition)["taskArn"] for _ in range(2)]
    hosts = set()
    for arn in arns:
        [app] = wait_running(ecs, arn)["containers"]
        [range_] = [b for b in app["networkBindings"] if "containerPortRange" in b]
        assert range_["containerPortRange"] == "7000-7004" and "hostPort" not in range_
        first, last = map(int, range_["hostPortRange"].split("-"))
        assert last - first == 4
        hosts.add(first)
        eventually(lambda: answers(first + 2), message="the third port of the range")
        assert [b["containerPort"] for b in app["networkBindings"] if "containerPort" in b] == [9000]
    assert len(hosts) == 2
    for arn in arns:
        end(ecs, arn)


def test_the_tasks_of_a_deployment_run_one_image(ecs, engine):
    name, tag = unique("svc"), f"{unique('app')}:1"
    repository, version = tag.split(":")

    def move_tag(comment):
        made = engine.call("POST", "/containers/create", body={"Image": "busybox:latest", "Cmd": ["true"]})
        try:
            engine.call("POST", "/commit", {"container": made["Id"], "repo": repository, "tag": version,
                                            "comment": comment}, body={"Cmd": ["sleep", "3600"]})
        finally:
            engine.remove(made["Id"])
        return engine.call("GET", f"/images/{tag}/json")["Id"]

    def digests():
        arns = ecs.list_tasks(serviceName=name)["taskArns"]
        tasks = ecs.describe_tasks(tasks=arns)["tasks"] if arns else []
        return [t["containers"][0]["imageDigest"] for t in tasks if t["lastStatus"] == "RUNNING"]

    first = move_tag("first")
    try:
        ecs.create_service(
            serviceName=name, desiredCount=1, availabilityZoneRebalancing="DISABLED",
            deploymentConfiguration={"minimumHealthyPercent": 0, "maximumPercent": 100},
            taskDefinition=register(ecs, containers=[container(image=tag, stopTimeout=1,
                                                               dockerLabels={LABEL: name})]))
        eventually(lambda: digests() == [first])
        second = move_tag("second")
        assert first != second
        ecs.update_service(service=name, desiredCount=2)
        eventually(lambda: digests() == [first, first])
        # A new deployment looks again.
        ecs.update_service(service=name, forceNewDeployment=True)
        eventually(lambda: digests() == [second, second])
        for arn in ecs.list_tasks(serviceName=name)["taskArns"]:
            assert of_task(engine, arn)["app"]["Image"] == second
    finally:
        left = ecs.list_tasks(serviceName=name)["taskArns"]
        ecs.delete_service(service=name, force=True)
        for arn in left:
            wait_stopped(ecs, arn)
        for found in [c for c in engine.containers() if c["Labels"].get(LABEL) == name]:
            engine.remove(found["Id"])
        for image in (tag, first):
            engine.call("DELETE", f"/images/{image}", {"force": "true"})


# What a host refuses

REFUSED = {
    "a device that is not there": dict(linuxParameters={"devices": [{"hostPath": "/dev/no-such-device"}]}),
    "more files than the kernel has": dict(
        ulimits=[{"name": "nofile", "softLimit": 2_000_000_000, "hardLimit": 2_000_000_000}]),
    "a setting that does not exist": dict(systemControls=[{"namespace": "net.no.such", "value": "1"}]),
    "a user that does not exist": dict(user="nobody-at-all"),
    "a folder that is a file": dict(workingDirectory="/bin/sh"),
}


def test_what_the_host_refuses_is_said(ecs):
    arns = {what: run_one(ecs, register(ecs, containers=[container(**SLEEP | refused)]))["taskArn"]
            for what, refused in REFUSED.items()}
    for what, arn in arns.items():
        stopped = wait_stopped(ecs, arn)
        assert stopped["stopCode"] == "TaskFailedToStart", what
        [app] = stopped["containers"]
        assert app["reason"].startswith(("CannotStartContainerError: Error response from daemon: ",
                                         "CannotCreateContainerError: Error response from daemon: ")), (what, app)
        assert stopped["stoppedReason"] == app["reason"], what
        assert "startedAt" not in stopped, what


def test_privileges_are_given_or_refused_with_a_reason(ecs):
    """Whether it works depends on the machine; that it hangs, on us."""
    arn = run_one(ecs, register(ecs, containers=[container(**SLEEP, privileged=True)]))["taskArn"]
    found = eventually(lambda: (t := task(ecs, arn))["lastStatus"] in ("RUNNING", "STOPPED") and t)
    if found["lastStatus"] == "RUNNING":
        end(ecs, arn)
    else:
        assert found["stopCode"] == "TaskFailedToStart"
        assert found["containers"][0]["reason"].startswith("CannotStartContainerError: ")


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
