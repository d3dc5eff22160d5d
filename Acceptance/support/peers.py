"""Programs in a network of their own: one tells whoever asks by TCP or UDP what address it sees, others ask."""

import json
import subprocess
import sys

from .poll import eventually

SERVER = r"""
import contextlib, socket, sys, threading

address, port = sys.argv[1], int(sys.argv[2])
tcp = socket.create_server((address, port), backlog=256)
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.bind((address, port))

def datagrams():
    while True:
        _, peer = udp.recvfrom(2048)
        udp.sendto(peer[0].encode(), peer)

threading.Thread(target=datagrams, daemon=True).start()
def serve(connection, peer):
    with connection, contextlib.suppress(OSError):
        connection.sendall(peer[0].encode())
        while data := connection.recv(2048):
            connection.sendall(data)

print("ready", flush=True)
while True:
    threading.Thread(target=serve, args=tcp.accept(), daemon=True).start()
"""

CLIENT = r"""
import json, socket, ssl, sys, time

transport, host, port, count, pause = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5])
context = ssl.create_default_context()
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE

def ask():
    if transport == "udp":
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(1)
            client.sendto(b"who", (host, port))
            return client.recv(2048)
    with socket.create_connection((host, port), 4) as client:
        if transport == "tls":
            client = context.wrap_socket(client)
        return client.recv(2048)

answers = []
for _ in range(count):
    try:
        answers.append(ask().decode() or "nothing")
    except OSError as error:
        answers.append(type(error).__name__)
    time.sleep(pause)
print(json.dumps(answers))
"""


HOLDER = r"""
import socket, sys

with socket.create_connection((sys.argv[1], int(sys.argv[2])), 4) as client:
    print(client.recv(2048).decode(), flush=True)
    for line in sys.stdin:
        client.sendall(line.encode())
        print(client.recv(2048).decode().strip(), flush=True)
"""


class Peer:
    """A server that answers with the address it sees; `prefix` is a command that runs it somewhere."""

    def __init__(self, address, port, prefix=()):
        self.address, self.port = address, port
        self.process = subprocess.Popen([*map(str, prefix), sys.executable, "-c", SERVER, address, str(port)],
                                        stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline() == "ready\n"

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class Asking:
    """Asks `count` times, one after another; `answers` waits for the end."""

    def __init__(self, transport, host, port, prefix=(), count=1, pause=0.0):
        words = [transport, host, port, count, pause]
        self.process = subprocess.Popen([*map(str, prefix), sys.executable, "-c", CLIENT, *map(str, words)],
                                        stdout=subprocess.PIPE, text=True)

    @property
    def is_running(self):
        return self.process.poll() is None

    def answers(self):
        out, _ = self.process.communicate(timeout=120)
        return json.loads(out)


class Held:
    """A connection that stays open."""

    def __init__(self, host, port, prefix=()):
        self.process = subprocess.Popen([*map(str, prefix), sys.executable, "-c", HOLDER, host, str(port)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self.seen = self.process.stdout.readline().strip()

    def says(self, word):
        """What comes back."""
        self.process.stdin.write(word + "\n")
        return self.process.stdout.readline().strip()

    def close(self):
        self.process.kill()
        self.process.communicate()


def seen(*arguments, **settings):
    """The address that a target sees, told to one client; the name of the error when there is no answer."""
    return Asking(*arguments, **settings).answers()[0]


def eventually_seen(address, *arguments, **settings):
    eventually(lambda: seen(*arguments, **settings) == address, 10, message=lambda: seen(*arguments, **settings))


def in_container(container):
    """What a command begins with that runs in a container's network."""
    return ["nsenter", "--net", "--target", container["State"]["Pid"]]
