"""Starting, stopping and killing a Roost region, and clients for it."""

import atexit
import json
import os
import pathlib
import random
import signal
import socket
import subprocess
import sys
import urllib.request

import boto3
from botocore.config import Config

from . import conform
from .engine import Engine
from .poll import eventually

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("ROOST_BINARY", REPOSITORY / ".build/debug/roost")).resolve()
AWS = pathlib.Path(sys.executable).parent / "aws"
KEY, SECRET = "AKIAACCEPTANCETESTS1", "acceptance/secret+key/0123456789abcdefgh"

_live = set()
LOGS = []  # (name, path) of every process started, newest last: failing tests show their ends


def free_port():
    """A port that nobody listens on, and that the kernel gives to no client meanwhile: those have 32768 and above."""
    while True:
        port = random.randrange(10_000, 32_768)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


def clean_environment(**extra):
    """The environment of a child: nothing of the caller's AWS or Roost settings, no configuration files."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "ROOST_"))}
    kept.update(AWS_CONFIG_FILE="/nonexistent", AWS_SHARED_CREDENTIALS_FILE="/nonexistent", AWS_PAGER="")
    kept["AWS_EC2_METADATA_DISABLED"] = "true"
    kept.update({k: str(v) for k, v in extra.items()})
    return kept


class RoostProcess:
    """One running `roost` command, its log in a file; `prefix` is a command that runs it elsewhere."""

    def __init__(self, arguments, log, env=None, prefix=()):
        self.arguments, self.log = [str(a) for a in arguments], pathlib.Path(log)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with open(self.log, "ab") as output:
            self.process = subprocess.Popen(
                [*prefix, str(BINARY), *self.arguments], stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                env=clean_environment(**(env or {})), start_new_session=True)
        LOGS.append((" ".join(self.arguments[:1]), self.log))
        _live.add(self)

    @property
    def running(self):
        return self.process.poll() is None

    def signal(self, number):
        if self.running:
            self.process.send_signal(number)

    def kill(self):
        self.signal(signal.SIGKILL)
        self.process.wait(10)
        _live.discard(self)

    def terminate(self, timeout=15):
        """Asks politely and returns the exit code."""
        self.signal(signal.SIGTERM)
        try:
            code = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"`roost {self.arguments[0]}` did not stop within {timeout} s of SIGTERM")
        _live.discard(self)
        return code

    def resident_kib(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0])


@atexit.register
def _kill_what_is_left():
    for process in list(_live):
        process.kill()


class Region:
    """A region of its own: data directory, port, account. `start` after `kill` continues with the same data."""

    def __init__(self, data, *, engine="simulated", instances=2, role="up", host=None, arguments=(), env=None,
                 listen="127.0.0.1"):
        self.data, self.engine, self.instances, self.role = pathlib.Path(data), engine, instances, role
        self.account = f"{random.randrange(10**11, 10**12)}"
        self.port, self.listen = free_port(), listen
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self.arguments, self.env = list(arguments), dict(env or {})
        if host:
            self.env["DOCKER_HOST"] = host
        self.docker = Engine(host) if engine == "docker" else None
        self.process = None
        self._clients = {}

    # Life

    def start(self, timeout=30):
        self.launch()
        eventually(self._ready_or_dead, timeout, message=lambda: f"region not ready; log:\n{self.log_tail()}")
        assert self.process.running, f"the region ended at start:\n{self.log_tail()}"
        return self

    def launch(self):
        arguments = [self.role, "--listen", f"{self.listen}:{self.port}", "--data", self.data, "--account", self.account,
                     "--root-credentials", f"{KEY}:{SECRET}"]
        if self.role == "up":
            arguments += ["--instances", self.instances, "--engine", self.engine]
        self.process = RoostProcess(arguments + self.arguments, self.data.parent / f"{self.data.name}.log", self.env)

    def _ready_or_dead(self):
        return not self.process.running or self.healthy()

    def healthy(self):
        try:
            with urllib.request.urlopen(f"{self.endpoint}/_roost/health", timeout=2) as response:
                return response.status == 200 and json.load(response)["status"] == "ready"
        except (OSError, ValueError):
            return False

    def kill(self):
        self.process.kill()

    def terminate(self):
        return self.process.terminate()

    def close(self):
        """Ends the process and removes every container of this region, whatever happened before."""
        if self.process:
            self.process.kill()
        if self.docker and self.docker.answers():
            self.docker.remove_account(self.account)

    def log_text(self):
        path = self.data.parent / f"{self.data.name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def log_tail(self, lines=30):
        return "\n".join(self.log_text().splitlines()[-lines:])

    # Clients

    def client(self, service="ecs", **overrides):
        # A client keeps its connections; tests share one per service unless they ask for something special.
        if not overrides and service in self._clients:
            return self._clients[service]
        settings = dict(endpoint_url=self.endpoint, region_name="us-east-1", aws_access_key_id=KEY,
                        aws_secret_access_key=SECRET)
        config = Config(retries={"total_max_attempts": 1}, read_timeout=30, connect_timeout=5,
                        max_pool_connections=32, parameter_validation=overrides.pop("parameter_validation", True))
        client = boto3.session.Session().client(service, config=config, **{**settings, **overrides})
        if service == "ecs":
            conform.watch(client)
        if not overrides:
            self._clients[service] = client
        return client

    @property
    def ecs(self):
        return self.client()

    def unchecked(self):
        """A client that sends what it is given, without botocore's own validation."""
        return self.client("ecs", parameter_validation=False)

    def aws_environment(self):
        return clean_environment(AWS_ENDPOINT_URL=self.endpoint, AWS_ACCESS_KEY_ID=KEY, AWS_SECRET_ACCESS_KEY=SECRET,
                                 AWS_REGION="us-east-1", AWS_DEFAULT_REGION="us-east-1", ROOST_DATA=self.data)

    def aws(self, *arguments, check=True):
        """Runs the real AWS CLI; returns its JSON output (or the completed process when `check` is false)."""
        done = subprocess.run([str(AWS), *arguments], env=self.aws_environment(), capture_output=True, text=True,
                              timeout=120, stdin=subprocess.DEVNULL)
        if not check:
            return done
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout.strip() else None

    def roost(self, *arguments, timeout=60):
        return subprocess.run([str(BINARY), *[str(a) for a in arguments]], env=clean_environment(**self.env),
                              capture_output=True, text=True, timeout=timeout, stdin=subprocess.DEVNULL)

    # Names

    def arn(self, resource):
        return f"arn:aws:ecs:us-east-1:{self.account}:{resource}"

    def wait_for_instances(self, count=None, cluster="default"):
        count = self.instances if count is None else count

        def connected():
            arns = self.ecs.list_container_instances(cluster=cluster)["containerInstanceArns"]
            if len(arns) < count:
                return None
            found = self.ecs.describe_container_instances(cluster=cluster, containerInstances=arns)
            up = [i for i in found["containerInstances"] if i["agentConnected"]]
            return up if len(up) >= count else None

        return eventually(connected, 30, message=lambda: f"{count} connected instances; log:\n{self.log_tail()}")
