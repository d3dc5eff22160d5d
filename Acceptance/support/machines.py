"""Machines of their own: a network namespace with an address, a cable to a bridge, and a Docker Engine inside."""

import os
import signal
import subprocess

from .engine import Engine
from .poll import eventually

SUBNET = "10.252.77"


def run(*command, check=True):
    return subprocess.run([str(c) for c in command], check=check, capture_output=True, text=True)


class Network:
    """A bridge of the test's machine, which is at `address` in it."""

    def __init__(self, name="rst-br"):
        self.name, self.address = name, f"{SUBNET}.1"
        self.close()
        run("ip", "link", "add", name, "type", "bridge")
        run("ip", "addr", "add", f"{self.address}/24", "dev", name)
        run("ip", "link", "set", name, "up")

    def close(self):
        run("ip", "link", "del", self.name, check=False)


class Host:
    """One machine: `cut` pulls its cable, `plug` puts it in again."""

    def __init__(self, network, number, directory):
        self.number, self.directory = number, directory
        self.namespace, self.cable = f"rst-h{number}", f"rst-c{number}"
        self.address = f"{SUBNET}.{10 + number}"
        self.socket = directory / "docker.sock"
        self.engine = Engine(f"unix://{self.socket}")
        self.docker = None
        self._remove_network()
        directory.mkdir(parents=True, exist_ok=True)
        run("ip", "netns", "add", self.namespace)
        run("ip", "link", "add", self.cable, "type", "veth", "peer", "name", "eth0", "netns", self.namespace)
        run("ip", "link", "set", self.cable, "master", network.name, "up")
        for command in (["addr", "add", f"{self.address}/24", "dev", "eth0"], ["link", "set", "eth0", "up"],
                        ["link", "set", "lo", "up"], ["route", "add", "default", "via", network.address]):
            run("ip", "-n", self.namespace, *command)

    @property
    def prefix(self):
        """What a command begins with that runs on the machine."""
        return ["nsenter", f"--net=/run/netns/{self.namespace}"]

    def start_engine(self, image="busybox:latest"):
        log = open(self.directory / "dockerd.log", "wb")
        self.docker = subprocess.Popen(
            [*self.prefix, "dockerd", "--data-root", self.directory / "root", "--exec-root", self.directory / "exec",
             "-H", f"unix://{self.socket}", "--pidfile", self.directory / "docker.pid", "--bip",
             f"172.30.{self.number}.1/24", "--cgroup-parent", f"/rst-h{self.number}"],
            stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)
        eventually(self.engine.answers, 30, message="the engine of the machine")
        saved = subprocess.Popen(["docker", "save", image], stdout=subprocess.PIPE)
        subprocess.run(["docker", "-H", f"unix://{self.socket}", "load"], stdin=saved.stdout, check=True,
                       capture_output=True)
        saved.wait()

    def cut(self):
        run("ip", "link", "set", self.cable, "down")

    def plug(self):
        run("ip", "link", "set", self.cable, "up")

    def close(self):
        if self.docker and self.docker.poll() is None:
            for found in self.engine.call("GET", "/containers/json", {"all": "true"}):
                self.engine.remove(found["Id"])
            self.docker.terminate()
            try:
                self.docker.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(self.docker.pid, signal.SIGKILL)
        run("umount", self.directory / "exec/netns/default", check=False)
        self._remove_network()

    def _remove_network(self):
        run("ip", "link", "del", self.cable, check=False)
        run("ip", "netns", "del", self.namespace, check=False)
