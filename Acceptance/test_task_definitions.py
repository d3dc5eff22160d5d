"""Task definitions: revisions, normalisation, echo of every member, life, and the mistakes people make."""

import datetime

import pytest

from support.ecs import container, error_of, register, run_one, unique


def describe(ecs, name, **arguments):
    return ecs.describe_task_definition(taskDefinition=name, **arguments)["taskDefinition"]


def test_the_smallest_definition_is_normalised(region, ecs):
    family = unique("small")
    made = ecs.register_task_definition(family=family, containerDefinitions=[
        {"name": "app", "image": "busybox", "memory": 64}])["taskDefinition"]
    assert made["taskDefinitionArn"] == region.arn(f"task-definition/{family}:1")
    assert (made["family"], made["revision"], made["status"]) == (family, 1, "ACTIVE")
    [app] = made["containerDefinitions"]
    assert app["cpu"] == 0 and app["essential"] is True
    for name in ("portMappings", "environment", "mountPoints", "volumesFrom"):
        assert app[name] == [], name
    assert made["volumes"] == [] and made["placementConstraints"] == []
    assert "EC2" in made["compatibilities"]
    assert made["registeredBy"] == f"arn:aws:iam::{region.account}:root"
    age = datetime.datetime.now(datetime.timezone.utc) - made["registeredAt"]
    assert abs(age.total_seconds()) < 30
    for absent in ("networkMode", "cpu", "memory", "taskRoleArn", "requiresCompatibilities", "deregisteredAt"):
        assert absent not in made, absent
    assert describe(ecs, family) == made


def test_every_registration_is_a_new_revision(ecs):
    family = unique("rev")
    for revision in (1, 2, 3):
        assert register(ecs, family).endswith(f"/{family}:{revision}")
    ecs.deregister_task_definition(taskDefinition=f"{family}:3")
    assert register(ecs, family).endswith(":4")


def test_a_family_means_its_newest_active_revision(ecs):
    family = unique("newest")
    register(ecs, family), register(ecs, family)
    assert describe(ecs, family)["revision"] == 2
    gone = ecs.deregister_task_definition(taskDefinition=f"{family}:2")["taskDefinition"]
    assert gone["status"] == "INACTIVE" and gone["deregisteredAt"] >= gone["registeredAt"]
    assert describe(ecs, family)["revision"] == 1
    assert describe(ecs, f"{family}:2")["status"] == "INACTIVE"
    again = ecs.deregister_task_definition(taskDefinition=f"{family}:2")["taskDefinition"]
    assert again["status"] == "INACTIVE"


def test_inactive_definitions_run_nothing(ecs):
    family = unique("idle")
    arn = register(ecs, family)
    ecs.deregister_task_definition(taskDefinition=arn)
    code, message = error_of(ecs.run_task, taskDefinition=arn)
    assert code in ("ClientException", "InvalidParameterException") and "inactive" in message
    assert error_of(ecs.create_service, serviceName=unique(), taskDefinition=arn, desiredCount=1)[0] in (
        "ClientException", "InvalidParameterException")


def test_unknown_definitions(ecs):
    code, message = error_of(ecs.describe_task_definition, taskDefinition="nothing-like-it")
    assert (code, message) == ("ClientException", "Unable to describe task definition.")
    code, message = error_of(ecs.run_task, taskDefinition="nothing-like-it")
    assert (code, message) == ("ClientException", "TaskDefinition not found.")
    code, _ = error_of(ecs.describe_task_definition, taskDefinition="family:first")
    assert code in ("InvalidParameterException", "ClientException")
    assert error_of(ecs.deregister_task_definition, taskDefinition="nothing:1")[0] == "ClientException"


def test_delete_only_what_is_inactive(ecs):
    family = unique("delete")
    active, inactive = register(ecs, family), register(ecs, family)
    ecs.deregister_task_definition(taskDefinition=inactive)
    answer = ecs.delete_task_definitions(taskDefinitions=[active, inactive])
    [deleted] = answer["taskDefinitions"]
    assert deleted["taskDefinitionArn"] == inactive
    assert deleted["status"] == "DELETE_IN_PROGRESS" and "deleteRequestedAt" in deleted
    [failure] = answer["failures"]
    assert failure["arn"] == active and "ACTIVE" in failure["reason"]
    assert register(ecs, family).endswith(":3"), "revision numbers are never used again"


def test_lists_and_their_filters(ecs):
    family, other = unique("list"), unique("list")
    for _ in range(3):
        register(ecs, family)
    register(ecs, other)
    ecs.deregister_task_definition(taskDefinition=f"{family}:2")

    names = lambda **a: [x.split("/")[-1] for x in ecs.list_task_definitions(**a)["taskDefinitionArns"]]  # noqa: E731
    assert names(familyPrefix=family) == [f"{family}:1", f"{family}:3"]
    assert names(familyPrefix=family, sort="DESC") == [f"{family}:3", f"{family}:1"]
    assert names(familyPrefix=family, status="INACTIVE") == [f"{family}:2"]
    assert names(familyPrefix=family[:-1]) == [], "familyPrefix is a whole family here"
    page = ecs.list_task_definitions(familyPrefix=family, maxResults=1)
    assert len(page["taskDefinitionArns"]) == 1 and page["nextToken"]
    rest = ecs.list_task_definitions(familyPrefix=family, maxResults=1, nextToken=page["nextToken"])
    assert len(rest["taskDefinitionArns"]) == 1 and "nextToken" not in rest


def test_families_and_their_status(ecs):
    prefix = unique("fam")
    register(ecs, f"{prefix}-live")
    idle = register(ecs, f"{prefix}-idle")
    ecs.deregister_task_definition(taskDefinition=idle)
    families = lambda **a: ecs.list_task_definition_families(familyPrefix=prefix, **a)["families"]  # noqa: E731
    assert families() == [f"{prefix}-idle", f"{prefix}-live"]
    assert families(status="ACTIVE") == [f"{prefix}-live"]
    assert families(status="INACTIVE") == [f"{prefix}-idle"]
    assert families(status="ALL") == [f"{prefix}-idle", f"{prefix}-live"]


def test_tags_are_a_sibling(ecs):
    family = unique("tagged")
    made = ecs.register_task_definition(family=family, containerDefinitions=[container()],
                                        tags=[{"key": "k", "value": "v"}])
    assert made["tags"] == [{"key": "k", "value": "v"}]
    assert ecs.describe_task_definition(taskDefinition=family).get("tags", []) == []
    full = ecs.describe_task_definition(taskDefinition=family, include=["TAGS"])
    assert full["tags"] == [{"key": "k", "value": "v"}]


def test_sizes_are_stored_as_plain_numbers(ecs):
    made = describe(ecs, register(ecs, cpu=".5 vCPU", memory="1GB"))
    assert (made["cpu"], made["memory"]) == ("512", "1024")


def test_ports_by_network_mode(ecs):
    def ports(mode, mapping):
        arn = register(ecs, networkMode=mode, containers=[container(portMappings=[mapping])])
        return describe(ecs, arn)["containerDefinitions"][0]["portMappings"][0]

    for mode in ("host", "awsvpc"):
        assert ports(mode, {"containerPort": 80})["hostPort"] == 80
    bridge = ports("bridge", {"containerPort": 80})
    assert bridge.get("hostPort", 0) == 0 and bridge["protocol"] == "tcp"
    assert ports("bridge", {"containerPort": 80, "hostPort": 8080, "protocol": "udp"}) == {
        "containerPort": 80, "hostPort": 8080, "protocol": "udp"}


FULL_CONTAINER = {
    "name": "app", "image": "registry.example/team/app@sha256:" + "a" * 64, "cpu": 128, "memory": 256,
    "memoryReservation": 128, "links": [], "essential": True, "entryPoint": ["/bin/sh", "-c"],
    "portMappings": [{"containerPort": 8080, "hostPort": 0, "protocol": "tcp", "name": "web", "appProtocol": "http"}],
    "restartPolicy": {"enabled": True, "ignoredExitCodes": [0, 3], "restartAttemptPeriod": 120},
    "command": ["serve", "--loud"], "environment": [{"name": "MODE", "value": "test"}],
    "environmentFiles": [{"value": "arn:aws:s3:::bucket/app.env", "type": "s3"}],
    "mountPoints": [{"sourceVolume": "scratch", "containerPath": "/scratch", "readOnly": False}],
    "linuxParameters": {"capabilities": {"add": ["NET_ADMIN"], "drop": ["MKNOD"]}, "initProcessEnabled": True,
                        "sharedMemorySize": 64, "tmpfs": [{"containerPath": "/t", "size": 16, "mountOptions": ["rw"]}],
                        "maxSwap": 0, "swappiness": 10},
    "secrets": [{"name": "PASSWORD", "valueFrom": "arn:aws:ssm:us-east-1:000000000000:parameter/p"}],
    "dependsOn": [{"containerName": "side", "condition": "START"}], "startTimeout": 60, "stopTimeout": 5,
    "versionConsistency": "disabled", "hostname": "apphost", "user": "1000:1000", "workingDirectory": "/srv",
    "disableNetworking": False, "privileged": False, "readonlyRootFilesystem": True, "dnsServers": ["10.0.0.2"],
    "dnsSearchDomains": ["example.test"], "extraHosts": [{"hostname": "db", "ipAddress": "10.0.0.3"}],
    "dockerSecurityOptions": ["no-new-privileges"], "interactive": True, "pseudoTerminal": True,
    "dockerLabels": {"team": "blue", "a.b": "c"}, "ulimits": [{"name": "nofile", "softLimit": 1024, "hardLimit": 2048}],
    "logConfiguration": {"logDriver": "json-file", "options": {"max-size": "1m"}},
    "healthCheck": {"command": ["CMD-SHELL", "true"], "interval": 10, "timeout": 3, "retries": 2, "startPeriod": 1},
    "systemControls": [{"namespace": "net.core.somaxconn", "value": "256"}],
}


def test_every_member_comes_back(ecs):
    definition = dict(
        family=unique("full"), taskRoleArn="arn:aws:iam::000000000000:role/app",
        executionRoleArn="arn:aws:iam::000000000000:role/pull", networkMode="bridge",
        containerDefinitions=[FULL_CONTAINER, {"name": "side", "image": "busybox", "essential": False, "memory": 16}],
        volumes=[{"name": "scratch", "host": {}}, {"name": "data", "host": {"sourcePath": "/data"}},
                 {"name": "shared", "dockerVolumeConfiguration": {"scope": "shared", "autoprovision": True,
                  "driver": "local", "driverOpts": {"o": "x"}, "labels": {"l": "m"}}}],
        placementConstraints=[{"type": "memberOf", "expression": "attribute:ecs.os-type == linux"}],
        requiresCompatibilities=["EC2"], cpu="512", memory="512", pidMode="task", ipcMode="none",
        runtimePlatform={"cpuArchitecture": "X86_64", "operatingSystemFamily": "LINUX"}, enableFaultInjection=False)
    made = ecs.register_task_definition(**definition)["taskDefinition"]
    app = made["containerDefinitions"][0]
    for name, value in FULL_CONTAINER.items():
        if name != "links":
            assert app[name] == value, name
    for name, value in definition.items():
        if name not in ("containerDefinitions", "volumes"):
            assert made[name] == value, name
    assert {v["name"]: v for v in made["volumes"]}["data"] == {"name": "data", "host": {"sourcePath": "/data"}}
    assert describe(ecs, made["taskDefinitionArn"]) == made
    required = {a["name"] for a in made["requiresAttributes"]}
    assert "com.amazonaws.ecs.capability.logging-driver.json-file" in required
    assert "ecs.capability.container-ordering" in required
    assert "com.amazonaws.ecs.capability.task-iam-role" in required


MISTAKES = [
    ("memory", dict(containerDefinitions=[{"name": "a", "image": "i"}]), "memory"),
    ("memory below reservation", dict(containerDefinitions=[container(memory=10, memoryReservation=20)]), "memory"),
    ("no image", dict(containerDefinitions=[{"name": "a", "memory": 10}]), "image"),
    ("no name", dict(containerDefinitions=[{"image": "a", "memory": 10}]), "name"),
    ("no containers", dict(containerDefinitions=[]), ""),
    ("same name twice", dict(containerDefinitions=[container(), container()]), ""),
    ("nothing essential", dict(containerDefinitions=[container(essential=False)]), "essential"),
    ("unknown volume", dict(containerDefinitions=[container(mountPoints=[
        {"sourceVolume": "nope", "containerPath": "/x"}])]), "nope"),
    ("unknown dependency", dict(containerDefinitions=[container(dependsOn=[
        {"containerName": "ghost", "condition": "START"}])]), ""),
    ("dependency cycle", dict(containerDefinitions=[
        container("a", dependsOn=[{"containerName": "b", "condition": "START"}]),
        container("b", dependsOn=[{"containerName": "a", "condition": "START"}])]), ""),
    ("host port unlike container port", dict(networkMode="awsvpc", containerDefinitions=[container(portMappings=[
        {"containerPort": 80, "hostPort": 81}])]), "awsvpc"),
    ("fargate without awsvpc", dict(requiresCompatibilities=["FARGATE"], cpu="256", memory="512",
                                    containerDefinitions=[container()]), "awsvpc"),
    ("fargate without cpu", dict(requiresCompatibilities=["FARGATE"], networkMode="awsvpc", memory="512",
                                 containerDefinitions=[container()]), "cpu"),
    ("fargate pair", dict(requiresCompatibilities=["FARGATE"], networkMode="awsvpc", cpu="256", memory="256",
                          containerDefinitions=[container()]), "No Fargate configuration exists"),
    ("secrets without role", dict(containerDefinitions=[container(secrets=[
        {"name": "a", "valueFrom": "b"}])]), "executionRoleArn"),
    ("cpu is a word", dict(cpu="lots", containerDefinitions=[container()]), "cpu"),
    ("links in awsvpc", dict(networkMode="awsvpc", containerDefinitions=[
        container("a", links=["b"]), container("b")]), "awsvpc"),
]


@pytest.mark.parametrize("members,word", [m[1:] for m in MISTAKES], ids=[m[0] for m in MISTAKES])
def test_mistakes_inside_a_definition_are_client_exceptions(region, members, word):
    code, message = error_of(region.unchecked().register_task_definition, family=unique("bad"), **members)
    assert code == "ClientException", (code, message)
    assert word in message


@pytest.mark.parametrize("members", [
    dict(networkMode="wifi"), dict(requiresCompatibilities=["MOON"]), dict(family="with space"),
    dict(pidMode=7), dict(tags=[{"key": "k" * 129, "value": "v"}]),
    dict(tags=[{"key": f"k{i}", "value": "v"} for i in range(51)]), dict(tags=[{"key": "aws:x", "value": "v"}]),
])
def test_malformed_members_are_refused(region, members):
    definition = {"family": unique("bad"), "containerDefinitions": [container()], **members}
    code, _ = error_of(region.unchecked().register_task_definition, **definition)
    assert code in ("InvalidParameterException", "ClientException", "SerializationException")


def test_a_definition_in_use_outlives_its_deregistration(ecs):
    arn = register(ecs)
    started = run_one(ecs, arn)
    ecs.deregister_task_definition(taskDefinition=arn)
    assert ecs.describe_tasks(tasks=[started["taskArn"]])["tasks"][0]["desiredStatus"] == "RUNNING"
    ecs.stop_task(task=started["taskArn"])
