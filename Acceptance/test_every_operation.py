"""Good requests of the operations that no other suite has a reason to call with a client."""

import json

import pytest

from support.ecs import register, run_one, stop_everything, unique, wait_running

ROLE = "arn:aws:iam::000000000000:role/infrastructure"


@pytest.fixture(scope="module", autouse=True)
def nothing_left(ecs):
    yield
    stop_everything(ecs)


def test_gateways_and_daemons_are_listed(ecs):
    name = ecs.create_gateway(name=unique("gateway"), infrastructureRoleArn=ROLE, deletionProtection=False,
                              configuration={"hostSharedAlb": {}})["name"]
    assert name in [g["name"] for g in ecs.list_gateways()["gateways"]]
    assert "nextToken" not in ecs.describe_gateway_resources(gateway=name)
    assert ecs.list_daemons()["daemonSummariesList"] == []
    family = unique("logs")
    arn = ecs.register_daemon_task_definition(
        family=family, containerDefinitions=[{"name": "a", "image": "busybox", "memory": 32}])["daemonTaskDefinitionArn"]
    assert arn in [d["arn"] for d in ecs.list_daemon_task_definitions(family=family)["daemonTaskDefinitions"]]


def test_services_by_namespace(ecs):
    namespace = unique("space")
    made = ecs.create_service(serviceName=unique("svc"), taskDefinition=register(ecs), desiredCount=0,
                              serviceConnectConfiguration={"enabled": True, "namespace": namespace})["service"]
    assert ecs.list_services_by_namespace(namespace=namespace)["serviceArns"] == [made["serviceArn"]]


def test_capacity_providers_are_updated(ecs):
    name = unique("provider")
    ecs.create_capacity_provider(name=name, autoScalingGroupProvider={"autoScalingGroupArn": name})
    scaling = {"status": "ENABLED", "targetCapacity": 80}
    changed = ecs.update_capacity_provider(name=name, autoScalingGroupProvider={"managedScaling": scaling})
    shown = changed["capacityProvider"]["autoScalingGroupProvider"]["managedScaling"]
    assert (shown["status"], shown["targetCapacity"]) == ("ENABLED", 80)


def test_an_agent_reports_by_the_api(ecs):
    arn = run_one(ecs, register(ecs))["taskArn"]
    wait_running(ecs, arn)
    # What is already so changes nothing, and is acknowledged.
    assert ecs.submit_container_state_change(task=arn, containerName="app", status="RUNNING")["acknowledgment"]
    assert ecs.submit_task_state_change(task=arn, status="RUNNING")["acknowledgment"]
    assert ecs.submit_attachment_state_changes(attachments=[])["acknowledgment"]


def test_an_old_agent_is_told_to_update(ecs):
    document = json.dumps({"instanceId": "i-0123456789abcdef0", "region": "us-east-1", "instanceType": "t3.small"})
    made = ecs.register_container_instance(
        cluster="default", instanceIdentityDocument=document, versionInfo={"agentVersion": "1.0.0"},
        totalResources=[{"name": "CPU", "type": "INTEGER", "integerValue": 1024},
                        {"name": "MEMORY", "type": "INTEGER", "integerValue": 1024}])["containerInstance"]
    told = ecs.update_container_agent(containerInstance=made["containerInstanceArn"])["containerInstance"]
    assert told["agentUpdateStatus"] == "PENDING"
    ecs.deregister_container_instance(containerInstance=made["containerInstanceArn"], force=True)


def test_a_setting_of_ones_own(region, ecs):
    name = "containerInsights"
    put = ecs.put_account_setting(name=name, value="enhanced")["setting"]
    assert (put["name"], put["value"]) == (name, "enhanced")
    effective = ecs.list_account_settings(name=name, effectiveSettings=True)["settings"]
    assert [s["value"] for s in effective] == ["enhanced"]
    ecs.delete_account_setting(name=name)
