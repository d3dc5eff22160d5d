"""An engine that is there and does not do what it should: errors, silence, nonsense. The region says so and lives on."""

import http.server
import json
import socketserver
import subprocess
import threading
import time

import pytest

from support.ecs import register, run_one, task, wait_running, wait_stopped
from support.poll import eventually, stays
from support.region import BINARY, clean_environment


class FakeEngine(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """Speaks enough of the engine's API for an agent to join; `faults` says what goes wrong, by the end of a path."""

    daemon_threads = True

    def __init__(self, path):
        super().__init__(str(path), FakeHandler)
        self.host, self.faults, self.over = f"unix://{path}", {}, threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def close(self):
        self.over.set()
        self.shutdown()
        self.server_close()


class FakeHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def address_string(self):
        return "unix"

    def log_message(self, *arguments):
        pass

    def answer(self):
        length = int(self.headers.get("Content-Length") or 0)
        self.rfile.read(length)
        path = self.path.split("?")[0]
        fault = next((f for end, f in self.server.faults.items() if path.endswith(end)), None)
        if fault == "hang":
            self.server.over.wait(120)
            self.close_connection = True
        elif fault:
            self.send(*fault)
        elif path.endswith("/events"):
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.flush()
            self.server.over.wait(300)
            self.close_connection = True
        elif path.endswith("/version"):
            self.send(200, {"Version": "20.10.99", "ApiVersion": "1.41"})
        elif path.endswith("/containers/json"):
            self.send(200, [])
        else:
            self.send(200, {"Id": "sha256:" + "0" * 64})

    do_GET = do_POST = do_DELETE = answer

    def send(self, status, body):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@pytest.fixture
def fake(tmp_path):
    engine = FakeEngine(tmp_path / "engine.sock")
    yield engine
    engine.close()


@pytest.fixture
def faulty(new_region, fake):
    region = new_region(engine="docker", instances=1, host=fake.host).start()
    region.wait_for_instances()
    yield region
    region.kill()


@pytest.mark.parametrize("end, fault, reason", [
    ("/containers/create", (500, {"message": "no space left on device"}),
     "CannotCreateContainerError: Error response from daemon: no space left on device"),
    ("/start", (500, {"message": "OCI runtime create failed"}),
     "CannotStartContainerError: Error response from daemon: OCI runtime create failed"),
    ("/containers/create", (502, b"<html>Bad Gateway</html>"), "CannotCreateContainerError: "),
    ("/images/busybox:latest/json", (500, {"message": "the image store is damaged"}), "CannotPullContainerError: "),
])
def test_an_engine_that_returns_errors(faulty, fake, end, fault, reason):
    fake.faults = {end: fault}
    stopped = wait_stopped(faulty.ecs, run_one(faulty.ecs, register(faulty.ecs))["taskArn"])
    assert stopped["stopCode"] == "TaskFailedToStart"
    assert stopped["containers"][0]["reason"].startswith(reason)
    assert "exitCode" not in stopped["containers"][0]
    assert faulty.healthy()


def test_an_engine_that_hangs_holds_up_nobody_else(faulty, fake):
    fake.faults = {"/containers/create": "hang"}
    waiting = run_one(faulty.ecs, register(faulty.ecs))["taskArn"]
    for _ in range(20):
        started = time.monotonic()
        assert task(faulty.ecs, waiting)["lastStatus"] == "PENDING"
        assert time.monotonic() - started < 2
    assert faulty.ecs.stop_task(task=waiting)["task"]["desiredStatus"] == "STOPPED"
    assert faulty.terminate() == 0, "nor the end of the region"


def test_an_engine_that_cannot_look_is_no_reason_to_stop(faulty, fake):
    """A container that could not be inspected is not gone: its task goes on, and is looked at again."""
    arn = wait_running(faulty.ecs, run_one(faulty.ecs, register(faulty.ecs))["taskArn"])["taskArn"]
    identity = "sha256:" + "0" * 64
    labels = {"com.amazonaws.ecs.task-arn": arn, "com.amazonaws.ecs.container-name": "app"}
    look = f"/containers/{identity}/json"
    fake.faults = {"/containers/json": (200, [{"Id": identity, "Labels": labels}]),
                   look: (500, {"message": "the container store is locked"})}
    faulty.kill()
    faulty.start()
    faulty.wait_for_instances()
    eventually(lambda: "could not inspect a container" in faulty.log_text())
    stays(lambda: task(faulty.ecs, arn)["lastStatus"] == "RUNNING", 1)
    ended = {"Status": "exited", "Running": False, "ExitCode": 9, "FinishedAt": "2026-11-28T12:00:00Z"}
    fake.faults[look] = (200, {"Id": identity, "Name": "/x", "State": ended})
    assert wait_stopped(faulty.ecs, arn)["containers"][0]["exitCode"] == 9


def test_an_engine_that_never_answers_is_told_apart(fake, tmp_path):
    fake.faults = {"/version": "hang"}
    environment = clean_environment(DOCKER_HOST=fake.host)
    for command in (["up", "--data", tmp_path / "data", "--listen", "127.0.0.1:0"], ["doctor", "--data", tmp_path / "data"]):
        done = subprocess.run([str(BINARY), *map(str, command)], capture_output=True, text=True, timeout=60,
                              env=environment, stdin=subprocess.DEVNULL)
        assert done.returncode != 0
        assert "engine.sock" in done.stdout + done.stderr and "Fatal error" not in done.stderr
