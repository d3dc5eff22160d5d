"""Targets of Network Load Balancers see clients' addresses: `preserve_client_ip.enabled`."""

import ipaddress
import json
import subprocess

import pytest

from support.balancer import ControlPlane, Node
from support.balancer_shapes import (
    forward, group, listener, load_balancer, needs_haproxy, ports, rule, serve, target)
from support.ecs import container, register, run_one, stop_everything, unique, wait_running
from support.machines import run
from support.peers import Asking, Held, Peer, eventually_seen, in_container, seen
from support.poll import eventually, stays

pytestmark = needs_haproxy

HERE, CLIENT = "10.252.91.1", "10.252.91.2"
NAMESPACE, CABLE = "rst-ip", "rst-ip0"
LABEL = "roost.test=client-ip"
CHECK = {"transport": "tcp"}


@pytest.fixture(scope="module")
def away():
    """What a command begins with that runs on another machine: at CLIENT, behind a cable to HERE."""
    def clean():
        run("ip", "link", "del", CABLE, check=False)
        run("ip", "netns", "del", NAMESPACE, check=False)

    clean()
    run("ip", "netns", "add", NAMESPACE)
    try:
        run("ip", "link", "add", CABLE, "type", "veth", "peer", "name", "eth0", "netns", NAMESPACE)
        run("ip", "addr", "add", f"{HERE}/30", "dev", CABLE)
        run("ip", "link", "set", CABLE, "up")
        for command in (["addr", "add", f"{CLIENT}/30", "dev", "eth0"], ["link", "set", "eth0", "up"],
                        ["link", "set", "lo", "up"], ["route", "add", "default", "via", HERE]):
            run("ip", "-n", NAMESPACE, *command)
        yield ["nsenter", f"--net=/run/netns/{NAMESPACE}"]
    finally:
        clean()


@pytest.fixture(scope="module")
def containers(engine):
    """Two containers on the engine's bridge; the first has its port 8080 published."""
    made = []
    try:
        for number in range(2):
            bindings = {f"8080/{t}": [{"HostPort": str(ports(1)[0])}] for t in ("tcp", "udp")} if number == 0 else {}
            made.append(engine.call("POST", "/containers/create", body={
                "Image": "busybox:latest", "Cmd": ["sleep", "3600"], "Labels": dict([LABEL.split("=")]),
                "ExposedPorts": {port: {} for port in bindings}, "HostConfig": {"PortBindings": bindings}})["Id"])
            engine.call("POST", f"/containers/{made[-1]}/start")
        yield [engine.inspect(container) for container in made]
    finally:
        for container in made:
            engine.remove(container)


@pytest.fixture(scope="module")
def targets(away, containers):
    """Where targets are reached, by what they are: a function of the transport."""
    peers = [Peer("0.0.0.0", 8080, in_container(containers[0])), Peer(HERE, ports(1)[0])]
    published = containers[0]["NetworkSettings"]["Ports"]
    yield {
        "published port": lambda transport: (HERE, int(published[f"8080/{transport}"][0]["HostPort"])),
        "container": lambda transport: (containers[0]["NetworkSettings"]["IPAddress"], 8080),
        "process": lambda transport: (HERE, peers[1].port),
    }
    for peer in peers:
        peer.close()


KINDS = ["published port", "container", "process"]


def is_of_this_machine(address):
    held = json.loads(run("ip", "-j", "-4", "addr").stdout)
    return address in {found["local"] for link in held for found in link["addr_info"]}


def serve_tcp(node, made, transport="tcp", pem=None, **attributes):
    certificates = [{"id": "c", "pem": pem("net.example.com")}] if transport == "tls" else []
    return serve(node, made, transport=transport, kind="network", name="net", check=CHECK, certificates=certificates,
                 listener_attributes={"certificates": ["c"]} if certificates else None,
                 **{"preservesClientIP": True, **attributes})[:2]


def serve_udp(node, made, checked, groups=1):
    """The group, or each of some groups, has these targets, whose checks are by TCP at this port."""
    names = [f"flows{i}/1" for i in range(groups)]
    address, (port,) = node.address(), ports(1)
    node.control.targets = {name: made for name in names}
    described = [group(name, "udp", check={**CHECK, "port": checked}, preservesClientIP=True) for name in names]
    assert node.control.configure(
        [load_balancer(address, [listener(port, [rule(forward(*names))], "udp")], "network", "net")], described) == []
    for name in names:
        node.control.set_targets(name, made)
        node.control.wait_for_health(name, "healthy", len(made))
    return address, port


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("transport", ["tcp", "tls"])
def test_targets_see_the_client(node, away, targets, pem, kind, transport):
    address, port = serve_tcp(node, [target("t", *targets[kind]("tcp"))], transport, pem)
    eventually_seen(CLIENT, transport, address, port, prefix=away)
    # The attribute is off: the node's address.
    address, port = serve_tcp(node, [target("t", *targets[kind]("tcp"))], transport, pem, preservesClientIP=False)
    answer = seen(transport, address, port, prefix=away)
    assert answer != CLIENT and is_of_this_machine(answer)


@pytest.mark.parametrize("kind", KINDS)
def test_targets_see_the_client_of_a_flow(node, away, targets, kind):
    made = [target("t", *targets[kind]("udp"))]
    address, port = serve_udp(node, made, targets[kind]("tcp")[1])
    eventually_seen(CLIENT, "udp", address, port, prefix=away)
    # From this machine, and not at once after what a client far away got.
    eventually(lambda: is_of_this_machine(seen("udp", address, port)), 10)


def test_flows_by_weight(node, away, targets):
    host, port = targets["process"]("udp")
    address, port = serve_udp(node, [target("t", host, port)], port, groups=2)
    eventually(lambda: Asking("udp", address, port, prefix=away, count=8).answers() == [CLIENT] * 8, 10)


@pytest.mark.parametrize("kind", KINDS)
def test_near_clients_are_answered(node, targets, containers, kind):
    """A client on this machine, and one beside the target: they would be answered past the node, or not at all."""
    address, port = serve_tcp(node, [target("t", *targets[kind]("tcp"))])
    eventually(lambda: is_of_this_machine(seen("tcp", "127.0.0.1", port)), 10)
    assert is_of_this_machine(seen("tcp", address, port))
    for container in containers:
        answer = seen("tcp", address, port, prefix=in_container(container))
        assert is_of_this_machine(answer), answer


def test_targets_elsewhere_see_the_node(node, away):
    """One at a loopback address stands for those that do not answer by way of this machine."""
    with_loopback = Peer("127.0.0.1", ports(1)[0])
    try:
        address, port = serve_tcp(node, [target("t", "127.0.0.1", with_loopback.port)])
        assert seen("tcp", address, port, prefix=away) == "127.0.0.1"
    finally:
        with_loopback.close()


def test_no_connection_fails_while_targets_change(node, away, targets):
    peers = [Peer(HERE, port) for port in ports(4)]
    try:
        made = [target(f"t{i}", HERE, peer.port) for i, peer in enumerate(peers)]
        address, identifier = node.address(), "rolling/1"
        (port,) = ports(1)
        node.control.targets = {identifier: made[:2]}

        def configure(**attributes):
            assert node.control.configure(
                [load_balancer(address, [listener(port, [rule(forward(identifier))], "tcp")], "network", "net")],
                [group(identifier, "tcp", check=CHECK, preservesClientIP=True, **attributes)]) == []

        configure()
        node.control.set_targets(identifier, made[:2])
        node.control.wait_for_health(identifier, "healthy", 2)
        eventually_seen(CLIENT, "tcp", address, port, prefix=away)
        load = Asking("tcp", address, port, prefix=away, count=200, pause=0.03)
        turn = 0
        while load.is_running:
            turn += 1
            chosen = [made[(turn + i) % 4] for i in range(2)]
            node.control.set_targets(identifier, chosen)
            eventually(lambda: node.ready_servers(identifier) == 2, 10)
            # Now and then by a reload.
            if turn % 3 == 0:
                configure(algorithm="least_outstanding_requests" if turn % 2 else "round_robin")
        answers = load.answers()
        assert turn > 4 and answers == [CLIENT] * 200, (turn, set(answers))
    finally:
        for peer in peers:
            peer.close()


def rules():
    return run("iptables-save", "-t", "mangle").stdout


def left(node):
    """What is left on the host of the rules of a node."""
    network = int(ipaddress.ip_network(node.pool).network_address)
    found = [line for line in rules().splitlines() if f"{network:08X}" in line]
    found += [line for line in run("ip", "rule").stdout.splitlines() if str(network) in line]
    return found + run("ip", "route", "show", "table", network, check=False).stdout.splitlines()


@pytest.fixture
def new_node(tmp_path):
    made = []

    def make(**settings):
        control = ControlPlane()
        made.append(Node(tmp_path / f"node{len(made)}", control, **settings))
        made[-1].directory.mkdir()
        return made[-1].start()

    yield make
    for node in made:
        node.close()
        node.control.close()


def test_nodes_leave_nothing_and_each_other_alone(new_node, away, targets):
    nodes = [new_node(), new_node()]
    places = [serve_tcp(node, [target("t", *targets["published port"]("tcp"))]) for node in nodes]
    for node, place in zip(nodes, places):
        eventually_seen(CLIENT, "tcp", *place, prefix=away)
        assert len(left(node)) > 6
    nodes[0].close()
    assert left(nodes[0]) == []
    assert seen("tcp", *places[1], prefix=away) == CLIENT

    # A node that comes back puts what is missing; HAProxy has been serving meanwhile.
    nodes[1].process.terminate()
    assert seen("tcp", *places[1], prefix=away) == CLIENT
    run("ip", "rule", "del", "pref", "1000", "lookup", int(ipaddress.ip_network(nodes[1].pool).network_address))
    nodes[1].start()
    eventually_seen(CLIENT, "tcp", *places[1], prefix=away)

    # Nobody is to see clients any more, but a connection lives that began before.
    balancers, (described,) = (nodes[1].control.configuration[key] for key in ("loadBalancers", "targetGroups"))
    held = Held(*places[1], prefix=away)
    try:
        assert held.seen == CLIENT
        assert nodes[1].control.configure(balancers, [{**described, "preservesClientIP": False}]) == []
        # The node looks every 15 seconds.
        stays(lambda: held.says("hello") == "hello", 16, interval=0.5)
    finally:
        held.close()
    eventually(lambda: left(nodes[1]) == [], 40, message=lambda: left(nodes[1]))
    # The last load balancer goes.
    assert nodes[1].control.configure(balancers, [described]) == []
    eventually_seen(CLIENT, "tcp", *places[1], prefix=away)
    assert nodes[1].control.configure([], []) == []
    assert left(nodes[1]) == []


def test_without_rules_targets_see_the_node(new_node, away, targets):
    broken = ["unshare", "--mount", "sh", "-c",
              'mount --bind /bin/false "$(readlink -f "$(which iptables-save)")" && exec "$@"', "-"]
    node = new_node(prefix=broken)
    address, identifier = node.address(), "plain/1"
    (port,) = ports(1)
    made = [target("t", *targets["process"]("tcp"))]
    node.control.targets = {identifier: made}
    balancers = [load_balancer(address, [listener(port, [rule(forward(identifier))], "tcp")], "network", "net")]
    groups = [group(identifier, "tcp", check=CHECK, preservesClientIP=True)]
    node.control.configure(balancers, groups)
    node.control.set_targets(identifier, made)
    node.control.wait_for_health(identifier, "healthy")
    eventually(lambda: node.ready_servers(identifier) == 1, 5)
    assert is_of_this_machine(seen("tcp", address, port, prefix=away))
    (problem,) = node.control.configure(balancers, groups)
    assert problem["text"] == ("Targets of Network Load Balancers see the node's address instead of clients': "
                               "iptables-save: no reason given")


def addresses(elb, balancer):
    found = elb.describe_load_balancers(LoadBalancerArns=[balancer["LoadBalancerArn"]])["LoadBalancers"][0]
    known = [a["IpAddress"] for zone in found["AvailabilityZones"] for a in zone["LoadBalancerAddresses"]]
    return known if found["State"]["Code"] == "active" else None


def test_a_task_with_an_interface_of_its_own_sees_the_client(real_region, away, engine):
    """By the region's own load balancer, and told by the attribute."""
    ecs, elb, ec2 = (real_region.client(name) for name in ("ecs", "elbv2", "ec2"))
    subnets = [subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"]]
    (port,), held, peers = ports(1), [], []
    balancer = elb.create_load_balancer(Name=unique("net"), Type="network", Subnets=subnets[:1])["LoadBalancers"][0]
    created = elb.create_target_group(
        Name=unique("tg"), Protocol="TCP", Port=8080, VpcId=balancer["VpcId"], TargetType="ip")["TargetGroups"][0]
    try:
        made = register(ecs, networkMode="awsvpc", containers=[container(command=["sleep", "3600"], stopTimeout=1)])
        tasks = [run_one(ecs, made, networkConfiguration={"awsvpcConfiguration": {"subnets": subnets}})["taskArn"]
                 for _ in range(2)]
        for arn in tasks:
            (interface,) = wait_running(ecs, arn)["containers"][0]["networkInterfaces"]
            held.append((interface["privateIpv4Address"], in_container(engine.inspect(engine.of_task(arn)[0]["Id"]))))
        (address, inside), (other, beside) = held
        peers.append(Peer("0.0.0.0", 8080, inside))
        elb.register_targets(TargetGroupArn=created["TargetGroupArn"], Targets=[{"Id": address}])
        elb.create_listener(
            LoadBalancerArn=balancer["LoadBalancerArn"], Protocol="TCP", Port=port,
            DefaultActions=[{"Type": "forward", "TargetGroupArn": created["TargetGroupArn"]}])
        host = eventually(lambda: addresses(elb, balancer), 30)[0]
        # Targets that are addresses are not shown clients' unless one says so.
        eventually(lambda: is_of_this_machine(seen("tcp", host, port, prefix=away)), 20)
        elb.modify_target_group_attributes(TargetGroupArn=created["TargetGroupArn"], Attributes=[
            {"Key": "preserve_client_ip.enabled", "Value": "true"}])
        eventually_seen(CLIENT, "tcp", host, port, prefix=away)
        # Another task is a client like others; the target itself gets an answer too.
        assert seen("tcp", host, port, prefix=beside) == other
        assert is_of_this_machine(seen("tcp", host, port, prefix=inside))
    finally:
        for peer in peers:
            peer.close()
        stop_everything(ecs)
        elb.delete_load_balancer(LoadBalancerArn=balancer["LoadBalancerArn"])
        elb.delete_target_group(TargetGroupArn=created["TargetGroupArn"])
        # The region ends afterwards, and HAProxy would go on without it.
        eventually(lambda: not any(f"-d {address}/32" in rules() for address, _ in held), 30, message=rules)
