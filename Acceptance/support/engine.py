"""A small client of the Docker Engine API over its unix socket: the tests look at containers behind Roost's back."""

import http.client
import json
import os
import socket
import urllib.parse


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("docker", timeout=60)
        self._path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class EngineError(Exception):
    def __init__(self, status, message):
        super().__init__(f"{status}: {message}")
        self.status = status


class Engine:
    def __init__(self, host=None):
        host = host or os.environ.get("DOCKER_HOST") or "unix:///var/run/docker.sock"
        assert host.startswith("unix://"), f"the tests need an engine on a unix socket, not {host}"
        self.host = host
        self._path = host.removeprefix("unix://")

    def call(self, method, path, query=None, body=None):
        if query:
            path += "?" + urllib.parse.urlencode(query)
        connection = _UnixConnection(self._path)
        try:
            data = None if body is None else json.dumps(body)
            connection.request(method, path, data, {"Content-Type": "application/json"})
            response = connection.getresponse()
            raw = response.read()
        finally:
            connection.close()
        if response.status >= 400:
            raise EngineError(response.status, raw.decode(errors="replace"))
        return json.loads(raw) if raw.strip().startswith((b"{", b"[")) else raw

    def post_text(self, path, query, headers):
        """A call whose answer is a stream of lines; returns them as one text."""
        connection = _UnixConnection(self._path)
        try:
            connection.request("POST", path + "?" + urllib.parse.urlencode(query), None, headers)
            return connection.getresponse().read().decode(errors="replace")
        finally:
            connection.close()

    def put_archive(self, container, path, archive):
        """Unpacks a tar archive in a container."""
        connection = _UnixConnection(self._path)
        try:
            connection.request("PUT", f"/containers/{container}/archive?" + urllib.parse.urlencode({"path": path}),
                               archive, {"Content-Type": "application/x-tar"})
            response = connection.getresponse()
            assert response.status == 200, response.read()
        finally:
            connection.close()

    def answers(self):
        try:
            return self.call("GET", "/_ping") is not None
        except (OSError, EngineError, http.client.HTTPException):
            return False

    def containers(self, *labels, all=True):
        filters = json.dumps({"label": list(labels)})
        return self.call("GET", "/containers/json", {"all": "true" if all else "false", "filters": filters})

    def of_account(self, account, all=True):
        """The containers of a region: every test region has an account of its own, and task ARNs carry it."""
        label = "com.amazonaws.ecs.task-arn"
        return [c for c in self.containers(label, all=all) if f":{account}:" in c["Labels"][label]]

    def of_task(self, task_arn):
        return self.containers(f"com.amazonaws.ecs.task-arn={task_arn}")

    def inspect(self, container):
        return self.call("GET", f"/containers/{container}/json")

    def kill(self, container, signal="KILL"):
        self.call("POST", f"/containers/{container}/kill", {"signal": signal})

    def remove(self, container):
        try:
            self.call("DELETE", f"/containers/{container}", {"force": "true", "v": "true"})
        except EngineError as error:
            if error.status not in (404, 409):
                raise

    def logs(self, container):
        raw = self.call("GET", f"/containers/{container}/logs", {"stdout": "true", "stderr": "true"})
        raw = raw if isinstance(raw, bytes) else json.dumps(raw).encode()
        text = b""
        while len(raw) >= 8:  # the engine frames each piece: stream, three zeros, length
            size = int.from_bytes(raw[4:8], "big")
            text, raw = text + raw[8 : 8 + size], raw[8 + size :]
        return text.decode(errors="replace")

    def remove_account(self, account):
        for container in self.of_account(account):
            self.remove(container["Id"])
