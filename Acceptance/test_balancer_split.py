"""A region over several machines: a server here, two balancer nodes on hosts of their own that serve one load balancer."""

import http.client
import json
import os
import signal
import time
import urllib.parse
import urllib.request

import pytest

from support.balancer import Target
from support.balancer_shapes import needs_haproxy
from support.ecs import unique
from support.hosts import Host, RemoteNode, have_namespaces
from support.poll import eventually, stays
from support.region import KEY, SECRET, RoostProcess

pytestmark = [needs_haproxy, pytest.mark.skipif(not have_namespaces(), reason="needs root, for network namespaces")]


class Split:
    """A server, two nodes in two zones, a load balancer over both, and targets on this machine."""

    def __init__(self, region, directory, made):
        self.region, self.elb, self.port = region, region.client("elbv2"), 80
        self.hosts, self.nodes, self.targets = [], [], []
        self.asked = 0
        for letter in "ab":
            self.hosts.append(made(Host()))
            server = f"http://{self.hosts[-1].gateway}:{region.port}"
            self.nodes.append(made(RemoteNode(directory, self.hosts[-1], f"lb-{letter}", f"us-east-1{letter}", server)))
            self.nodes[-1].start()
        subnets = region.client("ec2").describe_subnets()["Subnets"]
        self.subnets = {s["AvailabilityZone"]: s["SubnetId"] for s in subnets}
        self.arn = self.elb.create_load_balancer(
            Name=unique("lb"), Subnets=[self.subnets["us-east-1a"], self.subnets["us-east-1b"]],
        )["LoadBalancers"][0]["LoadBalancerArn"]
        self.group = self.elb.create_target_group(
            Name=unique("tg"), Protocol="HTTP", Port=80, VpcId=subnets[0]["VpcId"], TargetType="ip",
            HealthCheckIntervalSeconds=5, HealthCheckTimeoutSeconds=2, HealthyThresholdCount=2,
        )["TargetGroups"][0]["TargetGroupArn"]
        self.elb.create_listener(LoadBalancerArn=self.arn, Protocol="HTTP", Port=self.port, DefaultActions=[
            {"Type": "forward", "TargetGroupArn": self.group}])
        # Each target has an address of its own, that either host can be cut off from.
        for host in self.hosts:
            self.targets.append(made(Target(f"on-{host.gateway}", host.gateway)))
        self.elb.register_targets(TargetGroupArn=self.group, Targets=[
            {"Id": t.address, "Port": t.port} for t in self.targets])

    def addresses(self):
        """By zone, once all are there."""
        found = self.elb.describe_load_balancers(LoadBalancerArns=[self.arn])["LoadBalancers"][0]
        zones = {z["ZoneName"]: [a["IpAddress"] for a in z["LoadBalancerAddresses"]] for z in found["AvailabilityZones"]}
        return zones if found["State"]["Code"] == "active" and all(zones.values()) else None

    def states(self):
        health = self.elb.describe_target_health(TargetGroupArn=self.group)["TargetHealthDescriptions"]
        return {h["Target"]["Id"]: h["TargetHealth"]["State"] for h in health}

    def ask(self, zone, count=1):
        """The names of the targets that have answered by way of one node; None in place of a failure."""
        answers = []
        self.asked += count
        for _ in range(count):
            connection = http.client.HTTPConnection(self.known[zone][0], self.port, timeout=5)
            try:
                connection.request("GET", "/")
                answer = connection.getresponse()
                answers.append(json.loads(answer.read())["target"] if answer.status == 200 else None)
            except OSError:
                answers.append(None)
            connection.close()
        return answers

    def wait(self):
        self.known = eventually(self.addresses, 30, message=self.region.log_tail)
        eventually(lambda: set(self.states().values()) == {"healthy"}, 30, message=self.states)
        for zone in self.known:
            eventually(lambda zone=zone: set(self.ask(zone, 4)) == self.names, 15, message=zone)
        return self

    @property
    def names(self):
        return {target.name for target in self.targets}


@pytest.fixture(scope="module")
def split(new_region, tmp_path_factory):
    made = []

    def keep(thing):
        made.append(thing)
        return thing

    region = new_region(role="server", listen="0.0.0.0").start()
    try:
        yield Split(region, tmp_path_factory.mktemp("nodes"), keep).wait()
    finally:
        for thing in reversed(made):
            thing.close()


def test_each_zone_has_the_address_of_its_node(split):
    assert set(split.known) == {"us-east-1a", "us-east-1b"}
    for zone, node in zip(sorted(split.known), split.nodes):
        (address,) = split.known[zone]
        assert address.startswith(node.pool.removesuffix("0/24"))
        assert set(split.ask(zone, 10)) == split.names


def telemetry(region, **query):
    words = urllib.parse.urlencode([(k, v) for k, values in query.items() for v in values])
    with urllib.request.urlopen(f"{region.endpoint}/_roost/telemetry?{words}", timeout=10) as answer:
        return json.load(answer)["metrics"]


def test_what_went_through_both_adds_up(split):
    balancer = split.arn.split("loadbalancer/")[1]
    group = "targetgroup/" + split.group.split("targetgroup/")[1]

    def total(name, statistic="Sum", **dimensions):
        """The sum over the last minutes of the metric with exactly these dimensions; None when there is none."""
        dimensions = {"LoadBalancer": balancer, **dimensions}
        found = telemetry(split.region, namespace=["AWS/ApplicationELB"], name=[name], statistic=[statistic],
                          dimension=[f"{k}={v}" for k, v in dimensions.items()])
        points = [m["datapoints"] for m in found if m["dimensions"] == dimensions]
        return sum(p[statistic] for p in points[0]) if points else None

    def settled(name, **dimensions):
        """Reports come every second: what stays the same for two of them is all."""
        last = total(name, **dimensions)
        while True:
            time.sleep(2.2)
            if (now := total(name, **dimensions)) == last:
                return now or 0
            last = now

    before = settled("RequestCount")
    zones = {zone: total("RequestCount", AvailabilityZone=zone) or 0 for zone in split.known}
    per_group = total("RequestCount", TargetGroup=group) or 0
    per_target = total("RequestCountPerTarget", TargetGroup=group) or 0
    for zone, count in zip(sorted(split.known), (30, 12)):
        assert None not in split.ask(zone, count)
    eventually(lambda: total("RequestCount") == before + 42, 10, message=lambda: total("RequestCount"))
    assert total("HTTPCode_Target_2XX_Count") == total("RequestCount")
    assert total("RequestCount", TargetGroup=group) == per_group + 42
    for zone, count in zip(sorted(split.known), (30, 12)):
        assert total("RequestCount", AvailabilityZone=zone) == zones[zone] + count
    # Two healthy targets.
    assert total("RequestCountPerTarget", TargetGroup=group) == per_target + 21
    times = telemetry(split.region, name=["TargetResponseTime"], dimension=[f"LoadBalancer={balancer}"],
                      statistic=["p50", "p99", "SampleCount"])
    whole = next(m for m in times if m["dimensions"] == {"LoadBalancer": balancer})["datapoints"]
    # HAProxy tells whole milliseconds, and these targets need less.
    assert all(0 <= p["p50"] <= p["p99"] < 5 for p in whole)
    hosts = telemetry(split.region, name=["HealthyHostCount"], dimension=[f"TargetGroup={group}"],
                      statistic=["Average", "Maximum"])
    assert {tuple(sorted(m["dimensions"])) for m in hosts} == {
        ("LoadBalancer", "TargetGroup"), ("AvailabilityZone", "LoadBalancer", "TargetGroup")}
    assert all(m["datapoints"][-1]["Maximum"] == 2 for m in hosts)


def test_each_node_judges_by_itself(split):
    host, target = split.hosts[1], split.targets[0]
    host.can_reach(target.address, False)
    try:
        eventually(lambda: set(split.ask("us-east-1b", 6)) == {split.targets[1].name}, 30)
        # The other node reaches it, so it is healthy, and gets requests there.
        assert split.states()[target.address] == "healthy"
        assert set(split.ask("us-east-1a", 10)) == split.names
    finally:
        host.can_reach(target.address, True)
    eventually(lambda: set(split.ask("us-east-1b", 6)) == split.names, 30)


def test_without_the_server_requests_and_checks_go_on(split):
    arn, known, target = split.arn, split.known, split.targets[0]
    split.region.kill()
    asked = split.asked
    try:
        for zone in known:
            stays(lambda zone=zone: None not in split.ask(zone, 5), 1.0)
        target.healthy = False
        for zone in known:
            eventually(lambda zone=zone: set(split.ask(zone, 6)) == {split.targets[1].name}, 30)
    finally:
        split.region.start()
    # It finds everything as it was, and hears of what has happened.
    asked = split.asked - asked
    dimensions = {"LoadBalancer": arn.split("loadbalancer/")[1]}

    def told():
        found = telemetry(split.region, name=["RequestCount"], dimension=[f"LoadBalancer={dimensions['LoadBalancer']}"])
        return sum(p["Sum"] for m in found if m["dimensions"] == dimensions for p in m["datapoints"])

    eventually(lambda: told() >= asked, 20, message=lambda: f"{told()} of {asked} requests")
    assert eventually(split.addresses, 10) == known
    eventually(lambda: split.states().get(target.address) == "unhealthy", 20, message=split.states)
    assert split.states()[split.targets[1].address] == "healthy"
    assert [b["LoadBalancerArn"] for b in split.elb.describe_load_balancers()["LoadBalancers"]] == [arn]
    for zone in known:
        assert set(split.ask(zone, 6)) == {split.targets[1].name}
    target.healthy = True
    eventually(lambda: set(split.states().values()) == {"healthy"}, 30, message=split.states)
    for zone in known:
        eventually(lambda zone=zone: set(split.ask(zone, 6)) == split.names, 15)


@pytest.mark.parametrize("victim", ["worker", "master", "role", "role and master"])
def test_nothing_that_is_killed_loses_the_configuration(split, victim):
    node = split.nodes[0]
    configuration = (node.run_directory / "haproxy.cfg").read_bytes()
    master = node.haproxy()
    if victim == "worker":
        os.kill(node.worker(), signal.SIGKILL)
    if "role" in victim:
        node.process.kill()
    if "master" in victim:
        os.kill(master, signal.SIGKILL)
    if victim == "role":
        # HAProxy does not need it.
        stays(lambda: None not in split.ask("us-east-1a", 5), 1.0)
    assert None not in split.ask("us-east-1b", 10), "the other node is not concerned"
    if "role" in victim:
        node.start()
    node.wait_for_answers(lambda: set(split.ask("us-east-1a", 6)) == split.names)
    if victim == "role":
        assert node.haproxy() == master
    else:
        eventually(lambda: node.haproxy() not in (None, master), 10)
    assert (node.run_directory / "haproxy.cfg").read_bytes() == configuration
    eventually(lambda: set(split.states().values()) == {"healthy"}, 15, message=split.states)
    assert split.addresses() == split.known


def test_instances_say_where_they_are_reached(split, tmp_path):
    """One on this machine, as the nodes see it; one on a host."""
    ec2, agents = split.region.client("ec2"), []
    for name, host, prefix in (("here", split.hosts[0], ()), ("there", split.hosts[0], split.hosts[0].prefix)):
        server = f"http://{host.gateway}:{split.region.port}"
        agents.append(RoostProcess(
            ["agent", "--engine", "simulated", "--server", server, "--data", tmp_path, "--name", name],
            tmp_path / f"{name}.log", prefix=prefix,
            env={"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET}))
    target, (gateway, address) = None, (split.hosts[0].gateway, split.hosts[0].address)
    try:
        def instances():
            found = [i for r in ec2.describe_instances()["Reservations"] for i in r["Instances"]]
            return {i["PrivateIpAddress"]: i["InstanceId"] for i in found}

        eventually(lambda: set(instances()) == {gateway, address}, 20, message=instances)
        target = Target("instance", "0.0.0.0")
        group = split.elb.create_target_group(
            Name=unique("tg"), Protocol="HTTP", Port=80, VpcId=ec2.describe_vpcs()["Vpcs"][0]["VpcId"],
            HealthCheckIntervalSeconds=5, HealthCheckTimeoutSeconds=2)["TargetGroups"][0]["TargetGroupArn"]
        listener = split.elb.describe_listeners(LoadBalancerArn=split.arn)["Listeners"][0]["ListenerArn"]
        rule = split.elb.create_rule(
            ListenerArn=listener, Priority=1, Conditions=[{"Field": "path-pattern", "Values": ["*"]}],
            Actions=[{"Type": "forward", "TargetGroupArn": group}])["Rules"][0]["RuleArn"]
        split.elb.register_targets(TargetGroupArn=group, Targets=[{"Id": instances()[gateway], "Port": target.port}])
        try:
            for zone in split.known:
                eventually(lambda zone=zone: split.ask(zone, 3) == ["instance"] * 3, 20, message=zone)
        finally:
            split.elb.delete_rule(RuleArn=rule)
            split.elb.delete_target_group(TargetGroupArn=group)
    finally:
        for agent in agents:
            agent.kill()
        if target:
            target.close()
