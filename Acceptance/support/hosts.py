"""Machines of their own on this machine: network namespaces, each on a cable to this one."""

import os
import random
import subprocess
import sys

from .balancer import Node
from .poll import eventually
from .region import KEY, SECRET, RoostProcess


def ip(*arguments):
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True)
    assert done.returncode == 0, f"ip {' '.join(arguments)}: {done.stderr}"


class Host:
    """A namespace with the address `address`; this machine is `gateway` for it. Needs root."""

    def __init__(self):
        number = random.randrange(1, 16_000)
        self.name, self.cable = f"rt{number}", f"rtc{number}"
        network = f"10.251.{number // 64}.{number % 64 * 4}"
        first, last = network.rsplit(".", 1)
        self.gateway, self.address = f"{first}.{int(last) + 1}", f"{first}.{int(last) + 2}"
        ip("netns", "add", self.name)
        try:
            ip("link", "add", self.cable, "type", "veth", "peer", "name", "eth0", "netns", self.name)
            ip("addr", "add", f"{self.gateway}/30", "dev", self.cable)
            ip("link", "set", self.cable, "up")
            self.ip("addr", "add", f"{self.address}/30", "dev", "eth0")
            self.ip("link", "set", "lo", "up")
            self.ip("link", "set", "eth0", "up")
            self.ip("route", "add", "default", "via", self.gateway)
        except BaseException:
            self.close()
            raise

    @property
    def prefix(self):
        """What has to precede a command that is to run there."""
        return ["ip", "netns", "exec", self.name]

    def ip(self, *arguments):
        ip("-n", self.name, *arguments)

    def can_reach(self, address, yes):
        """Cuts the way to an address of another machine, or mends it."""
        self.ip("route", "del" if yes else "add", "unreachable", f"{address}/32")

    def close(self):
        subprocess.run(["ip", "link", "del", self.cable], capture_output=True)
        subprocess.run(["ip", "netns", "del", self.name], capture_output=True)


def have_namespaces():
    """Whether this machine lets us make them."""
    if os.geteuid() != 0 or sys.platform != "linux":
        return False
    made = subprocess.run(["ip", "netns", "add", "rtprobe"], capture_output=True).returncode == 0
    subprocess.run(["ip", "netns", "del", "rtprobe"], capture_output=True)
    return made


class RemoteNode(Node):
    """A `roost balancer` on a host of its own, of a real region."""

    def __init__(self, directory, host, name, zone, server):
        super().__init__(directory, None)
        self.host, self.name, self.zone, self.server = host, name, zone, server
        number = random.randrange(0, 65_536)
        self.pool, self.bridge = f"10.{252 + number % 2}.{number // 256}.0/24", "roost-lb0"
        ip("route", "add", self.pool, "via", host.address)

    @property
    def _options(self):
        return ["--data", self.directory, "--name", self.name, "--pool", self.pool]

    @property
    def state_directory(self):
        return self.directory / "balancers" / self.name

    def start(self):
        self.process = RoostProcess(
            ["balancer", *self._options, "--server", self.server, "--zone", self.zone, "--traffic-seconds", "1"],
            self.directory / f"{self.name}.log", prefix=self.host.prefix,
            env={"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "ROOST_LOG": "debug"})
        return self

    def remove(self):
        remover = RoostProcess(
            ["balancer", *self._options, "--remove"], self.directory / f"{self.name}-remove.log",
            prefix=self.host.prefix)
        assert remover.process.wait(20) == 0, remover.log.read_text()
        remover.terminate()
        subprocess.run(["ip", "route", "del", self.pool], capture_output=True)

    def worker(self):
        """The process id of HAProxy's worker."""
        return int(self.runtime("show info").split("Pid: ")[1].split()[0])

    def wait_for_answers(self, ask, timeout=15):
        return eventually(ask, timeout, message=lambda: self.process.log.read_text()[-3000:])
