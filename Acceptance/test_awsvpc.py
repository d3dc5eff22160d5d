"""Tasks with a network interface of their own: as the API shows them, and as others reach them."""

import json
import shutil
import subprocess
import urllib.request

import pytest

from support.balanced import Balancer, Load, create, web
from support.ecs import (
    FAST, container, error_of, register, run_one, stop_everything, task, unique, wait_running, wait_status,
    wait_stopped)
from support.poll import eventually

pytestmark = pytest.mark.skipif(not shutil.which("ip"), reason="needs iproute2: scripts/setup.sh installs it")


@pytest.fixture(scope="module")
def ecs(real_region):
    return real_region.ecs


@pytest.fixture(scope="module")
def ec2(real_region):
    return real_region.client("ec2")


@pytest.fixture(scope="module")
def network(ec2):
    subnets = [subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"]]
    return {"awsvpcConfiguration": {"subnets": subnets}}


@pytest.fixture(autouse=True)
def nothing_left(ecs, ec2):
    yield
    stop_everything(ecs)
    # The cluster is empty only once every interface is given back.
    eventually(lambda: ec2.describe_network_interfaces()["NetworkInterfaces"] == [], 20)


def details(found):
    (attachment,) = found["attachments"]
    return {pair["name"]: pair["value"] for pair in attachment["details"]}


def page(address, port=8080):
    with urllib.request.urlopen(f"http://{address}:{port}/", timeout=5) as answer:
        return answer.read().decode().strip()


def routes(address):
    """This host's ways to an address alone."""
    return subprocess.run(["ip", "route", "show", address], capture_output=True, check=True, text=True).stdout


def recorded(region, arn):
    """What was told of a task, in order."""
    events = [json.loads(line) for line in region.roost("events", "--data", region.data).stdout.splitlines()]
    return [e["detail"] for e in events if arn in e["resources"]]


def test_a_task_has_an_address_of_its_own(ecs, ec2, network):
    definition = web(ecs, "one", unique("web"), networkMode="awsvpc")
    answered = run_one(ecs, definition, networkConfiguration=network)
    assert answered["lastStatus"] == "PROVISIONING"
    (attachment,) = answered["attachments"]
    assert (attachment["type"], attachment["status"]) == ("ElasticNetworkInterface", "PRECREATED")
    assert [pair["name"] for pair in attachment["details"]] == ["subnetId"]

    found = wait_running(ecs, answered["taskArn"])
    (attachment,) = found["attachments"]
    shown = details(found)
    assert attachment["status"] == "ATTACHED"
    assert list(shown) == ["subnetId", "networkInterfaceId", "macAddress", "privateDnsName", "privateIPv4Address"]
    assert shown["subnetId"] in network["awsvpcConfiguration"]["subnets"]
    address = shown["privateIPv4Address"]
    (app,) = found["containers"]
    assert app["networkInterfaces"] == [{"attachmentId": attachment["id"], "privateIpv4Address": address}]
    assert app["networkBindings"] == []
    eventually(lambda: page(address) == "one", 10)
    assert routes(address)

    (interface,) = ec2.describe_network_interfaces(
        Filters=[{"Name": "private-ip-address", "Values": [address]}])["NetworkInterfaces"]
    assert interface["NetworkInterfaceId"] == shown["networkInterfaceId"]
    assert interface["MacAddress"] == shown["macAddress"]
    assert interface["Description"].endswith(attachment["id"])

    # Two tasks have the same port, and one asks the other.
    other = run_one(ecs, definition, networkConfiguration=network)
    eventually(lambda: page(details(wait_running(ecs, other["taskArn"]))["privateIPv4Address"]) == "one", 10)
    client = register(ecs, networkMode="awsvpc", containers=[container(command=["wget", "-qO-", f"{address}:8080"])])
    ended = wait_stopped(ecs, run_one(ecs, client, networkConfiguration=network)["taskArn"])
    assert ended["containers"][0]["exitCode"] == 0

    ecs.stop_task(task=answered["taskArn"])
    ended = wait_stopped(ecs, answered["taskArn"])
    assert ended["attachments"][0]["status"] == "DELETED"
    assert details(ended)["privateIPv4Address"] == address
    assert ec2.describe_network_interfaces(
        Filters=[{"Name": "private-ip-address", "Values": [address]}])["NetworkInterfaces"] == []
    assert routes(address) == ""


def test_the_way_of_a_task_goes_by_provisioning_and_deprovisioning(real_region, ecs, network):
    definition = register(ecs, networkMode="awsvpc", containers=[container(command=["sleep", "1"])])
    arn = run_one(ecs, definition, networkConfiguration=network)["taskArn"]
    wait_stopped(ecs, arn)
    events = recorded(real_region, arn)
    seen = list(dict.fromkeys(event["lastStatus"] for event in events))
    assert seen == ["PROVISIONING", "PENDING", "RUNNING", "DEPROVISIONING", "STOPPED"]
    statuses = list(dict.fromkeys(event["attachments"][0]["status"] for event in events))
    assert statuses == ["PRECREATED", "ATTACHED", "DETACHING", "DELETED"]
    assert {event["attachments"][0]["type"] for event in events} == {"eni"}


def test_a_network_configuration_is_needed(ecs):
    definition = register(ecs, networkMode="awsvpc")
    assert error_of(ecs.run_task, taskDefinition=definition) == (
        "InvalidParameterException",
        "Network Configuration must be provided when networkMode 'awsvpc' is specified.")


@pytest.mark.skipif(not shutil.which("haproxy"), reason="needs haproxy: scripts/setup.sh installs it")
def test_a_roll_out_of_tasks_behind_a_load_balancer_loses_no_request(real_region, ecs, network):
    balancer, family = Balancer(real_region, real_region.client("elbv2"), "ip"), unique("web")
    try:
        name = create(
            ecs, balancer, web(ecs, "one", family, networkMode="awsvpc"), 3, networkConfiguration=network)
        eventually(lambda: balancer.get() == (200, "one"))
        arns = ecs.list_tasks(serviceName=name)["taskArns"]
        addresses = {details(task(ecs, arn))["privateIPv4Address"] for arn in arns}
        health = balancer.elb.describe_target_health(TargetGroupArn=balancer.group)["TargetHealthDescriptions"]
        assert {h["Target"]["Id"] for h in health} == addresses
        assert {h["Target"]["Port"] for h in health} == {8080}
        (address,) = set(eventually(balancer.is_active))
        load = Load(address, balancer.port, balancer.name)
        try:
            load.wait_for(50)
            ecs.update_service(service=name, taskDefinition=web(ecs, "two", family, networkMode="awsvpc"))
            ecs.get_waiter("services_stable").wait(services=[name], WaiterConfig=FAST)
            load.wait_for(50)
        finally:
            failed = load.end()
        assert failed == []
        assert {balancer.get() for _ in range(6)} == {(200, "two")}
    finally:
        balancer.delete()
        stop_everything(ecs)
        real_region.roost("balancer", "--remove", "--name", "local", "--data", real_region.data)
