"""Short words for what many tests say about ECS."""

import uuid

import botocore.exceptions
import pytest

from .poll import eventually

#: Waiters of botocore poll every 6 or 15 seconds; the tests use the same waiters with a shorter delay.
FAST = {"Delay": 1, "MaxAttempts": 90}


def unique(prefix="t"):
    return f"{prefix}-{uuid.uuid4().hex[:10]}"


def container(name="app", image="busybox:latest", **members):
    return {"name": name, "image": image, "memory": 32, **members}


def register(ecs, family=None, containers=None, **members):
    """Registers a task definition and returns its ARN."""
    answer = ecs.register_task_definition(
        family=family or unique("family"), containerDefinitions=containers or [container(command=["sleep", "3600"])],
        **members)
    return answer["taskDefinition"]["taskDefinitionArn"]


def error_of(call, **arguments):
    """The (code, message) of the error that the call must raise."""
    with pytest.raises(botocore.exceptions.ClientError) as raised:
        call(**arguments)
    error = raised.value.response["Error"]
    assert error["Message"], "an error without a message"
    return error["Code"], error["Message"]


def task(ecs, arn, cluster="default", **arguments):
    tasks = ecs.describe_tasks(cluster=cluster, tasks=[arn], **arguments)["tasks"]
    assert len(tasks) == 1
    return tasks[0]


def service(ecs, name, cluster="default", **arguments):
    services = ecs.describe_services(cluster=cluster, services=[name], **arguments)["services"]
    assert len(services) == 1
    return services[0]


def wait_status(ecs, arn, status, cluster="default", timeout=30):
    def reached():
        found = task(ecs, arn, cluster)
        return found if found["lastStatus"] == status else None

    return eventually(reached, timeout, message=lambda: f"{status}; the task is {task(ecs, arn, cluster)}")


def wait_running(ecs, arn, **arguments):
    return wait_status(ecs, arn, "RUNNING", **arguments)


def wait_stopped(ecs, arn, **arguments):
    return wait_status(ecs, arn, "STOPPED", **arguments)


def run_one(ecs, definition, cluster="default", **arguments):
    """Runs one task that must be placed; returns it as RunTask answered."""
    answer = ecs.run_task(cluster=cluster, taskDefinition=definition, **arguments)
    assert answer["failures"] == []
    assert len(answer["tasks"]) == 1
    return answer["tasks"][0]


def stable(ecs, name, cluster="default", timeout=60):
    """What the waiter `services_stable` waits for, asked more often; returns the service."""
    def reached():
        found = service(ecs, name, cluster)
        assert found["status"] == "ACTIVE"
        done = len(found["deployments"]) == 1 and found["runningCount"] == found["desiredCount"]
        return found if done else None

    return eventually(reached, timeout, 0.2, message=lambda: f"stable: {service(ecs, name, cluster)}")


def stop_everything(ecs, cluster="default"):
    """Ends every service and task of a cluster, and waits until the instances have their resources back."""
    for page in ecs.get_paginator("list_services").paginate(cluster=cluster):
        for arn in page["serviceArns"]:
            ecs.delete_service(cluster=cluster, service=arn, force=True)
    for page in ecs.get_paginator("list_tasks").paginate(cluster=cluster):
        for arn in page["taskArns"]:
            ecs.stop_task(cluster=cluster, task=arn)
    eventually(lambda: all_free(ecs, cluster), 60, 0.2, message="resources given back")


def amounts(resources):
    """{"CPU": 2048, "MEMORY": 1024, "PORTS": {...}} of a list of resources."""
    table = {}
    for r in resources:
        table[r["name"]] = set(r["stringSetValue"]) if r["type"] == "STRINGSET" else r["integerValue"]
    return table


def instances(ecs, cluster="default"):
    arns = ecs.list_container_instances(cluster=cluster)["containerInstanceArns"]
    if not arns:
        return []
    return ecs.describe_container_instances(cluster=cluster, containerInstances=arns)["containerInstances"]


def all_free(ecs, cluster="default"):
    return all(amounts(i["registeredResources"]) == amounts(i["remainingResources"])
               and i["runningTasksCount"] == 0 and i["pendingTasksCount"] == 0 for i in instances(ecs, cluster))
