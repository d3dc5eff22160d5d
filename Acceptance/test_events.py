"""`roost events`: what happened, in EventBridge's form and in order, also after a crash; and throttling."""

import json
import re
import subprocess

import botocore.exceptions
import pytest

from support.ecs import register, run_one, stop_everything, unique, wait_running, wait_stopped
from support.poll import eventually
from support.region import BINARY


@pytest.fixture(scope="module", autouse=True)
def nothing_left(ecs):
    yield
    stop_everything(ecs)


def recorded(region, *arguments):
    done = subprocess.run([BINARY, "events", "--data", region.data, *arguments], capture_output=True, timeout=20)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def of(events, resource, kind):
    return [e["detail"] for e in events if resource in e["resources"] and e["detail-type"] == kind]


def test_a_task_from_beginning_to_end(region, ecs):
    arn = run_one(ecs, register(ecs))["taskArn"]
    wait_running(ecs, arn)
    ecs.stop_task(task=arn, reason="enough")
    wait_stopped(ecs, arn)
    events = recorded(region)
    details = of(events, arn, "ECS Task State Change")
    assert [d["lastStatus"] for d in details][0] == "PENDING" and details[-1]["lastStatus"] == "STOPPED"
    versions = [d["version"] for d in details]
    assert versions == sorted(versions)
    last = details[-1]
    assert (last["stopCode"], last["stoppedReason"]) == ("UserInitiated", "enough")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", last["stoppedAt"])
    [envelope] = {(e["version"], e["source"], e["account"], e["region"]) for e in events}
    assert envelope == ("0", "aws.ecs", region.account, "us-east-1")
    assert len({e["id"] for e in events}) == len(events)
    instance = of(events, last["containerInstanceArn"], "ECS Container Instance State Change")
    assert instance and instance[-1]["agentConnected"] is True


def test_a_service_and_its_deployment(region, ecs):
    name = unique("svc")
    made = ecs.create_service(serviceName=name, taskDefinition=register(ecs), desiredCount=1)["service"]

    def told():
        events = recorded(region)
        names = [d["eventName"] for d in of(events, made["serviceArn"], "ECS Service Action")]
        deployments = [d["eventName"] for d in of(events, made["serviceArn"], "ECS Deployment State Change")]
        return "TASKS_STARTED" in names and deployments == ["SERVICE_DEPLOYMENT_IN_PROGRESS"]
    eventually(told)


def test_a_daemon(region, ecs):
    cluster, provider, family = unique("cluster"), unique("mi"), unique("logs")
    ecs.create_cluster(clusterName=cluster)
    arn = ecs.create_capacity_provider(name=provider, cluster=cluster, managedInstancesProvider={
        "infrastructureRoleArn": "arn:aws:iam::000000000000:role/ecs",
        "instanceLaunchTemplate": {
            "ec2InstanceProfileArn": "arn:aws:iam::000000000000:instance-profile/ecs",
            "networkConfiguration": {"subnets": ["subnet-1"]}}})["capacityProvider"]["capacityProviderArn"]
    definition = ecs.register_daemon_task_definition(
        family=family, containerDefinitions=[{"name": "agent", "image": "busybox", "memory": 32}])
    made = ecs.create_daemon(
        clusterArn=cluster, daemonName="logs", capacityProviderArns=[arn],
        daemonTaskDefinitionArn=definition["daemonTaskDefinitionArn"])

    def told():
        details = of(recorded(region), made["daemonArn"], "ECS Daemon Deployment State Change")
        assert {d["daemonDeploymentArn"] for d in details} <= {made["deploymentArn"]}
        return [d["eventName"].removeprefix("DAEMON_DEPLOYMENT_") for d in details]
    eventually(lambda: told() == ["PENDING", "IN_PROGRESS", "SUCCESSFUL"])


def test_following_and_the_end_of_the_list(region, ecs):
    assert len(recorded(region, "--tail", "2")) == 2
    follower = subprocess.Popen([BINARY, "events", "--data", region.data, "--follow", "--tail", "1"],
                                stdout=subprocess.PIPE)
    try:
        # The first line says that it has reached the end of what is recorded.
        assert follower.stdout.readline()
        arn = run_one(ecs, register(ecs))["taskArn"]
        for _ in range(50):
            if arn in json.loads(follower.stdout.readline())["resources"]:
                break
        else:
            pytest.fail("the task was not among fifty events")
    finally:
        follower.terminate()
        follower.wait(5)


def test_a_crash_loses_none(region, ecs):
    arns = [run_one(ecs, register(ecs))["taskArn"] for _ in range(5)]
    region.kill()
    region.start()
    events = recorded(region)
    for arn in arns:
        assert of(events, arn, "ECS Task State Change"), arn


def test_no_region(tmp_path):
    done = subprocess.run([BINARY, "events", "--data", tmp_path / "none"], capture_output=True, timeout=20)
    assert done.returncode != 0 and b"There is no region in" in done.stderr


def test_requests_that_come_too_fast_are_refused(new_region):
    region = new_region(arguments=["--throttle", "aws"]).start()
    with pytest.raises(botocore.exceptions.ClientError) as raised:
        for _ in range(200):
            region.ecs.list_clusters()
    error = raised.value.response
    assert error["Error"] == {"Code": "ThrottlingException", "Message": "Rate exceeded"}
    assert error["ResponseMetadata"]["HTTPStatusCode"] == 400
