"""An agent's region as a script: it takes registrations and reports, and orders what a test says."""

import base64
import hashlib
import http.server
import json
import os
import random
import struct
import threading
import time
import uuid

from .poll import eventually
from .websocket import read_frame

REGION = "us-east-1"


class Orders:
    def __init__(self):
        self.account = f"{random.randrange(10**11, 10**12)}"
        self.registrations, self.reports, self.metrics = [], [], []
        self.sequence = int(time.time())
        self.session, self.lock = None, threading.Lock()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"{}")
                operation = self.headers["X-Amz-Target"].split(".")[1]
                data = json.dumps(outer._answer(operation, body)).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/x-amz-json-1.1")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def do_GET(self):
                key = self.headers["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
                self.send_response(101)
                self.send_header("Upgrade", "websocket")
                self.send_header("Connection", "Upgrade")
                self.send_header("Sec-WebSocket-Accept", base64.b64encode(hashlib.sha1(key.encode()).digest()).decode())
                self.end_headers()
                self.wfile.flush()
                self.close_connection = True
                outer._serve(self)

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, *_):
                """An agent that is killed hangs up."""

        self.server = Server(("127.0.0.1", 0), Handler)
        self.endpoint = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    # The region's side

    def arn(self, resource):
        return f"arn:aws:ecs:{REGION}:{self.account}:{resource}"

    @property
    def instance(self):
        return self.arn("container-instance/default/0123456789abcdef0123456789abcdef")

    def _answer(self, operation, body):
        if operation == "RegisterContainerInstance":
            self.registrations.append(body)
            return {"containerInstance": {"containerInstanceArn": self.instance, "attributes": body["attributes"]}}
        if operation == "DiscoverPollEndpoint":
            return {"endpoint": f"{self.endpoint}/acs/", "telemetryEndpoint": f"{self.endpoint}/tcs/"}
        if operation == "SubmitTaskStateChange":
            self.reports.append(body | {"at": time.monotonic()})
            return {"acknowledgment": "ok"}
        if operation == "ListTagsForResource":
            return {"tags": []}
        return {}

    def _serve(self, handler):
        is_tasks = handler.path.startswith("/acs/")
        if is_tasks:
            self.session = handler
        try:
            while True:
                text = read_frame(handler.rfile)
                message = json.loads(text[text.index(b"{"):])
                if message["type"] == "PublishMetricsRequest":
                    self.metrics.append(message["message"])
        except (OSError, struct.error, ValueError, EOFError):
            pass
        finally:
            if self.session is handler:
                self.session = None

    def _send(self, kind, message):
        data = json.dumps({"type": kind, "message": message}).encode()
        size = len(data)
        head = b"\x81" + (bytes([size]) if size < 126 else struct.pack("!BH", 126, size) if size < 65536
                          else struct.pack("!BQ", 127, size))
        with self.lock:
            self.session.wfile.write(head + data)
            self.session.wfile.flush()

    # What a test says

    def wait(self, timeout=20):
        """Until an agent listens."""
        eventually(lambda: self.session, timeout)
        return self

    def _order(self, *tasks):
        self.wait()
        self.sequence += 1
        self._send("PayloadMessage", {
            "messageId": str(uuid.uuid4()), "clusterArn": self.arn("cluster/default"),
            "containerInstanceArn": self.instance, "seqNum": self.sequence, "generatedAt": int(time.time() * 1000),
            "tasks": list(tasks)})

    def run(self, *containers, **members):
        """Orders a task; returns its ARN."""
        arn = members.pop("arn", None) or self.arn(f"task/default/{uuid.uuid4().hex}")
        self._order({"arn": arn, "taskClusterArn": self.arn("cluster/default"), "family": "scripted", "version": "1",
                     "desiredStatus": "RUNNING", "launchType": "EC2", "containers": list(containers), **members})
        return arn

    def stop(self, *arns):
        self._order(*({"arn": arn, "taskClusterArn": self.arn("cluster/default"), "family": "scripted", "version": "1",
                       "desiredStatus": "STOPPED"} for arn in arns))

    def told(self, arn, status=None):
        """The reports of a task, oldest first."""
        return [r for r in list(self.reports) if r["task"] == arn and status in (None, r.get("status"))]

    def wait_for(self, arn, status, timeout=40):
        """The first report that says so."""
        def seen():
            if status != "STOPPED":
                stopped = self.told(arn, "STOPPED")
                assert not stopped, stopped
            return self.told(arn, status)
        return eventually(seen, timeout, 0.01, message=lambda: f"{arn} {status}: {self.told(arn)}")[0]


def container(name="app", command=("sleep", "3600"), image="busybox:latest", **members):
    return {"name": name, "image": image, "essential": True, "cpu": 0, "memory": 32, "command": list(command),
            "environment": {}, **members}


def interface(address, gateway="10.249.0.1/16", **members):
    """An attachment's interface, as a payload has it."""
    name = "ip-" + address.replace(".", "-")
    return {"attachmentArn": f"arn:aws:ecs:{REGION}:111122223333:attachment/{uuid.uuid4()}",
            "ec2Id": f"eni-{os.urandom(8).hex()}0", "name": "eth1", "macAddress": "0e:" + os.urandom(5).hex(":"),
            "index": 0, "interfaceAssociationProtocol": "default", "privateDnsName": f"{name}.ec2.internal",
            "ipv4Addresses": [{"privateAddress": address, "primary": True}], "subnetGatewayIpv4Address": gateway,
            "domainName": ["ec2.internal"], "domainNameServers": [], **members}
