"""Services of real containers behind load balancers of the region: made with boto3, reached with HTTP."""

import http.client
import re
import shutil
import threading
import time

import pytest

from support.ecs import FAST, container, register, service, stop_everything, unique
from support.poll import eventually
from support.region import free_port

pytestmark = pytest.mark.skipif(not shutil.which("haproxy"), reason="needs haproxy: scripts/setup.sh installs it")


@pytest.fixture(scope="module")
def balanced_region(real_region):
    yield real_region
    done = real_region.roost("balancer", "--remove", "--name", "local", "--data", real_region.data)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def ecs(balanced_region):
    return balanced_region.ecs


@pytest.fixture(scope="module")
def elb(balanced_region):
    return balanced_region.client("elbv2")


@pytest.fixture(autouse=True)
def nothing_left(ecs):
    yield
    stop_everything(ecs)


def web(ecs, text, family):
    command = ["sh", "-c", f"echo {text} > /www/index.html; exec httpd -f -p 8080 -h /www"]
    return register(ecs, family, containers=[container(
        command=command, memory=16, stopTimeout=1, portMappings=[{"containerPort": 8080}])])


class Balancer:
    """An Application Load Balancer with one listener and one group."""

    def __init__(self, region, elb):
        self.elb, self.port = elb, free_port()
        subnets = [s["SubnetId"] for s in region.client("ec2").describe_subnets()["Subnets"]][:2]
        made = elb.create_load_balancer(Name=unique("lb"), Subnets=subnets)["LoadBalancers"][0]
        self.arn, self.name = made["LoadBalancerArn"], made["DNSName"]
        self.group = self.make_group()
        self.listener = elb.create_listener(
            LoadBalancerArn=self.arn, Protocol="HTTP", Port=self.port,
            DefaultActions=[{"Type": "forward", "TargetGroupArn": self.group}])["Listeners"][0]["ListenerArn"]

    def make_group(self):
        vpc = self.elb.describe_load_balancers(LoadBalancerArns=[self.arn])["LoadBalancers"][0]["VpcId"]
        group = self.elb.create_target_group(
            Name=unique("tg"), Protocol="HTTP", Port=80, VpcId=vpc, HealthCheckIntervalSeconds=5,
            HealthCheckTimeoutSeconds=2)["TargetGroups"][0]["TargetGroupArn"]
        self.elb.modify_target_group_attributes(TargetGroupArn=group, Attributes=[
            {"Key": "deregistration_delay.timeout_seconds", "Value": "2"}])
        return group

    def is_active(self):
        found = self.elb.describe_load_balancers(LoadBalancerArns=[self.arn])["LoadBalancers"][0]
        addresses = [a["IpAddress"] for zone in found["AvailabilityZones"] for a in zone["LoadBalancerAddresses"]]
        return addresses if found["State"]["Code"] == "active" else None

    def states(self):
        health = self.elb.describe_target_health(TargetGroupArn=self.group)["TargetHealthDescriptions"]
        return sorted(h["TargetHealth"]["State"] for h in health)

    def get(self, connection=None):
        """The page, asked for by the name of the load balancer on the loopback address."""
        own = connection or http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        own.request("GET", "/", headers={"Host": self.name})
        answer = own.getresponse()
        body = answer.read().decode().strip()
        if connection is None:
            own.close()
        return answer.status, body

    def delete(self):
        self.elb.delete_load_balancer(LoadBalancerArn=self.arn)
        self.elb.delete_target_group(TargetGroupArn=self.group)


@pytest.fixture
def balancer(balanced_region, elb):
    made = Balancer(balanced_region, elb)
    yield made
    made.delete()


def balancers_of(balancer):
    return [{"targetGroupArn": balancer.group, "containerName": "app", "containerPort": 8080}]


def create(ecs, balancer, definition, count):
    name = unique("web")
    ecs.create_service(
        serviceName=name, taskDefinition=definition, desiredCount=count, loadBalancers=balancers_of(balancer))
    ecs.get_waiter("services_stable").wait(services=[name], WaiterConfig=FAST)
    return name


def test_tasks_are_reached_by_name_and_by_address(ecs, balancer):
    name = create(ecs, balancer, web(ecs, "one", unique("web")), 2)
    (address,) = set(eventually(balancer.is_active, message=balancer.states))
    assert balancer.states() == ["healthy", "healthy"]
    assert balancer.name.endswith(".elb.localhost")
    assert balancer.get() == (200, "one")
    direct = http.client.HTTPConnection(address, balancer.port, timeout=10)
    assert balancer.get(direct) == (200, "one")
    said = " ".join(e["message"] for e in service(ecs, name)["events"])
    registered = re.findall(r"registered (\d+) targets in \(target-group " + re.escape(balancer.group), said)
    assert sum(map(int, registered)) == 2, said


class Load:
    """Clients that ask all the time, each on a connection it keeps."""

    def __init__(self, balancer, clients=4):
        self.balancer, self.failed, self.answers, self.ended = balancer, [], 0, threading.Event()
        self.threads = [threading.Thread(target=self.ask) for _ in range(clients)]
        for thread in self.threads:
            thread.start()

    def ask(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.balancer.port, timeout=10)
        while not self.ended.is_set():
            try:
                status, body = self.balancer.get(connection)
                self.answers += 1
                if status != 200:
                    self.failed.append((time.time(), status, body[:100]))
            except OSError as error:
                self.failed.append((time.time(), repr(error)))
                connection.close()
            except http.client.HTTPException as error:
                self.failed.append((time.time(), repr(error)))
                connection.close()

    def end(self):
        self.ended.set()
        for thread in self.threads:
            thread.join()


def test_a_roll_out_under_load_loses_no_request(ecs, balancer):
    family = unique("web")
    name = create(ecs, balancer, web(ecs, "one", family), 2)
    eventually(lambda: balancer.get() == (200, "one"))
    load = Load(balancer)
    try:
        ecs.update_service(service=name, taskDefinition=web(ecs, "two", family))
        ecs.get_waiter("services_stable").wait(services=[name], WaiterConfig=FAST)
    finally:
        load.end()
    assert load.answers > 500
    assert load.failed == []
    assert {balancer.get() for _ in range(10)} == {(200, "two")}
    eventually(lambda: balancer.states() == ["healthy", "healthy"])


def test_the_last_task_gone_is_503_and_a_group_in_use_stays(ecs, elb, balancer):
    name = create(ecs, balancer, web(ecs, "one", unique("web")), 1)
    ecs.update_service(service=name, desiredCount=0)
    eventually(lambda: balancer.states() == [], 60)
    assert eventually(lambda: balancer.get()[0] == 503)
    with pytest.raises(elb.exceptions.ResourceInUseException):
        elb.delete_target_group(TargetGroupArn=balancer.group)


def test_blue_green_moves_the_traffic(ecs, elb, balancer):
    family, name = unique("web"), unique("web")
    other = balancer.make_group()
    rule = elb.create_rule(
        ListenerArn=balancer.listener, Priority=1, Conditions=[{"Field": "path-pattern", "Values": ["*"]}],
        Actions=[{"Type": "forward", "ForwardConfig": {"TargetGroups": [
            {"TargetGroupArn": balancer.group, "Weight": 1}, {"TargetGroupArn": other, "Weight": 0}]}}],
    )["Rules"][0]["RuleArn"]
    advanced = {"alternateTargetGroupArn": other, "productionListenerRule": rule,
                "roleArn": "arn:aws:iam::000000000000:role/ecs"}
    ecs.create_service(
        serviceName=name, taskDefinition=web(ecs, "blue", family), desiredCount=1,
        deploymentConfiguration={"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 0},
        loadBalancers=[{**balancers_of(balancer)[0], "advancedConfiguration": advanced}])
    ecs.get_waiter("services_stable").wait(services=[name], WaiterConfig=FAST)
    eventually(lambda: balancer.get() == (200, "blue"))
    load = Load(balancer, clients=2)
    try:
        ecs.update_service(service=name, taskDefinition=web(ecs, "green", family))
        eventually(lambda: balancer.get() == (200, "green"), 90)
        ecs.get_waiter("services_stable").wait(services=[name], WaiterConfig=FAST)
    finally:
        load.end()
    assert load.failed == []
    weights = {t["TargetGroupArn"]: t["Weight"]
               for t in elb.describe_rules(RuleArns=[rule])["Rules"][0]["Actions"][0]["ForwardConfig"]["TargetGroups"]}
    assert weights[balancer.group] == 0 and weights[other] > 0
    elb.delete_rule(RuleArn=rule)
    elb.delete_target_group(TargetGroupArn=other)
