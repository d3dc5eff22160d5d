"""Container instances: what they say of themselves, states, filters, registration by hand."""

import json
import re

import pytest

from support.ecs import amounts, error_of, instances, register, run_one, stop_everything, unique, wait_running
from support.poll import eventually


@pytest.fixture(autouse=True)
def nothing_left(ecs):
    yield
    stop_everything(ecs)


def test_what_an_instance_says(region, ecs):
    found = instances(ecs)
    assert len(found) == 2
    for instance in found:
        assert re.fullmatch(re.escape(region.arn("container-instance/default/")) + "[0-9a-f]{32}",
                            instance["containerInstanceArn"])
        assert instance["status"] == "ACTIVE" and instance["agentConnected"] is True
        assert (instance["runningTasksCount"], instance["pendingTasksCount"]) == (0, 0)
        assert instance["versionInfo"]["agentVersion"]
        assert instance["versionInfo"]["dockerVersion"].startswith("DockerVersion: ")
        assert instance["registeredAt"] and instance["version"] >= 1
        assert instance["ec2InstanceId"].startswith("i-")
        registered = amounts(instance["registeredResources"])
        assert registered == amounts(instance["remainingResources"])
        assert registered["CPU"] > 0 and registered["MEMORY"] > 0
        assert {"22", "2375", "2376"} <= registered["PORTS"]
        assert registered["PORTS_UDP"] == set()
        names = {a["name"]: a.get("value") for a in instance["attributes"]}
        assert names["ecs.os-type"] == "linux"
        assert names["ecs.availability-zone"] in ("us-east-1a", "us-east-1b")
        assert names["ecs.cpu-architecture"] in ("x86_64", "arm64")
        assert "ecs.instance-type" in names
        assert "com.amazonaws.ecs.capability.docker-remote-api.1.21" in names
        assert "ecs.capability.container-ordering" in names
        assert instance["attachments"] == []
        assert "tags" not in instance or instance["tags"] == []
    assert {dict((a["name"], a.get("value")) for a in i["attributes"])["ecs.availability-zone"] for i in found} == {
        "us-east-1a", "us-east-1b"}, "two instances are spread over two zones"
    assert len({i["ec2InstanceId"] for i in found}) == 2


def test_missing_and_empty(region, ecs):
    answer = ecs.describe_container_instances(containerInstances=["0" * 32])
    assert answer["containerInstances"] == []
    assert answer["failures"] == [{"arn": region.arn(f"container-instance/default/{'0' * 32}"), "reason": "MISSING"}]
    code, message = error_of(ecs.describe_container_instances, containerInstances=[])
    assert code in ("InvalidParameterException", "ClientException") and "cannot be empty" in message
    assert error_of(ecs.list_container_instances, cluster="nowhere")[0] == "ClusterNotFoundException"


def test_filters_use_the_query_language(ecs):
    listed = lambda f: len(ecs.list_container_instances(filter=f)["containerInstanceArns"])  # noqa: E731
    started = run_one(ecs, register(ecs, "queried"))
    wait_running(ecs, started["taskArn"])
    assert listed("attribute:ecs.availability-zone == us-east-1a") == 1
    assert listed("attribute:ecs.availability-zone in [us-east-1a, us-east-1b]") == 2
    assert listed("attribute:ecs.os-type =~ lin.* and attribute:ecs.availability-zone != us-east-1a") == 1
    assert listed("task:group == family:queried") == 1
    assert listed("not(task:group == family:queried)") == 1
    assert listed("runningTasksCount == 1") == 1
    assert listed("agentConnected == true") == 2
    assert listed("attribute:stack exists") == 0
    assert listed("registeredAt > 2018-06-18T22:28:28Z") == 2
    assert error_of(ecs.list_container_instances, filter="attribute:a ==")[0] == "InvalidParameterException"


def test_draining_takes_nothing_new(ecs):
    [one, two] = [i["containerInstanceArn"] for i in instances(ecs)]
    answer = ecs.update_container_instances_state(containerInstances=[one, "1" * 32], status="DRAINING")
    try:
        assert [i["status"] for i in answer["containerInstances"]] == ["DRAINING"]
        assert [f["reason"] for f in answer["failures"]] == ["MISSING"]
        tasks = ecs.run_task(taskDefinition=register(ecs), count=4)["tasks"]
        assert {t["containerInstanceArn"] for t in tasks} == {two}
        assert ecs.list_container_instances(status="DRAINING")["containerInstanceArns"] == [one]
        assert ecs.list_container_instances(status="ACTIVE")["containerInstanceArns"] == [two]
        assert set(ecs.list_container_instances()["containerInstanceArns"]) == {one, two}
    finally:
        ecs.update_container_instances_state(containerInstances=[one], status="ACTIVE")
    assert {i["status"] for i in instances(ecs)} == {"ACTIVE"}
    assert error_of(ecs.update_container_instances_state, containerInstances=[one], status="INACTIVE")[0] == (
        "InvalidParameterException")


def register_by_hand(ecs, cluster, identity=None, **members):
    document = {"instanceId": identity or unique("i"), "region": "us-east-1", "availabilityZone": "us-east-1a",
                "instanceType": "m5.large", "architecture": "x86_64"}
    return ecs.register_container_instance(
        cluster=cluster, instanceIdentityDocument=json.dumps(document),
        totalResources=[{"name": "CPU", "type": "INTEGER", "integerValue": 1024},
                        {"name": "MEMORY", "type": "INTEGER", "integerValue": 2048},
                        {"name": "PORTS", "type": "STRINGSET", "stringSetValue": ["22"]},
                        {"name": "PORTS_UDP", "type": "STRINGSET", "stringSetValue": []}],
        versionInfo={"agentVersion": "1.99.0", "agentHash": "abc", "dockerVersion": "DockerVersion: 25.0.0"},
        attributes=[{"name": "rack", "value": "7"}], **members)["containerInstance"]


def test_registration_by_hand_and_without_an_agent(ecs):
    cluster = unique("hand")
    ecs.create_cluster(clusterName=cluster)
    made = register_by_hand(ecs, cluster, tags=[{"key": "rack", "value": "7"}])
    arn = made["containerInstanceArn"]
    assert made["status"] == "ACTIVE" and made["agentConnected"] is False
    assert amounts(made["remainingResources"]) == {"CPU": 1024, "MEMORY": 2048, "PORTS": {"22"}, "PORTS_UDP": set()}
    assert {"name": "rack", "value": "7"} in [{k: v for k, v in a.items() if k in ("name", "value")}
                                              for a in made["attributes"]]
    answer = ecs.run_task(cluster=cluster, taskDefinition=register(ecs))
    assert answer["tasks"] == []
    assert answer["failures"] == [{"arn": arn, "reason": "AGENT"}]

    again = ecs.register_container_instance(
        cluster=cluster, containerInstanceArn=arn, totalResources=made["registeredResources"],
        versionInfo=made["versionInfo"])["containerInstance"]
    assert again["containerInstanceArn"] == arn

    assert ecs.deregister_container_instance(cluster=cluster, containerInstance=arn)["containerInstance"][
        "status"] == "INACTIVE"
    assert ecs.list_container_instances(cluster=cluster)["containerInstanceArns"] == []
    found = ecs.describe_container_instances(cluster=cluster, containerInstances=[arn])
    assert [i["status"] for i in found["containerInstances"]] == ["INACTIVE"]
    ecs.delete_cluster(cluster=cluster)


def test_registration_in_an_unknown_cluster(ecs):
    with pytest.raises(ecs.exceptions.ClientError) as raised:
        register_by_hand(ecs, "nowhere")
    assert raised.value.response["Error"]["Code"] in ("ClusterNotFoundException", "ClientException")


def test_poll_endpoints(region, ecs):
    answer = ecs.discover_poll_endpoint(containerInstance=instances(ecs)[0]["containerInstanceArn"])
    for name in ("endpoint", "telemetryEndpoint"):
        assert f":{region.port}/agent/" in answer[name]


def test_deregistration_with_tasks_needs_force(new_region):
    region = new_region(instances=1).start()
    region.wait_for_instances()
    ecs = region.ecs
    started = run_one(ecs, register(ecs))
    wait_running(ecs, started["taskArn"])
    [instance] = [i["containerInstanceArn"] for i in instances(ecs)]
    code, message = error_of(ecs.deregister_container_instance, containerInstance=instance)
    assert code == "InvalidParameterException" and "Found running tasks on the instance" in message
    gone = ecs.deregister_container_instance(containerInstance=instance, force=True)["containerInstance"]
    assert gone["status"] == "INACTIVE"
    stopped = eventually(lambda: (t := ecs.describe_tasks(tasks=[started["taskArn"]])["tasks"][0])[
        "lastStatus"] == "STOPPED" and t)
    assert stopped["stopCode"] == "TerminationNotice" or "deregistration" in stopped["stoppedReason"]
