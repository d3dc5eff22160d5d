"""The AWS CLI tutorials and examples of the Amazon ECS Developer Guide, step by step, with the real AWS CLI.

The same commands with the same options in the same order; what a reader compares on the way is asserted.
"""

import json
import os
import subprocess

import pytest

from support.ecs import stop_everything, unique
from support.poll import eventually
from support.region import AWS, KEY, SECRET, RoostProcess

HEALTHY = {"name": "app", "image": "busybox", "memory": 32, "healthCheck": {"command": ["CMD-SHELL", "exit 0"]},
           "environment": [{"name": "ROOST_SIMULATE_HEALTH", "value": "healthy"}]}


@pytest.fixture
def family(region, tmp_path):
    """A task definition as the tutorials register it, of a container that is healthy at once."""
    name = unique("web")
    path = tmp_path / f"{name}.json"
    path.write_text(json.dumps({"family": name, "containerDefinitions": [HEALTHY]}))
    region.aws("ecs", "register-task-definition", "--cli-input-json", f"file://{path}")
    return name


@pytest.fixture
def default(region):
    """The default cluster with its two instances, empty afterwards."""
    yield sorted(region.aws("ecs", "list-container-instances")["containerInstanceArns"])
    stop_everything(region.ecs)


@pytest.fixture
def cluster(region, tmp_path):
    """A cluster made as the tutorials make it, with one instance that joined."""
    name = unique("MyCluster")
    made = region.aws("ecs", "create-cluster", "--cluster-name", name)["cluster"]
    assert (made["clusterName"], made["status"], made["registeredContainerInstancesCount"]) == (name, "ACTIVE", 0)
    agent = RoostProcess(
        ["agent", "--server", region.endpoint, "--cluster", name, "--engine", "simulated", "--data", tmp_path,
         "--name", "tutorial"], tmp_path / "agent.log", env={"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET})
    eventually(lambda: region.aws("ecs", "list-container-instances", "--cluster", name)["containerInstanceArns"])
    yield name
    agent.terminate()


def test_a_linux_task_on_ec2(region, cluster, tmp_path):
    """Creating an Amazon ECS Linux task for EC2 with the AWS CLI."""
    [arn] = region.aws("ecs", "list-container-instances", "--cluster", cluster)["containerInstanceArns"]
    described = region.aws("ecs", "describe-container-instances", "--cluster", cluster, "--container-instances", arn)
    [instance] = described["containerInstances"]
    assert described["failures"] == [] and instance["status"] == "ACTIVE" and instance["agentConnected"] is True

    family = unique("sleep360")
    definition = {"containerDefinitions": [{"name": "sleep", "image": "busybox", "cpu": 10, "memory": 10,
                                            "command": ["sleep", "360"], "essential": True}], "family": family}
    path = tmp_path / "sleep360.json"
    path.write_text(json.dumps(definition))
    made = region.aws("ecs", "register-task-definition", "--cli-input-json", f"file://{path}")["taskDefinition"]
    assert (made["family"], made["revision"], made["status"]) == (family, 1, "ACTIVE")
    assert made["taskDefinitionArn"] in region.aws("ecs", "list-task-definitions")["taskDefinitionArns"]

    ran = region.aws("ecs", "run-task", "--cluster", cluster, "--task-definition", f"{family}:1", "--count", "1")
    assert ran["tasks"][0]["lastStatus"] == "PENDING" and ran["failures"] == []
    [task] = region.aws("ecs", "list-tasks", "--cluster", cluster)["taskArns"]
    region.aws("ecs", "wait", "tasks-running", "--cluster", cluster, "--tasks", task)
    [shown] = region.aws("ecs", "describe-tasks", "--cluster", cluster, "--task", task)["tasks"]
    assert (shown["desiredStatus"], shown["containers"][0]["name"]) == ("RUNNING", "sleep")

    region.aws("ecs", "stop-task", "--cluster", cluster, "--task", task)
    region.aws("ecs", "wait", "tasks-stopped", "--cluster", cluster, "--tasks", task)
    region.aws("ecs", "deregister-container-instance", "--cluster", cluster, "--container-instance", arn, "--force")
    gone = region.aws("ecs", "delete-cluster", "--cluster", cluster)["cluster"]
    assert gone["status"] == "INACTIVE"


def service_deployment(region, arn):
    """What the guide looks at while a deployment goes on."""
    shown = region.aws("ecs", "describe-service-deployments", "--service-deployment-arns", arn)
    assert shown["failures"] == []
    return shown["serviceDeployments"][0]


def newest_deployment(region, cluster, service):
    listed = region.aws("ecs", "list-service-deployments", "--cluster", cluster, "--service", service)
    return listed["serviceDeployments"][0]["serviceDeploymentArn"]


def reaches(region, arn, status):
    return eventually(
        lambda: d if (d := service_deployment(region, arn))["status"] == status else None, 90, interval=1)


def test_a_blue_green_service(region, cluster, family, tmp_path):
    """Creating a service with a blue/green deployment; continuing and stopping its deployments."""
    name = unique("bluegreen")
    service = tmp_path / "service.json"
    service.write_text(json.dumps({
        "cluster": cluster, "serviceName": name, "taskDefinition": family, "desiredCount": 1,
        "deploymentController": {"type": "ECS"},
        "deploymentConfiguration": {
            "strategy": "BLUE_GREEN", "maximumPercent": 200, "minimumHealthyPercent": 100, "bakeTimeInMinutes": 0,
            "lifecycleHooks": [{"targetType": "PAUSE", "lifecycleStages": ["POST_TEST_TRAFFIC_SHIFT"],
                                "timeoutConfiguration": {"timeoutInMinutes": 10, "action": "ROLLBACK"}}]}}))
    made = region.aws("ecs", "create-service", "--cli-input-json", f"file://{service}")["service"]
    assert made["deploymentConfiguration"]["strategy"] == "BLUE_GREEN"
    first = reaches(region, newest_deployment(region, cluster, name), "SUCCESSFUL")
    revision = first["targetServiceRevision"]["arn"]
    shown = region.aws("ecs", "describe-service-revisions", "--service-revision-arns", revision)["serviceRevisions"][0]
    assert shown["taskDefinition"].endswith(f"/{family}:1")

    def paused():
        region.aws("ecs", "update-service", "--cluster", cluster, "--service", name, "--force-new-deployment")
        arn = newest_deployment(region, cluster, name)
        [hook] = eventually(lambda: service_deployment(region, arn).get("lifecycleHookDetails"), 90, interval=1)
        assert (hook["targetType"], hook["status"], hook["timeoutAction"]) == ("PAUSE", "AWAITING_ACTION", "ROLLBACK")
        return arn, hook["hookId"]

    arn, hook = paused()
    answer = region.aws("ecs", "continue-service-deployment", "--service-deployment-arn", arn, "--hook-id", hook,
                        "--action", "CONTINUE")
    assert answer == {"serviceDeploymentArn": arn}
    assert reaches(region, arn, "SUCCESSFUL")["lifecycleHookDetails"][0]["status"] == "SUCCEEDED"

    arn, hook = paused()
    answer = region.aws("ecs", "stop-service-deployment", "--service-deployment-arn", arn, "--stop-type", "ROLLBACK")
    assert answer == {"serviceDeploymentArn": arn}
    assert reaches(region, arn, "ROLLBACK_SUCCESSFUL")["rollback"]["serviceRevisionArn"] != revision

    refused = region.aws("ecs", "continue-service-deployment", "--service-deployment-arn", arn, "--hook-id", hook,
                         check=False)
    assert "is not allowed for service deployment in terminal states" in refused.stderr
    region.aws("ecs", "delete-service", "--cluster", cluster, "--service", name, "--force")
    region.aws("ecs", "wait", "services-inactive", "--cluster", cluster, "--services", name)


def test_an_external_controller(region, cluster, family):
    """Deploying with an external controller: task sets of somebody else's."""
    name = unique("external")
    made = region.aws("ecs", "create-service", "--cluster", cluster, "--service-name", name, "--desired-count", "2",
                      "--deployment-controller", "type=EXTERNAL", "--scheduling-strategy", "REPLICA",
                      "--deployment-configuration", "maximumPercent=200,minimumHealthyPercent=100")["service"]
    assert (made["deploymentController"]["type"], made["taskSets"]) == ("EXTERNAL", [])
    scope = ["--cluster", cluster, "--service", name]
    blue = region.aws("ecs", "create-task-set", *scope, "--task-definition", f"{family}:1", "--external-id", "blue",
                      "--launch-type", "EC2", "--scale", "unit=PERCENT,value=50")["taskSet"]
    assert (blue["status"], blue["computedDesiredCount"]) == ("ACTIVE", 1)

    def steady(task_set, count):
        def reached():
            [found] = region.aws("ecs", "describe-task-sets", *scope, "--task-sets", task_set["id"])["taskSets"]
            return (found["stabilityStatus"], found["runningCount"]) == ("STEADY_STATE", count)
        eventually(reached, 60, interval=1)

    steady(blue, 1)
    primary = region.aws("ecs", "update-service-primary-task-set", *scope, "--primary-task-set", blue["id"])["taskSet"]
    assert primary["status"] == "PRIMARY"
    green = region.aws("ecs", "create-task-set", *scope, "--task-definition", f"{family}:1", "--external-id", "green",
                       "--scale", "unit=PERCENT,value=0")["taskSet"]
    region.aws("ecs", "update-task-set", *scope, "--task-set", green["id"], "--scale", "unit=PERCENT,value=100")
    steady(green, 2)
    region.aws("ecs", "update-service-primary-task-set", *scope, "--primary-task-set", green["taskSetArn"])
    gone = region.aws("ecs", "delete-task-set", *scope, "--task-set", blue["id"], "--force")["taskSet"]
    assert gone["status"] == "DRAINING"
    eventually(lambda: [t["externalId"] for t in region.aws("ecs", "describe-task-sets", *scope)["taskSets"]]
               == ["green"], 60, interval=1)
    region.aws("ecs", "delete-service", *scope, "--force")


def test_account_settings(region):
    """Account setting management using the AWS CLI."""
    name = ["--name", "serviceLongArnFormat"]
    user = f"arn:aws:iam::{region.account}:user/principalName"
    for command, more, principal in [
        ("put-account-setting-default", [], f"arn:aws:iam::{region.account}:root"),
        ("put-account-setting", [], f"arn:aws:iam::{region.account}:root"),
        ("put-account-setting", ["--principal-arn", user], user),
    ]:
        answer = region.aws("ecs", command, *name, "--value", "enabled", *more, "--region", "us-east-1")["setting"]
        assert (answer["name"], answer["value"], answer["principalArn"]) == (name[1], "enabled", principal)
    effective = region.aws("ecs", "list-account-settings", "--effective-settings")["settings"]
    assert {s["name"]: s["value"] for s in effective}["taskLongArnFormat"] == "enabled"
    own = region.aws("ecs", "list-account-settings", *name, "--principal-arn", user)["settings"]
    assert [(s["name"], s["value"]) for s in own] == [(name[1], "enabled")]
    region.aws("ecs", "delete-account-setting", *name, "--principal-arn", user)
    assert region.aws("ecs", "list-account-settings", *name, "--principal-arn", user)["settings"] == []


def test_attributes_filters_and_placement(region, default, family):
    """Task placement constraints, strategies and the cluster query language: the examples of the three pages."""
    [one, two] = default
    region.aws("ecs", "put-attributes", "--attributes", f"name=stack,value=prod,targetId={one}")
    region.aws("ecs", "put-attributes", "--attributes", f"name=stack,value=test,targetId={two}",
               f"name=project,value=a,targetId={two}")

    def filtered(expression):
        return sorted(region.aws("ecs", "list-container-instances", "--filter", expression)["containerInstanceArns"])

    zones = {arn: a["value"] for arn in default for a in region.aws(
        "ecs", "describe-container-instances", "--container-instances", arn)["containerInstances"][0]["attributes"]
        if a["name"] == "ecs.availability-zone"}
    assert filtered("attribute:ecs.instance-type == g2.2xlarge") == []
    assert filtered("attribute:stack == prod") == [one]
    assert filtered("attribute:stack != prod") == [two]
    assert filtered("attribute:ecs.availability-zone in [us-east-1a, us-east-1b]") == default
    assert filtered(f"attribute:project =~ a.* and attribute:ecs.availability-zone == {zones[two]}") == [two]
    assert filtered("runningTasksCount == 1") == []

    def places(*options):
        ran = region.aws("ecs", "run-task", "--cluster", "default", "--task-definition", family, *options)
        assert ran["failures"] == []
        return [task["containerInstanceArn"] for task in ran["tasks"]]

    member = "--placement-constraints", "type=memberOf,expression=attribute:stack == prod"
    assert places("--count", "2", *member, "--group", "databases") == [one, one]
    assert filtered("task:group == databases") == [one]
    assert places("--placement-constraints", "type=memberOf,expression=task:group == databases") == [one]
    assert places("--placement-constraints", "type=memberOf,expression=not(task:group == databases)") == [two]
    assert sorted(places("--count", "2", "--group", "apart", "--placement-constraints", "type=distinctInstance")) \
        == default
    assert sorted(places("--count", "2", "--group", "spread", "--placement-strategy",
                         "type=spread,field=attribute:ecs.availability-zone")) == default
    assert len(set(places("--count", "2", "--group", "bin", "--placement-strategy", "type=binpack,field=memory"))) == 1
    assert len(places("--placement-strategy", "type=random")) == 1
    assert sorted(places("--count", "2", "--group", "both", "--placement-strategy",
                         "type=spread,field=attribute:ecs.availability-zone", "type=binpack,field=memory")) == default
    region.aws("ecs", "delete-attributes", "--attributes", f"name=stack,targetId={one}", f"name=stack,targetId={two}",
               f"name=project,targetId={two}")
    assert filtered("attribute:stack exists") == []


def test_draining_an_instance(region, default, family):
    """Container instance draining: the service leaves, tasks of their own stay."""
    [one, two] = default
    name = unique("drained")
    region.aws("ecs", "create-service", "--service-name", name, "--task-definition", family, "--desired-count", "2")
    region.aws("ecs", "wait", "services-stable", "--services", name)
    [alone] = region.aws("ecs", "start-task", "--task-definition", family, "--container-instances", one)["tasks"]
    assert len(region.aws("ecs", "list-tasks", "--container-instance", one)["taskArns"]) == 2
    drained = region.aws("ecs", "update-container-instances-state", "--cluster", "default", "--container-instances", one,
                         "--status", "DRAINING")
    assert [i["status"] for i in drained["containerInstances"]] == ["DRAINING"] and drained["failures"] == []
    eventually(lambda: region.aws("ecs", "list-tasks", "--container-instance", one)["taskArns"] == [alone["taskArn"]],
               90, interval=1)
    assert len(region.aws("ecs", "list-tasks", "--container-instance", two)["taskArns"]) == 2
    region.aws("ecs", "update-container-instances-state", "--cluster", "default", "--container-instances", one,
               "--status", "ACTIVE")
    region.aws("ecs", "delete-service", "--service", name, "--force")


def test_execute_command(region, cluster, tmp_path):
    """Using ECS Exec: the session that the CLI hands to the Session Manager plugin."""
    family, plugin, seen = unique("exec"), tmp_path / "session-manager-plugin", tmp_path / "seen"
    plugin.write_text(f'#!/bin/sh\n[ $# -eq 0 ] || printf "%s\\n" "$@" > {seen}\n')
    plugin.chmod(0o755)
    region.aws("ecs", "register-task-definition", "--family", family, "--task-role-arn",
               f"arn:aws:iam::{region.account}:role/ecsTaskRole", "--container-definitions", json.dumps([HEALTHY]))
    ran = region.aws("ecs", "run-task", "--cluster", cluster, "--task-definition", family, "--enable-execute-command")
    [arn] = [task["taskArn"] for task in ran["tasks"]]
    region.aws("ecs", "wait", "tasks-running", "--cluster", cluster, "--tasks", arn)
    [shown] = region.aws("ecs", "describe-tasks", "--cluster", cluster, "--tasks", arn)["tasks"]
    assert shown["enableExecuteCommand"] is True
    task = arn.rsplit("/", 1)[1]
    subprocess.run(
        [str(AWS), "ecs", "execute-command", "--cluster", cluster, "--task", task, "--container", "app",
         "--interactive", "--command", "/bin/sh"], check=True, timeout=60, stdin=subprocess.DEVNULL,
        env={**region.aws_environment(), "PATH": f"{tmp_path}:{os.environ['PATH']}"})
    session, name, action, _, target, endpoint = seen.read_text().splitlines()
    assert json.loads(session)["sessionId"].startswith("ecs-execute-command-")
    assert (name, action) == ("us-east-1", "StartSession")
    assert json.loads(target)["Target"] == f"ecs:{cluster}_{task}_{shown['containers'][0]['runtimeId']}"
    assert endpoint == region.endpoint
    stop_everything(region.ecs, cluster=cluster)


def test_capacity_providers(region, family, join, tmp_path):
    """Using cluster auto scaling with the AWS CLI, with instances that somebody starts: nothing else is missing."""
    cluster, providers = unique("CLItutorial-cluster"), [unique("CLItutorial-capacityprovider") for _ in range(2)]
    for provider in providers:
        path = tmp_path / f"{provider}.json"
        path.write_text(json.dumps({"name": provider, "autoScalingGroupProvider": {
            "autoScalingGroupArn": f"arn:aws:autoscaling:us-east-1:{region.account}:autoScalingGroup:"
                                   f"24c44d96-606a-427f-826a-f64ba4cc918c:autoScalingGroupName/{provider}",
            "managedScaling": {"status": "ENABLED", "targetCapacity": 100, "minimumScalingStepSize": 1,
                               "maximumScalingStepSize": 100}, "managedTerminationProtection": "ENABLED"}}))
        made = region.aws("ecs", "create-capacity-provider", "--cli-input-json", f"file://{path}")["capacityProvider"]
        assert (made["name"], made["status"]) == (provider, "ACTIVE")
    strategy = ["--default-capacity-provider-strategy", *(f"capacityProvider={p},weight=1" for p in providers)]
    made = region.aws("ecs", "create-cluster", "--cluster-name", cluster, "--capacity-providers", *providers, *strategy)
    assert made["cluster"]["capacityProviders"] == providers
    given = region.aws("ecs", "put-cluster-capacity-providers", "--cluster", cluster, "--capacity-providers", *providers,
                       "--default-capacity-provider-strategy", f"capacityProvider={providers[0]},weight=1,base=1")
    assert given["cluster"]["defaultCapacityProviderStrategy"] == [
        {"capacityProvider": providers[0], "weight": 1, "base": 1}]
    region.aws("ecs", "put-cluster-capacity-providers", "--cluster", cluster, "--capacity-providers", *providers,
               *strategy)

    ran = region.aws("ecs", "run-task", "--cluster", cluster, "--task-definition", f"{family}:1", "--count", "2")
    tasks = {task["capacityProviderName"]: task for task in ran["tasks"]}
    assert sorted(tasks) == sorted(providers)
    assert {task["lastStatus"] for task in ran["tasks"]} == {"PROVISIONING"}
    for provider in providers:
        join(cluster, provider)
    region.aws("ecs", "wait", "tasks-running", "--cluster", cluster, "--tasks", *(t["taskArn"] for t in ran["tasks"]))
    shown = region.aws("ecs", "describe-capacity-providers", "--capacity-providers", *providers)["capacityProviders"]
    assert [p["name"] for p in shown] == providers
    stop_everything(region.ecs, cluster=cluster)


def test_tags(region, family):
    """Tagging resources, and the tags that tasks get from their service."""
    cluster, name = unique("devcluster"), unique("application")
    made = region.aws("ecs", "create-cluster", "--cluster-name", cluster, "--tags", "key=team,value=devs")["cluster"]
    arn = made["clusterArn"]

    def tags():
        listed = region.aws("ecs", "list-tags-for-resource", "--resource-arn", arn)["tags"]
        return {tag["key"]: tag["value"] for tag in listed}

    region.aws("ecs", "tag-resource", "--resource-arn", arn, "--tags", "key=stack,value=dev")
    assert tags() == {"team": "devs", "stack": "dev"}
    region.aws("ecs", "tag-resource", "--resource-arn", arn, "--tags", "key=key1,value=value1", "key=key2,value=value2")
    region.aws("ecs", "untag-resource", "--resource-arn", arn, "--tag-keys", "stack", "key1")
    assert tags() == {"team": "devs", "key2": "value2"}

    region.aws("ecs", "create-service", "--service-name", name, "--task-definition", family, "--desired-count", "1",
               "--tags", "key=stack,value=dev", "--propagate-tags", "SERVICE")
    [task] = eventually(lambda: region.aws("ecs", "list-tasks", "--service-name", name)["taskArns"])
    [shown] = region.aws("ecs", "describe-tasks", "--tasks", task, "--include", "TAGS")["tasks"]
    assert {"key": "stack", "value": "dev"} in shown["tags"]
    region.aws("ecs", "delete-service", "--service", name, "--force")
    region.aws("ecs", "delete-cluster", "--cluster", cluster)
