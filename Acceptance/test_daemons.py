"""Daemons of managed instances, with boto3's own waiters: one task on every instance, roll-outs, the way back."""

import pytest

from support.ecs import FAST, error_of, instances, register, task, unique, wait_running, wait_stopped
from support.poll import eventually, stays


@pytest.fixture
def cluster(ecs):
    name = unique("cluster")
    ecs.create_cluster(clusterName=name)
    return name


@pytest.fixture
def provider(ecs, cluster):
    name = unique("mi")
    return ecs.create_capacity_provider(name=name, cluster=cluster, managedInstancesProvider={
        "infrastructureRoleArn": "arn:aws:iam::000000000000:role/ecs",
        "instanceLaunchTemplate": {
            "ec2InstanceProfileArn": "arn:aws:iam::000000000000:instance-profile/ecs",
            "networkConfiguration": {"subnets": ["subnet-1"]}}})["capacityProvider"]


def register_daemon(ecs, family, **members):
    arn = ecs.register_daemon_task_definition(
        family=family, containerDefinitions=[{"name": "agent", "image": "busybox", "memory": 32, **members}],
    )["daemonTaskDefinitionArn"]
    ecs.get_waiter("daemon_task_definition_active").wait(daemonTaskDefinition=arn, WaiterConfig=FAST)
    return arn


def create(ecs, cluster, provider, definition, **arguments):
    made = ecs.create_daemon(
        clusterArn=cluster, daemonName="logs", daemonTaskDefinitionArn=definition,
        capacityProviderArns=[provider["capacityProviderArn"]], **arguments)
    ecs.get_waiter("daemon_active").wait(daemonArn=made["daemonArn"], WaiterConfig=FAST)
    return made


def wait_successful(ecs, answer):
    ecs.get_waiter("daemon_deployment_successful").wait(
        daemonDeploymentArns=[answer["deploymentArn"]], WaiterConfig=FAST)


def deployment(ecs, answer):
    [found] = ecs.describe_daemon_deployments(daemonDeploymentArns=[answer["deploymentArn"]])["daemonDeployments"]
    return found


def running(ecs, cluster):
    """The daemon's tasks that run."""
    arns = ecs.list_tasks(cluster=cluster, daemonName="logs")["taskArns"]
    tasks = ecs.describe_tasks(cluster=cluster, tasks=arns)["tasks"] if arns else []
    return [t for t in tasks if t["lastStatus"] == "RUNNING"]


def test_a_daemon_from_creation_to_deletion(region, ecs, cluster, provider, join):
    family = unique("logs")
    first = register_daemon(ecs, family)
    made = create(ecs, cluster, provider, first)
    wait_successful(ecs, made)
    assert deployment(ecs, made)["targetDaemonRevision"]["totalRunningInstanceCount"] == 0

    join(cluster, provider["name"])
    join(cluster, provider["name"])
    tasks = eventually(lambda: found if len(found := running(ecs, cluster)) == 2 else None)
    assert len({t["containerInstanceArn"] for t in tasks}) == 2
    for found in tasks:
        assert found["taskDefinitionArn"] == first
        assert (found["launchType"], found["capacityProviderName"]) == ("MANAGED_INSTANCES", provider["name"])
        assert found["group"] == "daemon:logs"
        assert found["memory"] == "32"
    shown = ecs.describe_daemon(daemonArn=made["daemonArn"])["daemon"]
    [revision] = shown["currentRevisions"]
    assert revision["totalRunningCount"] == 2
    assert revision["capacityProviders"][0]["arn"] == provider["capacityProviderArn"]

    second = register_daemon(ecs, family, command=["tail"])
    updated = ecs.update_daemon(daemonArn=made["daemonArn"], daemonTaskDefinitionArn=second,
                                capacityProviderArns=[provider["capacityProviderArn"]])
    wait_successful(ecs, updated)
    assert {t["taskDefinitionArn"] for t in running(ecs, cluster)} == {second}
    assert deployment(ecs, updated)["sourceDaemonRevisions"][0]["arn"] == revision["arn"]
    listed = ecs.list_daemon_deployments(daemonArn=made["daemonArn"])["daemonDeployments"]
    assert [d["daemonDeploymentArn"] for d in listed] == [updated["deploymentArn"], made["deploymentArn"]]
    [described] = ecs.describe_daemon_revisions(
        daemonRevisionArns=[listed[0]["targetDaemonRevisionArn"]])["daemonRevisions"]
    assert described["daemonTaskDefinitionArn"] == second
    assert described["containerImages"][0]["imageDigest"].startswith("sha256:")

    ecs.delete_daemon_task_definition(daemonTaskDefinition=second)
    assert ecs.describe_daemon_task_definition(
        daemonTaskDefinition=second)["daemonTaskDefinition"]["status"] == "DELETE_IN_PROGRESS"
    deleted = ecs.delete_daemon(daemonArn=made["daemonArn"])
    assert deleted["status"] == "DELETE_IN_PROGRESS"
    wait_successful(ecs, deleted)
    assert running(ecs, cluster) == []
    assert error_of(ecs.describe_daemon, daemonArn=made["daemonArn"])[0] == "DaemonNotFoundException"
    ecs.get_waiter("daemon_task_definition_deleted").wait(daemonTaskDefinition=second, WaiterConfig=FAST)
    gone = ecs.delete_capacity_provider(capacityProvider=provider["name"])["capacityProvider"]
    assert gone["status"] == "INACTIVE"


def test_other_tasks_come_after_the_daemon(ecs, cluster, provider, join):
    slow = register_daemon(ecs, unique("slow"), environment=[{"name": "ROOST_SIMULATE_START_ERROR", "value": "no"}])
    made = create(ecs, cluster, provider, slow)
    wait_successful(ecs, made)
    strategy = [{"capacityProvider": provider["name"], "weight": 1}]
    [waiting] = ecs.run_task(
        cluster=cluster, taskDefinition=register(ecs, networkMode="host"), capacityProviderStrategy=strategy)["tasks"]
    join(cluster, provider["name"])
    eventually(lambda: ecs.list_tasks(cluster=cluster, daemonName="logs", desiredStatus="STOPPED")["taskArns"])
    stays(lambda: task(ecs, waiting["taskArn"], cluster)["lastStatus"] == "PROVISIONING")
    good = register_daemon(ecs, unique("good"))
    updated = ecs.update_daemon(daemonArn=made["daemonArn"], daemonTaskDefinitionArn=good,
                                capacityProviderArns=[provider["capacityProviderArn"]])
    wait_successful(ecs, updated)
    wait_running(ecs, waiting["taskArn"], cluster=cluster)

    # The daemon is critical: without it the instance is no good.
    [daemon] = running(ecs, cluster)
    ecs.stop_task(cluster=cluster, task=daemon["taskArn"])
    stopped = wait_stopped(ecs, waiting["taskArn"], cluster=cluster)
    assert stopped["stopCode"] == "InfrastructureHealth"
    eventually(lambda: running(ecs, cluster))


def test_a_revision_that_does_not_start_is_rolled_back(ecs, cluster, provider, join):
    family = unique("logs")
    good = register_daemon(ecs, family)
    join(cluster, provider["name"])
    made = create(ecs, cluster, provider, good)
    eventually(lambda: running(ecs, cluster))
    bad = ecs.register_daemon_task_definition(
        family=family, containerDefinitions=[{"name": "agent", "image": "missing/agent"}])["daemonTaskDefinitionArn"]
    updated = ecs.update_daemon(daemonArn=made["daemonArn"], daemonTaskDefinitionArn=bad,
                                capacityProviderArns=[provider["capacityProviderArn"]])
    found = eventually(lambda: d if (d := deployment(ecs, updated))["status"] == "ROLLBACK_SUCCESSFUL" else None, 30)
    assert (found["circuitBreaker"]["status"], found["circuitBreaker"]["failureCount"]) == ("TRIGGERED", 3)
    assert found["rollback"]["rollbackTargetDaemonRevisionArn"] == found["sourceDaemonRevisions"][0]["arn"]
    assert [t["taskDefinitionArn"] for t in running(ecs, cluster)] == [good]


def test_a_first_deployment_that_fails_is_stopped(ecs, cluster, provider, join):
    join(cluster, provider["name"])
    # An instance whose agent has not connected yet is none that a deployment waits for.
    eventually(lambda: [i for i in instances(ecs, cluster) if i["agentConnected"]])
    bad = ecs.register_daemon_task_definition(
        family=unique("bad"), containerDefinitions=[{"name": "agent", "image": "missing/agent"}])
    made = create(ecs, cluster, provider, bad["daemonTaskDefinitionArn"])
    ecs.get_waiter("daemon_deployment_stopped").wait(daemonDeploymentArns=[made["deploymentArn"]], WaiterConfig=FAST)


def test_tags_reach_the_tasks(ecs, cluster, provider, join):
    join(cluster, provider["name"])
    made = create(ecs, cluster, provider, register_daemon(ecs, unique("logs")), propagateTags="DAEMON",
                  enableECSManagedTags=True, tags=[{"key": "team", "value": "ops"}])
    [found] = eventually(lambda: running(ecs, cluster))
    tags = {t["key"]: t["value"] for t in task(ecs, found["taskArn"], cluster, include=["TAGS"])["tags"]}
    assert tags["team"] == "ops" and tags["aws:ecs:clusterName"] == cluster
    assert ecs.list_tags_for_resource(resourceArn=made["daemonArn"])["tags"] == [{"key": "team", "value": "ops"}]
