"""The engine's own log drivers get their options and do their work: real receivers at the other end."""

import gzip
import http.server
import json
import socket
import subprocess
import threading
import zlib

import pytest

from support.ecs import container, register, run_one, stop_everything, unique, wait_stopped
from support.poll import eventually


@pytest.fixture(scope="module")
def ecs(real_region):
    return real_region.ecs


@pytest.fixture(autouse=True)
def nothing_left(ecs):
    yield
    stop_everything(ecs)


class Receiver:
    """Keeps what comes to a port of this machine, over UDP or TCP."""

    def __init__(self, kind):
        self.socket = socket.socket(socket.AF_INET, kind)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.received = []
        if kind == socket.SOCK_STREAM:
            self.socket.listen()
        threading.Thread(target=self._packets if kind == socket.SOCK_DGRAM else self._connections, daemon=True).start()

    def _packets(self):
        try:
            while True:
                self.received.append(self.socket.recv(65_536))
        except OSError:
            pass

    def _connections(self):
        try:
            while True:
                connection, _ = self.socket.accept()
                threading.Thread(target=self._read, args=(connection,), daemon=True).start()
        except OSError:
            pass

    def _read(self, connection):
        while piece := connection.recv(65_536):
            self.received.append(piece)

    def close(self):
        self.socket.close()


@pytest.fixture
def receive():
    made = []

    def make(kind):
        made.append(Receiver(kind))
        return made[-1]

    yield make
    for receiver in made:
        receiver.close()


def run(ecs, driver, options, secrets=None):
    """Runs a task that writes two lines, and waits for its end."""
    log = {"logDriver": driver, "options": options, **({"secretOptions": secrets} if secrets else {})}
    arn = run_one(ecs, register(ecs, containers=[container(
        command=["sh", "-c", "echo first line; echo second line"], logConfiguration=log)],
        **({"executionRoleArn": "arn:aws:iam::000000000000:role/execution"} if secrets else {})))["taskArn"]
    stopped = wait_stopped(ecs, arn)
    assert stopped["containers"][0].get("exitCode") == 0, stopped
    return stopped["containers"][0]["runtimeId"]


@pytest.mark.parametrize("kind, scheme", [(socket.SOCK_DGRAM, "udp"), (socket.SOCK_STREAM, "tcp")])
def test_syslog(ecs, receive, kind, scheme):
    receiver = receive(kind)
    run(ecs, "syslog", {"syslog-address": f"{scheme}://127.0.0.1:{receiver.port}", "tag": "roost-test"})
    eventually(lambda: b"second line" in b"".join(receiver.received) or None, 10, message=lambda: receiver.received)
    text = b"".join(receiver.received)
    assert b"roost-test" in text and b"first line" in text


def test_gelf(ecs, receive):
    receiver = receive(socket.SOCK_DGRAM)
    run(ecs, "gelf", {"gelf-address": f"udp://127.0.0.1:{receiver.port}", "tag": "roost-test"})

    def messages():
        found = []
        for packet in receiver.received:
            text = gzip.decompress(packet) if packet[:2] == b"\x1f\x8b" else zlib.decompress(packet)
            found.append(json.loads(text))
        return found

    eventually(lambda: len(messages()) == 2 or None, 10, message=messages)
    assert [m["short_message"] for m in messages()] == ["first line", "second line"]
    assert {m["_tag"] for m in messages()} == {"roost-test"}


def test_fluentd(ecs, receive):
    receiver = receive(socket.SOCK_STREAM)
    run(ecs, "fluentd", {"fluentd-address": f"127.0.0.1:{receiver.port}", "tag": "roost.test"})
    eventually(lambda: b"second line" in b"".join(receiver.received) or None, 10, message=lambda: receiver.received)
    text = b"".join(receiver.received)
    assert b"roost.test" in text and b"first line" in text and b"container_id" in text


def test_splunk_with_its_token_from_a_secret(ecs, real_region):
    received = []

    class Collector(http.server.BaseHTTPRequestHandler):
        def answer(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            received.append((self.headers.get("Authorization"), body))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_OPTIONS = do_POST = answer

        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        real_region.client("ssm").put_parameter(
            Name="/splunk/token", Value="t0ken-of-splunk", Type="SecureString", Overwrite=True)
        run(ecs, "splunk", {"splunk-url": f"http://127.0.0.1:{server.server_port}"},
            [{"name": "splunk-token", "valueFrom": "/splunk/token"}])
        eventually(lambda: any(b"second line" in body for _, body in received) or None, 15, message=lambda: received)
        assert {key for key, body in received if body} == {"Splunk t0ken-of-splunk"}
    finally:
        server.shutdown()
        server.server_close()


def test_json_file_with_options(ecs):
    runtime = run(ecs, "json-file", {"max-size": "1m", "max-file": "3"})
    shown = subprocess.run(["docker", "logs", runtime], capture_output=True, text=True, check=True).stdout
    assert shown == "first line\nsecond line\n"
    details = json.loads(subprocess.run(["docker", "inspect", runtime], capture_output=True, check=True).stdout)[0]
    assert details["HostConfig"]["LogConfig"] == {"Type": "json-file", "Config": {"max-size": "1m", "max-file": "3"}}


def test_none_keeps_nothing(real_region, ecs):
    """The SDKs' model leaves this driver out, agents have it: so by the command line, which does not check answers."""
    containers = [container(command=["echo", "unheard"], logConfiguration={"logDriver": "none"})]
    definition = real_region.aws("ecs", "register-task-definition", "--family", unique("silent"),
                                 "--container-definitions", json.dumps(containers))["taskDefinition"]
    assert definition["containerDefinitions"][0]["logConfiguration"] == {"logDriver": "none"}
    assert {"name": "com.amazonaws.ecs.capability.logging-driver.none"} in definition["requiresAttributes"]
    stopped = wait_stopped(ecs, run_one(ecs, definition["taskDefinitionArn"])["taskArn"])
    [app] = stopped["containers"]
    assert app["exitCode"] == 0
    shown = subprocess.run(["docker", "logs", app["runtimeId"]], capture_output=True, text=True)
    assert "unheard" not in shown.stdout and "does not support reading" in shown.stderr, shown


@pytest.mark.parametrize("driver, options, reason", [
    ("syslog", {"syslog-address": "nowhere"}, "proto://address"),
    ("json-file", {"max-size": "much"}, "invalid size"),
    ("gelf", {}, "gelf-address"),
])
def test_what_the_engine_refuses_is_the_tasks_reason(ecs, driver, options, reason):
    arn = run_one(ecs, register(ecs, containers=[container(
        command=["true"], logConfiguration={"logDriver": driver, "options": options})]))["taskArn"]
    stopped = wait_stopped(ecs, arn)
    assert stopped["stopCode"] == "TaskFailedToStart", stopped
    assert reason in stopped["containers"][0]["reason"], stopped["containers"][0]["reason"]


def test_a_log_router_is_placed_nowhere(ecs):
    definition = register(ecs, containers=[
        container(command=["true"], logConfiguration={"logDriver": "awsfirelens", "options": {"Name": "stdout"}}),
        container("router", command=["sleep", "60"], firelensConfiguration={"type": "fluentbit"})])
    answer = ecs.run_task(cluster="default", taskDefinition=definition)
    assert answer["tasks"] == [] and "ATTRIBUTE" in {failure["reason"] for failure in answer["failures"]}
