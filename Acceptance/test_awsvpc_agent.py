"""Network mode awsvpc as an agent does it, on real containers. What orders the tasks is a script."""

import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import time

import pytest

from support.hosts import Host, have_namespaces
from support.orders import container, interface
from support.poll import eventually, stays
from support.scripted import FETCH, NETWORK, PAUSE, Peer, ScriptedAgent, fetch, interfaces, new_address, rules, served

pytestmark = pytest.mark.skipif(not have_namespaces(), reason="needs the right to make network namespaces")

@pytest.fixture(scope="module")
def made():
    """The agents of the module."""
    agents = []
    yield agents
    for agent in agents:
        agent.close()


@pytest.fixture(scope="module")
def new_agent(tmp_path_factory, engine, made):
    def make(**settings):
        made.append(ScriptedAgent(tmp_path_factory.mktemp("agent"), engine, **settings))
        return made[-1].start()

    return make


@pytest.fixture(scope="module")
def agent(new_agent):
    return new_agent()


@pytest.fixture(autouse=True)
def nothing_left(agent, made):
    yield
    for one in made:
        over = {r["task"] for r in one.orders.reports if r["status"] == "STOPPED"}
        if left := {r["task"] for r in one.orders.reports} - over:
            one.orders.stop(*left)
    eventually(lambda: not [a for a in interfaces() if a.startswith(NETWORK + ".")], 40,
               message=lambda: f"interfaces are left: {interfaces()}")


# What a task has

def test_a_task_has_the_interface_of_its_order(agent):
    assert "ecs.capability.task-eni" in agent.capabilities
    eni = interface(new_address(), domainNameServers=["10.9.9.9"])
    mapping = {"containerPort": 80, "hostPort": 80, "protocol": "tcp"}
    arn, address, report = agent.running(served(portMappings=[mapping]),
                                         container("side", essential=False, stopTimeout=1), eni=eni)
    alone = agent.orders.told(arn, "PENDING")[0]
    assert alone["attachments"] == [{"attachmentArn": eni["attachmentArn"], "status": "ATTACHED"}]
    assert "containers" not in alone and "attachments" not in report
    assert sorted(c["containerName"] for c in report["containers"]) == ["app", "side"]
    assert not any(c.get("networkBindings") for c in report["containers"])

    [link] = json.loads(agent.within(arn, "ip", "-j", "-4", "addr", "show", "dev", "eth0"))
    assert [(a["local"], a["prefixlen"]) for a in link["addr_info"]] == [(address, 32)]
    [link] = json.loads(agent.within(arn, "ip", "-j", "link", "show", "dev", "eth0"))
    uplink = json.loads(subprocess.run(["ip", "-j", "route", "show", "default"], capture_output=True, text=True).stdout)
    mtu = pathlib.Path(f"/sys/class/net/{uplink[0]['dev']}/mtu").read_text() if uplink else "1500"
    assert (link["address"], link["mtu"], link["operstate"]) == (eni["macAddress"], int(mtu), "UP")
    assert "UP" in json.loads(agent.within(arn, "ip", "-j", "link", "show", "dev", "lo"))[0]["flags"]

    pause = agent.inspect(arn, PAUSE)
    name = "ip-" + address.replace(".", "-")
    assert pathlib.Path(pause["HostnamePath"]).read_text().strip() == name
    hosts = [line.split() for line in pathlib.Path(pause["HostsPath"]).read_text().splitlines()]
    assert [address, f"{name}.ec2.internal"] in hosts and [address, name] in hosts
    resolvers = pathlib.Path(pause["ResolvConfPath"]).read_text().splitlines()
    assert "nameserver 10.9.9.9" in resolvers and "search ec2.internal" in resolvers
    for one in ("app", "side"):
        assert agent.inspect(arn, one)["HostConfig"]["NetworkMode"] == f"container:{pause['Id']}"
        assert agent.inspect(arn, one)["HostnamePath"] == pause["HostnamePath"]
    assert "hello" in fetch(address)
    [report] = agent.stopped(arn)
    assert not report.get("reason") and "attachments" not in report


def test_what_containers_are_told(agent):
    requests = {"v4": "$ECS_CONTAINER_METADATA_URI_V4", "task": "$ECS_CONTAINER_METADATA_URI_V4/task",
                "v3": "$ECS_CONTAINER_METADATA_URI", "v2": "http://169.254.170.2/v2/metadata",
                "stats": "$ECS_CONTAINER_METADATA_URI_V4/stats",
                "v2stats": "http://169.254.170.2/v2/stats",
                "credentials": "http://169.254.170.2$AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
                "file": ""}
    # Agents share the address; one of an older Roost does not ask the others for version 2.
    fetching = 'for i in 1 2 3 4 5 6 7 8; do wget -q -O - "{}" 2>/dev/null && break; done; echo'
    lines = [f"echo '=== {name}'; " + (fetching.format(url) if url else "cat $ECS_CONTAINER_METADATA_FILE")
             for name, url in requests.items()]
    script = ["sh", "-c", "hostname; sleep 1; " + "; ".join(lines) + "; echo '=== end'; exec sleep 3600"]
    credentials = {"credentialsId": "c-" + os.urandom(8).hex(), "roleArn": "arn:aws:iam::111122223333:role/r",
                   "accessKeyId": "AKID", "secretAccessKey": "secret", "sessionToken": "token",
                   "expiration": "2126-01-01T00:00:00Z"}
    eni = interface(new_address(), gateway="10.249.0.1/16")
    arn, address, _ = agent.running(container(command=script, stopTimeout=1), eni=eni, roleCredentials=credentials)
    log = eventually(lambda: (t := agent.engine.logs(agent.containers(arn)["app"]["Id"])) and "=== end" in t and t, 30)
    parts = {p.partition("\n")[0]: p.partition("\n")[2].strip() for p in log.split("=== ")[1:]}
    full = {"NetworkMode": "awsvpc", "IPv4Addresses": [address], "AttachmentIndex": 0, "MACAddress": eni["macAddress"],
            "IPv4SubnetCIDRBlock": "10.249.0.0/16", "DomainNameSearchList": ["ec2.internal"],
            "PrivateDNSName": eni["privateDnsName"], "SubnetGatewayIpv4Address": "10.249.0.1/16"}
    brief = {"NetworkMode": "awsvpc", "IPv4Addresses": [address]}
    assert json.loads(parts["v4"])["Networks"] == [full]
    assert json.loads(parts["v3"])["Networks"] == [brief]
    assert {c["Type"]: c["Networks"] for c in json.loads(parts["task"])["Containers"]} == {
        "CNI_PAUSE": [full], "NORMAL": [full]}
    v2 = json.loads(parts["v2"])
    assert v2["TaskARN"] == arn and [c["Networks"] for c in v2["Containers"]] == [[brief]] * 2
    assert json.loads(parts["stats"])["networks"]["eth0"]["rx_bytes"] > 0
    assert len(json.loads(parts["v2stats"])) == 2
    assert json.loads(parts["credentials"])["AccessKeyId"] == "AKID"
    assert json.loads(parts["file"])["Networks"] == [brief]
    assert log.splitlines()[0] == "ip-" + address.replace(".", "-")
    metrics = eventually(lambda: [c for m in agent.orders.metrics for t in m.get("taskMetrics", [])
                                  if t["taskArn"] == arn for c in t["containerMetrics"]], 30)
    assert [c["containerName"] for c in metrics[:1]] == ["app"] and metrics[0]["networkStatsSet"]["rxBytes"]["max"] > 0


def test_namespaces_are_shared_as_well(agent):
    arn, address, report = agent.running(served(), container("side", essential=False, stopTimeout=1),
                                         pidMode="task", ipcMode="task")
    names = set(agent.containers(arn))
    assert names == {"app", "side", PAUSE, PAUSE + "~namespace"}
    assert sorted(c["containerName"] for c in report["containers"]) == ["app", "side"]
    assert "hello" in fetch(address)
    agent.stopped(arn)


# Who reaches whom

def test_everybody_on_the_machine_reaches_everybody(agent, new_agent, engine):
    other = new_agent()
    one, two = agent.running(), other.running()
    for source, target, home in ((one, two, agent), (two, one, other)):
        assert "hello" in fetch(target[1]), "from this machine"
        assert "hello" in home.within(source[0], "python3", "-c", FETCH, target[1], "80"), "from another task"

    # A container in a bridge, and what it publishes.
    bridged = agent.orders.run(served(portMappings=[{"containerPort": 80, "hostPort": 0, "protocol": "tcp"}]),
                               networkMode="bridge")
    report = agent.orders.wait_for(bridged, "RUNNING")
    port = report["containers"][0]["networkBindings"][0]["hostPort"]
    details = agent.inspect(bridged, "app")
    inside = ["nsenter", "-t", str(details["State"]["Pid"]), "-n"]
    asked = subprocess.run([*inside, "python3", "-c", FETCH, one[1], "80"], capture_output=True, text=True)
    assert "hello" in asked.stdout, "from a bridge"
    gateway = details["NetworkSettings"]["Networks"]["bridge"]["Gateway"]
    assert "hello" in agent.within(one[0], "python3", "-c", FETCH, gateway, str(port)), "a published port"
    hidden = agent.orders.run(served(), networkMode="bridge")
    agent.orders.wait_for(hidden, "RUNNING")
    unpublished = agent.inspect(hidden, "app")["NetworkSettings"]["Networks"]["bridge"]["IPAddress"]
    assert "hello" not in agent.within(one[0], "python3", "-c", FETCH, unpublished, "80", check=False)

    # Who a task sees: a container as itself. Who sees a task: this machine as itself.
    peer = Peer(one[1], ["nsenter", "-t", str(agent.process_of(one[0])), "-n"])
    host = Peer("0.0.0.0")
    try:
        ask = [*inside, "python3", "-c", FETCH, one[1], str(peer.port)]
        assert details["NetworkSettings"]["Networks"]["bridge"]["IPAddress"] in subprocess.run(
            ask, capture_output=True, text=True).stdout
        assert two[1] in other.within(two[0], "python3", "-c", FETCH, one[1], str(peer.port))
        assert one[1] in agent.within(one[0], "python3", "-c", FETCH, gateway, str(host.port))
    finally:
        peer.close()
        host.close()
    agent.stopped(one[0], bridged, hidden)
    other.stopped(two[0])


def test_other_machines_see_this_one(agent):
    arn, address, _ = agent.running()
    machine = Host()
    peer = None
    try:
        peer = Peer(machine.address, machine.prefix)
        assert agent.within(arn, "python3", "-c", FETCH, machine.address, str(peer.port)).strip() == machine.gateway
        # The machine has a route back to us: a task's ports are reached from there, as an instance's are.
        done = subprocess.run([*machine.prefix, "python3", "-c", FETCH, address, "80"], capture_output=True, text=True)
        assert "hello" in done.stdout
    finally:
        if peer:
            peer.close()
        machine.close()
    agent.stopped(arn)


def test_nobody_sends_as_somebody_else(agent):
    victim, attacker = agent.running(), agent.running()
    fake = f"{NETWORK}.250"
    agent.within(attacker[0], "ip", "addr", "add", f"{fake}/32", "dev", "eth0")
    receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    receiver.bind(("0.0.0.0", 0))
    receiver.settimeout(1)
    send = ("import socket,sys; s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM); s.bind((sys.argv[1],0));"
            "s.sendto(b'x',(sys.argv[2],int(sys.argv[3])))")
    port = str(receiver.getsockname()[1])
    try:
        agent.within(attacker[0], "python3", "-c", send, attacker[1], "169.254.1.1", port)
        assert receiver.recvfrom(9)[1][0] == attacker[1]
        agent.within(attacker[0], "ip", "addr", "add", f"{victim[1]}/32", "dev", "eth0")
        for source in (fake, victim[1]):
            agent.within(attacker[0], "python3", "-c", send, source, "169.254.1.1", port)
            with pytest.raises(TimeoutError):
                receiver.recvfrom(9)
    finally:
        receiver.close()
    agent.stopped(victim[0], attacker[0])


def test_tasks_can_be_kept_from_the_instances_metadata(agent, new_agent):
    kept = new_agent(env={"ECS_AWSVPC_BLOCK_IMDS": "true"})
    one, two = agent.running(), kept.running()
    route = ("ip", "route", "get", "169.254.169.254")
    assert "via 169.254.1.1" in agent.within(one[0], *route)
    assert "via" not in kept.within(two[0], *route, check=False)
    assert "hello" in fetch(two[1])
    agent.stopped(one[0])
    kept.stopped(two[0])


# What goes wrong

@pytest.mark.parametrize("change, words", [
    ({"ipv4Addresses": []}, "the network interface has no IPv4 address"),
    ({"ipv4Addresses": [{"privateAddress": "10.0.0.1; reboot", "primary": True}]}, "has no IPv4 address"),
    ({"macAddress": "\nlink del eth0"}, "the network interface has no MAC address"),
    ({"privateDnsName": "a\nb"}, "a domain name of the network interface is not one"),
])
def test_a_bad_order_ends_with_a_reason(agent, change, words):
    arn = agent.run(eni=interface(new_address()) | change)
    report = agent.orders.wait_for(arn, "STOPPED")
    assert report["reason"].startswith("ResourceInitializationError: ") and words in report["reason"]


def test_an_address_that_is_taken_ends_the_task_and_one_left_behind_does_not(agent):
    own = new_address()
    subprocess.run(["ip", "addr", "add", f"{own}/32", "dev", "lo"], check=True)
    try:
        report = agent.orders.wait_for(agent.run(address=own), "STOPPED")
        assert f"the address {own} is in use on this container instance (lo)" in report["reason"]
    finally:
        subprocess.run(["ip", "addr", "del", f"{own}/32", "dev", "lo"], check=True)
    arn, address, _ = agent.running()
    report = agent.orders.wait_for(agent.run(address=address), "STOPPED")
    assert f"the address {address} is in use on this container instance by another task" in report["reason"]
    assert "hello" in fetch(address), "the other task is none the worse for it"
    agent.stopped(arn)

    left = new_address()
    name = "rseni" + os.urandom(5).hex()
    subprocess.run(["ip", "link", "add", name, "type", "veth", "peer", "name", name[::-1]], check=True)
    try:
        subprocess.run(["ip", "link", "set", name, "up", "alias", "roost:4194300:1"], check=True)
        subprocess.run(["ip", "route", "add", f"{left}/32", "dev", name], check=True)
        arn, *_ = agent.running(eni=interface(left))
        assert "hello" in fetch(left)
        assert interfaces()[left] != name and not pathlib.Path(f"/sys/class/net/{name}").exists()
    finally:
        subprocess.run(["ip", "link", "del", name], capture_output=True)
    agent.stopped(arn)


def test_without_its_network_a_task_ends(agent):
    arn, address, _ = agent.running()
    agent.engine.remove(agent.containers(arn)[PAUSE]["Id"])
    report = agent.orders.wait_for(arn, "STOPPED")
    assert report["reason"].startswith("ContainerNetworkingError: ")
    eventually(lambda: f"{address}" not in interfaces())


@pytest.mark.skipif(not shutil.which("setpriv"), reason="needs setpriv")
def test_an_agent_without_the_right_does_not_offer_it(new_agent):
    bare = new_agent(prefix=["setpriv", "--bounding-set", "-net_admin", "--inh-caps", "-net_admin"])
    assert "ecs.capability.task-eni" not in bare.capabilities
    report = bare.orders.wait_for(bare.run(), "STOPPED")
    assert report["reason"] == ("ResourceInitializationError: network mode awsvpc cannot be had here: "
                                "the agent may not change networks: it does not run as root")


# Robustness

def test_a_killed_agent_finds_its_tasks_again(new_agent):
    agent = new_agent()
    arn, address, _ = agent.running()
    name = interfaces()[address]
    agent.kill()
    assert "hello" in fetch(address)
    agent.start()
    stays(lambda: "hello" in (fetch(address) or ""), 2)
    assert interfaces()[address] == name
    assert len(agent.containers(arn)) == 2
    [report] = agent.stopped(arn)
    assert not report.get("reason")
    eventually(lambda: address not in interfaces())


def test_an_agent_that_is_killed_on_the_way_goes_on(new_agent):
    agent = new_agent()
    for pause in (0.05, 0.15, 0.25, 0.35, 0.45):
        eni = interface(new_address())
        arn = agent.run(eni=eni)
        time.sleep(pause)
        agent.kill()
        agent.start()
        # An order that was not acknowledged comes again.
        if not agent.orders.told(arn):
            agent.run(eni=eni, arn=arn)
        agent.orders.wait_for(arn, "RUNNING")
        address = eni["ipv4Addresses"][0]["privateAddress"]
        assert "hello" in eventually(lambda: fetch(address), 5)
        assert len(agent.containers(arn)) == 2
        assert any("attachments" in r for r in agent.orders.told(arn))
        agent.stopped(arn)
        eventually(lambda: address not in interfaces())


def mounted(engine):
    """What is mounted where the engine is, by file name: it keeps namespaces that way."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(engine.host.removeprefix("unix://"))
        peer = int.from_bytes(connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)[:4], sys.byteorder)
    lines = pathlib.Path(f"/proc/{peer}/mountinfo").read_text().splitlines()
    return {line.split()[4].rpartition("/")[2] for line in lines}


def test_many_tasks_leave_nothing(agent):
    count = int(os.environ.get("ROOST_MANY", "12"))
    agent.stopped(agent.running()[0])  # so that the shared rules are there
    before = rules()
    arns = [agent.run(container(stopTimeout=0)) for _ in range(count)]
    for arn in arns:
        agent.orders.wait_for(arn, "RUNNING", 120)
    assert len([a for a in interfaces() if a.startswith(NETWORK + ".")]) == count
    assert rules() == before, "no rule is a task's"
    namespaces = {pathlib.Path(agent.inspect(arn, PAUSE)["NetworkSettings"]["SandboxKey"]).name for arn in arns}
    assert namespaces <= mounted(agent.engine)
    agent.stopped(*arns, timeout=120)
    eventually(lambda: not [a for a in interfaces() if a.startswith(NETWORK + ".")])
    assert rules() == before and len(set(before)) == len(before)
    eventually(lambda: not namespaces & mounted(agent.engine), 20)
