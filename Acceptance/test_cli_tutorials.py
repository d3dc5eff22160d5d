"""The AWS CLI tutorials of the Amazon ECS Developer Guide, step by step, with the real AWS CLI.

The same commands with the same options in the same order; what a reader compares on the way is asserted.
"""

import json

import pytest

from support.ecs import unique
from support.poll import eventually
from support.region import KEY, SECRET, RoostProcess


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


def test_a_blue_green_service(region, cluster, tmp_path):
    """Creating a service with a blue/green deployment, and looking at its deployments and revisions."""
    family, name = unique("web"), unique("bluegreen")
    health = {"command": ["CMD-SHELL", "exit 0"]}
    path = tmp_path / "task.json"
    path.write_text(json.dumps({"family": family, "containerDefinitions": [
        {"name": "app", "image": "busybox", "memory": 32, "healthCheck": health,
         "environment": [{"name": "ROOST_SIMULATE_HEALTH", "value": "healthy"}]}]}))
    region.aws("ecs", "register-task-definition", "--cli-input-json", f"file://{path}")
    service = tmp_path / "service.json"
    service.write_text(json.dumps({
        "cluster": cluster, "serviceName": name, "taskDefinition": family, "desiredCount": 1,
        "deploymentController": {"type": "ECS"},
        "deploymentConfiguration": {"strategy": "BLUE_GREEN", "maximumPercent": 200, "minimumHealthyPercent": 100,
                                    "bakeTimeInMinutes": 0}}))
    made = region.aws("ecs", "create-service", "--cli-input-json", f"file://{service}")["service"]
    assert made["deploymentConfiguration"]["strategy"] == "BLUE_GREEN"
    listed = region.aws("ecs", "list-service-deployments", "--cluster", cluster, "--service", name)
    [deployment] = listed["serviceDeployments"]

    def finished():
        found = region.aws("ecs", "describe-service-deployments", "--service-deployment-arns",
                           deployment["serviceDeploymentArn"])["serviceDeployments"][0]
        return found["status"] == "SUCCESSFUL" and found
    found = eventually(finished, 90, interval=1)
    revision = found["targetServiceRevision"]["arn"]
    shown = region.aws("ecs", "describe-service-revisions", "--service-revision-arns", revision)["serviceRevisions"][0]
    assert shown["taskDefinition"].endswith(f"/{family}:1")
    region.aws("ecs", "delete-service", "--cluster", cluster, "--service", name, "--force")
    region.aws("ecs", "wait", "services-inactive", "--cluster", cluster, "--services", name)
