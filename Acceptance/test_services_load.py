"""Services of real containers under load: what changes behind a load balancer is not seen by its clients."""

import http.client
import shutil
import subprocess
import time

import pytest

from support.balanced import Balancer, Load, Wrk, create, have_wrk, self_signed, trusting, web
from support.balancer_shapes import ports
from support.ecs import FAST, stop_everything, unique
from support.hosts import Host, RemoteNode, have_namespaces
from support.poll import eventually

pytestmark = pytest.mark.skipif(not shutil.which("haproxy"), reason="needs haproxy: scripts/setup.sh installs it")


@pytest.fixture(scope="module")
def balanced_region(real_region):
    yield real_region
    done = real_region.roost("balancer", "--remove", "--name", "local", "--data", real_region.data)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def ecs(balanced_region):
    return balanced_region.ecs


@pytest.fixture(autouse=True)
def nothing_left(ecs):
    yield
    stop_everything(ecs)


class Everybody:
    """Clients of all kinds at once: kept connections and wrk, over HTTP and HTTPS."""

    def __init__(self, balancer, directory, https=None, certificate=None):
        (address,) = set(eventually(balancer.is_active))
        self.kept = [Load(address, balancer.port, balancer.name, clients=2)]
        urls = [f"http://{address}:{balancer.port}/"]
        if https:
            self.kept.append(Load(address, https, balancer.name, clients=2, tls=trusting(certificate)))
            urls.append(f"https://{address}:{https}/")
        self.wrk = [Wrk(url, balancer.name, directory) for url in urls] if have_wrk else []

    def wait_for(self, count):
        for load in self.kept:
            load.wait_for(count)

    def end(self):
        """What failed of all they asked for; nothing, if all is well."""
        failed = [failure for load in self.kept for failure in load.end()]
        results = [wrk.end() for wrk in self.wrk]
        self.answers = sum(load.answers for load in self.kept) + sum(count for count, _ in results)
        return failed + [line for _, wrong in results for line in wrong]


def test_a_roll_out_under_load_loses_no_request(balanced_region, ecs, tmp_path):
    balancer = Balancer(balanced_region, balanced_region.client("elbv2"))
    certificate, key = self_signed(balancer.name, tmp_path)
    arn = balanced_region.client("acm").import_certificate(Certificate=certificate, PrivateKey=key)["CertificateArn"]
    https, family = balancer.add_https(arn), unique("web")
    try:
        name = create(ecs, balancer, web(ecs, "one", family), 2)
        eventually(lambda: balancer.get() == (200, "one"))
        load = Everybody(balancer, tmp_path, https, certificate)
        try:
            load.wait_for(50)
            ecs.update_service(service=name, taskDefinition=web(ecs, "two", family))
            ecs.get_waiter("services_stable").wait(services=[name], WaiterConfig=FAST)
            load.wait_for(50)
        finally:
            failed = load.end()
        assert failed == []
        assert load.answers > 1_000
        assert {balancer.get() for _ in range(10)} == {(200, "two")}
        eventually(lambda: balancer.states() == ["healthy", "healthy"])
        print(load.answers, "requests in a roll-out, none failed")
    finally:
        balancer.delete()
        balanced_region.client("acm").delete_certificate(CertificateArn=arn)


def test_a_container_that_is_killed_takes_only_what_is_in_flight_on_it(balanced_region, ecs, engine):
    balancer = Balancer(balanced_region, balanced_region.client("elbv2"))
    clients = 6
    try:
        name = create(ecs, balancer, web(ecs, "one", unique("web")), 3)
        (address,) = set(eventually(balancer.is_active))
        load = Load(address, balancer.port, balancer.name, clients)
        try:
            load.wait_for(100)
            victim = engine.of_account(balanced_region.account)[0]["Id"]
            before = time.monotonic()
            engine.kill(victim)
            killed = time.monotonic()
            load.wait_for(200)
            ecs.get_waiter("services_stable").wait(services=[name], WaiterConfig=FAST)
            eventually(lambda: balancer.states() == ["healthy"] * 3, 60, message=balancer.states)
        finally:
            failed = load.end()
        late = [f for f in failed if f[0] > killed]
        print(f"killed within {killed - before:.3f} s;", len(failed), "of", load.answers, "requests failed:",
              [(round(began - killed, 3), round(ended - killed, 3), what) for began, ended, what in failed])
        # Until the engine has told of the end, requests go to the container's port, and the engine loses them.
        assert late == []
    finally:
        balancer.delete()


@pytest.mark.skipif(not have_namespaces(), reason="needs root, for network namespaces")
def test_a_roll_out_behind_three_nodes_loses_no_request(new_region, tmp_path):
    """The region's own node, and two on hosts of their own: each finds out by itself when new tasks are healthy."""
    region, made, loads = new_region(engine="docker", listen="0.0.0.0").start(), [], []
    region.wait_for_instances()
    balancer = Balancer(region, region.client("elbv2"))
    try:
        for letter in "ab":
            made.append(Host())
            server = f"http://{made[-1].gateway}:{region.port}"
            made.append(RemoteNode(tmp_path, made[-1], f"lb-{letter}", f"us-east-1{letter}", server).start())
        addresses = eventually(lambda: (a := balancer.is_active()) and len(set(a)) == 3 and set(a), 30)
        family = unique("web")
        name = create(region.ecs, balancer, web(region.ecs, "one", family), 2)
        for address in addresses:
            connection = http.client.HTTPConnection(address, balancer.port, timeout=10)
            eventually(lambda connection=connection: balancer.get(connection) == (200, "one"))
            connection.close()
        loads = [Load(address, balancer.port, balancer.name, clients=2) for address in addresses]
        for load in loads:
            load.wait_for(50)
        for text in ("two", "three"):
            region.ecs.update_service(service=name, taskDefinition=web(region.ecs, text, family))
            region.ecs.get_waiter("services_stable").wait(services=[name], WaiterConfig=FAST)
        for load in loads:
            load.wait_for(50)
        assert [load.end() for load in loads] == [[], [], []]
    finally:
        for load in loads:
            load.end()
        stop_everything(region.ecs)
        balancer.delete()
        for thing in reversed(made):
            thing.close()
        region.roost("balancer", "--remove", "--name", "local", "--data", region.data)


class Web:
    """nginx at any number of ports of an address."""

    def __init__(self, directory, address, count):
        self.address, self.ports = address, ports(count)
        listens = "".join(f"listen {address}:{port}; " for port in self.ports)
        configuration = directory / "web.conf"
        configuration.write_text(f"""
            pid {directory}/web.pid; error_log {directory}/web.log; worker_processes 1;
            events {{ worker_connections 4096; }}
            http {{ access_log off; keepalive_requests 1000000;
                    server {{ {listens} location / {{ return 200 "ok"; }} }} }}""")
        self.process = subprocess.Popen(
            ["nginx", "-p", directory, "-c", configuration, "-e", directory / "web.log", "-g", "daemon off;"])

    def targets(self, ports):
        return [{"Id": self.address, "Port": port} for port in ports]

    def close(self):
        self.process.terminate()
        self.process.wait(10)


def test_fifty_targets_come_and_go_under_load(balanced_region, engine, tmp_path):
    elb = balanced_region.client("elbv2")
    gateway = engine.call("GET", "/networks/bridge")["IPAM"]["Config"][0]["Gateway"]
    web, balancer = Web(tmp_path, gateway, 51), Balancer(balanced_region, elb, "ip")
    first, others = web.targets(web.ports[:1]), web.targets(web.ports[1:])
    try:
        elb.modify_target_group_attributes(TargetGroupArn=balancer.group, Attributes=[
            {"Key": "deregistration_delay.timeout_seconds", "Value": "1"}])
        elb.register_targets(TargetGroupArn=balancer.group, Targets=first)
        eventually(lambda: balancer.states() == ["healthy"], 20)
        eventually(lambda: balancer.get() == (200, "ok"))
        load = Everybody(balancer, tmp_path)
        try:
            load.wait_for(50)
            for _ in range(2):
                elb.register_targets(TargetGroupArn=balancer.group, Targets=others)
                eventually(lambda: balancer.states() == ["healthy"] * 51, 30, message=balancer.states)
                load.wait_for(50)
                elb.deregister_targets(TargetGroupArn=balancer.group, Targets=others)
                eventually(lambda: balancer.states() == ["healthy"], 30, message=balancer.states)
        finally:
            failed = load.end()
        assert failed == []
        assert load.answers > 500
        print(load.answers, "requests while 50 targets came and went twice, none failed")
    finally:
        balancer.delete()
        web.close()
