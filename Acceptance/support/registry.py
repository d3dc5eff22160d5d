"""A real registry with a user and a password, or open to everybody; images of the engine pushed to it."""

import base64
import http.client
import json
import shutil
import socket
import subprocess
import threading
import time

from .engine import EngineError
from .poll import eventually
from .region import free_port

USER, PASSWORD = "puller", "s3cret-of-the-registry"
#: The password's bcrypt hash, as `htpasswd -nbB` would print it: the registry takes no other kind.
HTPASSWD = USER + ":$2b$04$tycsVrzBFINDfML3Mv8w1O4tRY2E7p.Qdh7m9ak67LLZBFM1sP7YC\n"


def header(user=USER, password=PASSWORD):
    return base64.urlsafe_b64encode(json.dumps({"username": user, "password": password}).encode()).decode()


class Registry:
    """`docker-registry` on a port of its own; `close` ends it and untags what was pushed or pulled."""

    def __init__(self, directory, engine, *, private=True):
        assert shutil.which("docker-registry"), "no docker-registry: scripts/setup.sh installs it"
        self.engine, self.private, self.directory, self.port = engine, private, directory, free_port()
        self.host, self.names, self.process = f"127.0.0.1:{self.port}", set(), None
        directory.mkdir(parents=True, exist_ok=True)
        settings = {"version": "0.1", "log": {"level": "info"}, "http": {"addr": self.host, "secret": "s"},
                    "storage": {"filesystem": {"rootdirectory": str(directory / "blobs")}, "delete": {"enabled": True}}}
        if private:
            (directory / "htpasswd").write_text(HTPASSWD)
            settings["auth"] = {"htpasswd": {"realm": "test", "path": str(directory / "htpasswd")}}
        (directory / "config.yml").write_text(json.dumps(settings))  # JSON is YAML

    def start(self):
        self.log = open(self.directory / "log", "ab")
        self.process = subprocess.Popen(["docker-registry", "serve", str(self.directory / "config.yml")],
                                        stdout=self.log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        eventually(self._answers, 20, message="the registry answers")
        return self

    def _answers(self):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
            connection.request("GET", "/v2/")
            return connection.getresponse().status in (200, 401)
        except OSError:
            return False

    def requests(self, method, path):
        """How often it was asked for a path that ends so."""
        text = (self.directory / "log").read_text(errors="replace")
        return sum(f'"{method} /v2/' in line and f"{path} HTTP" in line for line in text.splitlines())

    def push(self, name, source="busybox:latest"):
        """Gives an image of the engine a name in this registry and pushes it; returns the whole name."""
        repository, _, tag = name.partition(":")
        whole = f"{self.host}/{repository}"
        self.engine.call("POST", f"/images/{source}/tag", {"repo": whole, "tag": tag or "latest"})
        self.names.add(f"{whole}:{tag or 'latest'}")
        answer = self.engine.post_text(f"/images/{whole}/push", {"tag": tag or "latest"}, {"X-Registry-Auth": header()})
        assert "error" not in answer, answer
        return f"{whole}:{tag or 'latest'}"

    def forget(self, image):
        """Takes the image's name from the engine, so that it has to be pulled."""
        try:
            self.engine.call("DELETE", f"/images/{image}")
        except EngineError as error:
            if error.status != 404:
                raise

    def stop(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None
            self.log.close()

    def close(self):
        self.stop()
        hosts = {name.partition("/")[0] for name in self.names} | {self.host}
        for image in self.engine.call("GET", "/images/json"):
            # Names and digests, not the image itself: it may have other names.
            for name in (image["RepoTags"] or []) + (image["RepoDigests"] or []):
                if name.partition("/")[0] in hosts and not name.endswith(":<none>"):
                    try:
                        self.engine.call("DELETE", f"/images/{name}", {"force": "true"})
                    except EngineError:
                        pass


class SlowRegistry:
    """A way to a registry that lets so many bytes a second through: pulls by `host` take their time."""

    def __init__(self, registry, rate):
        self.target, self.rate, self.open = registry.port, rate, set()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.host = f"127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
                server = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                return
            self.open |= {client, server}
            for source, sink, rate in ((client, server, None), (server, client, self.rate)):
                threading.Thread(target=self._copy, args=(source, sink, rate), daemon=True).start()

    def _copy(self, source, sink, rate):
        try:
            while data := source.recv(rate // 20 if rate else 65536):
                sink.sendall(data)
                if rate and len(data) == rate // 20:
                    time.sleep(0.05)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def close(self):
        self.listener.close()
        for end in self.open:
            end.close()
