"""What a task definition says of a container reaches the engine, or the host's refusal is said."""

import urllib.request

import pytest

from support.ecs import (container, register, run_one, stop_everything, task, unique, wait_running, wait_stopped)
from support.poll import eventually
from support.tasks import INIT, SLEEP, end, lines, of_task

#: Tells the containers of one test from those of others.
LABEL = "test.settings"


@pytest.fixture(scope="module")
def ecs(real_region):
    yield real_region.ecs
    stop_everything(real_region.ecs)


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
