"""An agent whose region is a script, and tasks with network interfaces of their own on it."""

import json
import random
import socket
import subprocess

from .orders import Orders, container, interface
from .poll import eventually
from .region import KEY, SECRET, RoostProcess

#: Nobody else's addresses, as far as chance can tell.
NETWORK = f"10.249.{random.randrange(0, 256)}"
SERVE = ["sh", "-c", "mkdir -p /tmp/w; echo hello > /tmp/w/index.html; exec httpd -f -p 80 -h /tmp/w"]
#: The container that holds a task's network.
PAUSE = "~internal~ecs~pause"


class Addresses:
    def __init__(self):
        self.last = 1

    def __call__(self):
        self.last += 1
        return f"{NETWORK}.{self.last}"


new_address = Addresses()


class ScriptedAgent:
    """An agent, and the script that is its region."""

    def __init__(self, directory, engine, env=None, prefix=()):
        self.directory, self.engine, self.env, self.prefix = directory, engine, dict(env or {}), prefix
        self.orders, self.process = Orders(), None

    def start(self):
        arguments = ["agent", "--server", self.orders.endpoint, "--data", self.directory, "--engine", "docker"]
        env = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "ECS_ENABLE_CONTAINER_METADATA": "true"}
        self.process = RoostProcess(arguments, self.directory / "log", env | self.env, self.prefix)
        self.orders.wait()
        return self

    def kill(self):
        self.process.kill()
        eventually(lambda: self.orders.session is None)

    def close(self):
        self.process.kill()
        self.orders.close()
        self.engine.remove_account(self.orders.account)

    @property
    def capabilities(self):
        return {a["name"] for a in self.orders.registrations[-1]["attributes"]}

    def run(self, *containers, address=None, eni=None, **members):
        eni = eni or interface(address or new_address())
        return self.orders.run(*containers or [served()], networkMode="awsvpc", elasticNetworkInterfaces=[eni],
                               **members)

    def running(self, *containers, **members):
        """A task that runs, as (its ARN, its address, its first report)."""
        eni = members.pop("eni", None) or interface(new_address())
        arn = self.run(*containers, eni=eni, **members)
        return arn, eni["ipv4Addresses"][0]["privateAddress"], self.orders.wait_for(arn, "RUNNING")

    def containers(self, arn):
        """By name."""
        return {c["Labels"]["com.amazonaws.ecs.container-name"]: c for c in self.engine.of_task(arn)}

    def inspect(self, arn, name):
        return self.engine.inspect(self.containers(arn)[name]["Id"])

    def process_of(self, arn):
        return self.inspect(arn, PAUSE)["State"]["Pid"]

    def within(self, arn, *command, check=True):
        """Runs a command of this machine in the task's network."""
        done = subprocess.run(["nsenter", "-t", str(self.process_of(arn)), "-n", *command], capture_output=True,
                              text=True, timeout=30)
        assert not check or done.returncode == 0, done
        return done.stdout

    def stopped(self, *arns, timeout=60):
        self.orders.stop(*arns)
        return [self.orders.wait_for(arn, "STOPPED", timeout) for arn in arns]


def served(name="app", **members):
    return container(name, SERVE, stopTimeout=1, **members)


def fetch(address, port=80, timeout=3):
    """What a small HTTP server answers; None without an answer."""
    try:
        with socket.create_connection((address, port), timeout) as connection:
            connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
            data = b""
            while more := connection.recv(65536):
                data += more
            return data.decode()
    except OSError:
        return None


FETCH = ("import socket,sys; s=socket.create_connection((sys.argv[1],int(sys.argv[2])),3);"
         "s.sendall(b'GET / HTTP/1.0\\r\\n\\r\\n'); print(b''.join(iter(lambda: s.recv(9999), b'')).decode())")


def interfaces():
    """The names of our interfaces on this machine, by the addresses they lead to."""
    shown = subprocess.run(["ip", "-j", "route", "show"], capture_output=True, text=True, check=True).stdout
    return {r["dst"]: r["dev"] for r in json.loads(shown) if r.get("dev", "").startswith("rseni")}


def rules():
    saved = subprocess.run(["iptables-save"], capture_output=True, text=True, check=True).stdout
    return [line for line in saved.splitlines() if "ROOST-ENI" in line and not line.startswith(":")]


class Peer:
    """A server that says who connected; `prefix` is a command that runs it elsewhere."""

    CODE = ("import socket,sys; s=socket.create_server((sys.argv[1],0)); print(s.getsockname()[1],flush=True)\n"
            "while True:\n c,a=s.accept(); c.recv(9999); c.sendall(a[0].encode()); c.close()")

    def __init__(self, address, prefix=()):
        self.process = subprocess.Popen([*prefix, "python3", "-c", self.CODE, address], stdout=subprocess.PIPE,
                                        text=True)
        self.port = int(self.process.stdout.readline())

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
