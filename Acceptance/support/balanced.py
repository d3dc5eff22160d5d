"""Services of real containers behind load balancers, and clients that ask them all the time."""

import http.client
import pathlib
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time

from .ecs import FAST, container, register, unique
from .poll import eventually
from .region import free_port


def web(ecs, text, family, **members):
    command = ["sh", "-c", f"echo {text} > /www/index.html; exec httpd -f -p 8080 -h /www"]
    return register(ecs, family, containers=[container(
        command=command, memory=16, stopTimeout=1, portMappings=[{"containerPort": 8080}])], **members)


class Balancer:
    """An Application Load Balancer with one listener and one group of targets."""

    def __init__(self, region, elb, target_type="instance"):
        self.elb, self.port = elb, free_port()
        subnets = [s["SubnetId"] for s in region.client("ec2").describe_subnets()["Subnets"]][:2]
        made = elb.create_load_balancer(Name=unique("lb"), Subnets=subnets)["LoadBalancers"][0]
        self.arn, self.name = made["LoadBalancerArn"], made["DNSName"]
        self.group = self.make_group(target_type)
        self.listener = elb.create_listener(
            LoadBalancerArn=self.arn, Protocol="HTTP", Port=self.port,
            DefaultActions=[{"Type": "forward", "TargetGroupArn": self.group}])["Listeners"][0]["ListenerArn"]

    @property
    def loopback(self):
        """Where a client asks for it by name."""
        return "127.0.0.1", self.port, self.name

    def add_https(self, certificate):
        """Another listener; returns its port."""
        port = free_port()
        self.elb.create_listener(
            LoadBalancerArn=self.arn, Protocol="HTTPS", Port=port, Certificates=[{"CertificateArn": certificate}],
            DefaultActions=[{"Type": "forward", "TargetGroupArn": self.group}])
        return port

    def make_group(self, target_type="instance"):
        vpc = self.elb.describe_load_balancers(LoadBalancerArns=[self.arn])["LoadBalancers"][0]["VpcId"]
        group = self.elb.create_target_group(
            Name=unique("tg"), Protocol="HTTP", Port=80, VpcId=vpc, TargetType=target_type, HealthCheckIntervalSeconds=5,
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


def balancers_of(balancer):
    return [{"targetGroupArn": balancer.group, "containerName": "app", "containerPort": 8080}]


def create(ecs, balancer, definition, count, **members):
    name = unique("web")
    ecs.create_service(
        serviceName=name, taskDefinition=definition, desiredCount=count, loadBalancers=balancers_of(balancer),
        **members)
    ecs.get_waiter("services_stable").wait(services=[name], WaiterConfig=FAST)
    return name


def self_signed(name, directory):
    """A certificate and its key, in PEM."""
    base = pathlib.Path(directory) / "own"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-days", "9", "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}",
                    "-keyout", f"{base}.key", "-out", f"{base}.crt"], check=True, capture_output=True)
    return pathlib.Path(f"{base}.crt").read_bytes(), pathlib.Path(f"{base}.key").read_bytes()


class Load:
    """Clients that ask all the time, each on a connection it keeps."""

    def __init__(self, address, port, host, clients=4, tls=None):
        self.address, self.port, self.host, self.tls = address, port, host, tls
        self.failed = []  # (when the request began, when it failed, what was said)
        self.answers, self.ended = 0, threading.Event()
        self.threads = [threading.Thread(target=self._ask, daemon=True) for _ in range(clients)]
        for thread in self.threads:
            thread.start()

    def _connect(self):
        if not self.tls:
            return http.client.HTTPConnection(self.address, self.port, timeout=10)
        connection = http.client.HTTPSConnection(self.host, self.port, timeout=10, context=self.tls)
        # The name is asked for and checked; the address is given.
        connection._create_connection = lambda _, *rest: socket.create_connection((self.address, self.port), *rest)
        return connection

    def _ask(self):
        connection = self._connect()
        while not self.ended.is_set():
            began = time.monotonic()
            try:
                connection.request("GET", "/", headers={"Host": self.host})
                answer = connection.getresponse()
                body = answer.read().decode()
                self.answers += 1
                if answer.status != 200:
                    self.failed.append((began, time.monotonic(), f"{answer.status} {body[:100]}"))
            except (OSError, http.client.HTTPException) as error:
                self.failed.append((began, time.monotonic(), repr(error)))
                connection.close()

    def wait_for(self, count):
        """Until so many more have been answered."""
        wanted = self.answers + count
        eventually(lambda: self.answers >= wanted, 30)

    def end(self):
        self.ended.set()
        for thread in self.threads:
            thread.join()
        return self.failed


def trusting(certificate):
    """What a client trusts that knows this certificate only."""
    return ssl.create_default_context(cadata=certificate.decode())


class Wrk:
    """wrk, until it is told to end. Each connection waits a little between requests: tests share their machine."""

    def __init__(self, url, host, directory, connections=8):
        script = pathlib.Path(directory) / "wrk.lua"
        script.write_text("function delay() return 5 end\n")
        self.process = subprocess.Popen(
            ["wrk", "-t1", f"-c{connections}", "-d600s", "--timeout", "20s", "-H", f"Host: {host}", "-s", script, url],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def end(self):
        """Returns (how many requests were answered, what went wrong: nothing when it is empty)."""
        self.process.send_signal(signal.SIGINT)
        words = self.process.communicate(timeout=30)[0]
        wrong = [line.strip() for line in words.split("\n") if "Non-2xx" in line or "Socket errors" in line]
        assert " requests in " in words, words
        return int(words.split(" requests in ")[0].split()[-1]), wrong


have_wrk = bool(shutil.which("wrk"))
