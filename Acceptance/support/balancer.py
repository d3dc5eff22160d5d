"""A control plane for a load balancer node, targets to balance over, and the node itself."""

import base64
import hashlib
import http.server
import json
import pathlib
import random
import socket
import socketserver
import struct
import threading
import time

from .poll import eventually
from .balancer_shapes import target
from .region import KEY, SECRET, RoostProcess
from .websocket import read_frame


class ControlPlane:
    """The server's side of a node's session, as a scripted websocket server."""

    def __init__(self, port=None):
        self.listener = socket.create_server(("127.0.0.1", port or 0))
        self.port = self.listener.getsockname()[1]
        self.connection = None
        self.lock = threading.Lock()
        self.received = []  # (type, message), oldest first
        self.configuration, self.targets, self.revision = None, {}, 0
        self.hellos = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        head = b""
        while b"\r\n\r\n" not in head:
            head += connection.recv(4096)
        fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:] if ": " in line)
        key = next(value for name, value in fields.items() if name.lower() == "sec-websocket-key")
        accept = base64.b64encode(hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest())
        connection.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                           b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n")
        self.request = head.decode()
        self.connection = connection
        file = connection.makefile("rb")
        try:
            while True:
                message = json.loads(read_frame(file))
                self.received.append((message["type"], message["message"]))
                if message["type"] == "hello":
                    self.hellos += 1
                    self._everything()
        except (OSError, struct.error, EOFError):
            pass

    def _send(self, kind, message):
        if not self.connection:
            return
        data = json.dumps({"type": kind, "message": message}).encode()
        size = len(data)
        head = b"\x81" + (bytes([size]) if size < 126 else struct.pack("!BH", 126, size) if size < 65536
                          else struct.pack("!BQ", 127, size))
        with self.lock:
            self.connection.sendall(head + data)

    def _everything(self):
        if self.configuration:
            self._send("configuration", self.configuration)
            for group, targets in self.targets.items():
                self._send("targets", {"revision": self.revision, "targetGroup": group, "targets": targets})

    # What a test says

    def configure(self, load_balancers, groups, certificates=(), timeout=20):
        """Sends a configuration and waits until it is served; returns the problems."""
        self.revision += 1
        self.configuration = {"revision": self.revision, "loadBalancers": list(load_balancers),
                              "targetGroups": list(groups), "certificates": list(certificates)}
        self._send("configuration", self.configuration)
        return self.applied(timeout)

    def applied(self, timeout=20):
        wanted = self.configuration["revision"]
        found = eventually(lambda: [m for k, m in self.received if k == "applied" and m["revision"] == wanted],
                           timeout, interval=0.005, message=lambda: f"revision {wanted}: {self.received[-5:]}")
        return found[-1]["problems"]

    def set_targets(self, group, targets):
        self.revision += 1
        self.targets[group] = list(targets)
        self._send("targets", {"revision": self.revision, "targetGroup": group, "targets": self.targets[group]})

    def health(self, group):
        """The states by target id and port, as last reported."""
        states = {}
        for kind, message in list(self.received):
            if kind == "health":
                for change in message["changes"]:
                    if change["targetGroup"] == group:
                        states[change["target"], change["port"]] = change
        return states

    def wait_for_health(self, group, state, count=1, timeout=20):
        return eventually(
            lambda: sum(c["state"] == state for c in self.health(group).values()) >= count, timeout, interval=0.005,
            message=lambda: f"{count} {state} in {group}: {self.health(group)}")

    def messages(self, kind):
        return [message for k, message in list(self.received) if k == kind]

    def close(self):
        self.listener.close()
        self.cut()

    def cut(self):
        connection, self.connection = self.connection, None
        if connection:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class Node:
    """A `roost balancer` with addresses of its own; `prefix` is a command that runs it."""

    def __init__(self, directory, control, prefix=(), env=None):
        self.directory, self.control, self.prefix, self.env = directory, control, prefix, env or {}
        number = random.randrange(1, 250)
        self.pool, self.bridge = f"10.254.{number}.0/24", f"roost-t{number}"
        self.last = 1
        self.process = None

    def address(self):
        self.last += 1
        return self.pool.replace("0/24", str(self.last))

    @property
    def _options(self):
        return ["--data", self.directory, "--name", "lb", "--pool", self.pool, "--bridge", self.bridge]

    def start(self):
        hellos = self.control.hellos
        self.process = RoostProcess(
            ["balancer", *self._options, "--server", f"http://127.0.0.1:{self.control.port}", "--traffic-seconds", "1"],
            self.directory / "balancer.log",
            env={"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "ROOST_LOG": "debug", **self.env},
            prefix=self.prefix)
        eventually(lambda: self.control.hellos > hellos or not self.process.running, 20,
                   message=lambda: self.process.log.read_text())
        assert self.process.running, self.process.log.read_text()
        return self

    def close(self):
        try:
            if self.process and self.process.running:
                self.process.terminate()
        finally:
            self.remove()

    def remove(self):
        """Ends HAProxy and removes the addresses, whatever became of the node."""
        remover = RoostProcess(["balancer", *self._options, "--remove"], self.directory / "remove.log")
        assert remover.process.wait(20) == 0, (self.directory / "remove.log").read_text()
        remover.terminate()

    @property
    def state_directory(self):
        return self.directory / "balancers" / "lb"

    @property
    def run_directory(self):
        state = self.state_directory
        if len(str(state)) <= 72 and all(c.isalnum() or c in "/-_.:" for c in str(state)):
            return state / "run"
        return pathlib.Path("/tmp/roost-lb-" + hashlib.sha256(str(state).encode()).hexdigest()[:16])

    def runtime(self, command):
        """What HAProxy answers to a command."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(self.run_directory / "stats.sock"))
            connection.sendall(command.encode() + b"\n")
            return connection.makefile().read()

    def ready_servers(self, group):
        """How many of a group's servers get requests."""
        rows = self.runtime(f"show servers state tg-{group.replace('/', '.')}").split("\n")[2:]
        return sum(row.split()[5] == "2" for row in rows if row)

    def haproxy(self):
        """The process id of HAProxy's master; None when there is none."""
        try:
            return int((self.run_directory / "haproxy.pid").read_text())
        except (OSError, ValueError):
            return None


class Target:
    """A web server that tells what it was asked, and does what the path says."""

    def __init__(self, name="target", address="127.0.0.1", port=0):
        self.name, self.healthy, self.requests, self.delay = name, True, [], 0
        target = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length).decode() if length else ""
                is_check = self.headers.get("User-Agent", "").startswith("ELB-HealthChecker")
                status = 200
                if is_check:
                    status = 200 if target.healthy else 500
                else:
                    target.requests.append(self.path)
                    if self.path.startswith("/status/"):
                        status = int(self.path.split("/")[2])
                    elif self.path.startswith("/slow/"):
                        time.sleep(float(self.path.split("?")[0].split("/")[2]))
                    elif self.path == "/close":
                        self.close_connection = True
                        return
                data = json.dumps({"target": target.name, "method": self.command, "path": self.path, "body": body,
                                   "headers": [[k.lower(), v] for k, v in self.headers.items()]}).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                if self.path.startswith("/login"):
                    self.send_header("Set-Cookie", "SESSION=x; Path=/")
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(data)

            do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = do_OPTIONS = answer

            def log_message(self, *arguments):
                pass

        class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
            daemon_threads = True
            request_queue_size = 128
            address_family = socket.AF_INET6 if ":" in address else socket.AF_INET

            def handle_error(self, request, address):
                """A load balancer resets connections: nobody has to hear of it."""

        self.server = Server((address, port), Handler)
        self.address, self.port = address, self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def entry(self, state="active", address=None, **extra):
        return target(self.name, address or self.address, self.port, state, **extra)

    def close(self):
        self.server.shutdown()
        self.server.server_close()
