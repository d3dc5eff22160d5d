"""Network Load Balancers of a load balancer node: TCP, TLS and UDP."""

import json
import socket
import ssl
import threading

import pytest

from support.balancer import Target
from support.balancer_shapes import curl, forward, group, listener, load_balancer, needs_haproxy, ports, rule, serve, target
from support.poll import eventually

pytestmark = needs_haproxy


class Echo:
    """A TCP server that answers with what it heard first."""

    def __init__(self):
        self.server = socket.create_server(("127.0.0.1", 0))
        self.address, self.port = self.server.getsockname()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self.server.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with connection:
            while data := connection.recv(65536):
                connection.sendall(data)


@pytest.fixture
def echo():
    made = Echo()
    yield made
    made.server.close()


def test_tcp_and_proxy_protocol(node, echo):
    for proxy in (False, True):
        address, port, _ = serve(
            node, [target("e", echo.address, echo.port)], transport="tcp", kind="network", name="net",
            check={"transport": "tcp"}, sendsProxyProtocolV2=proxy)
        for host in (address, "127.0.0.1"):
            with socket.create_connection((host, port), 5) as client:
                client.sendall(b"hello")
                answer = client.recv(1024)
                while not answer.endswith(b"hello"):
                    answer += client.recv(1024)
                assert answer.startswith(b"\r\n\r\n\x00\r\nQUIT\n") == proxy


def test_tls_listener_of_a_network_load_balancer(node, echo, pem):
    address, port, _ = serve(
        node, [target("e", echo.address, echo.port)], transport="tls", kind="network", name="net",
        certificates=[{"id": "c", "pem": pem("net.example.com")}], check={"transport": "tcp"},
        listener_attributes={"certificates": ["c"]})
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection((address, port), 5) as plain, context.wrap_socket(plain) as secure:
        secure.sendall(b"hello")
        assert secure.recv(1024) == b"hello"


def test_clients_stay_by_source_address(node):
    targets = [Target(f"t{i}") for i in range(4)]
    address, port, _ = serve(
        node, [t.entry() for t in targets], transport="tcp", kind="network", name="net", check={"transport": "tcp"},
        stickiness={"sourceIP": {}})
    assert len({json.loads(curl(f"http://{address}:{port}")[2])["target"] for _ in range(12)}) == 1
    for made in targets:
        made.close()


def test_udp(node):
    servers = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2)]

    def answer(server, name):
        while True:
            data, peer = server.recvfrom(2048)
            server.sendto(name + data, peer)

    for index, server in enumerate(servers):
        server.bind(("127.0.0.1", 0))
        threading.Thread(target=answer, args=(server, b"%d" % index), daemon=True).start()
    checks = socket.create_server(("127.0.0.1", 0))
    address, (port,) = node.address(), ports(1)
    made = group("udp/1", "udp", check={"transport": "tcp", "port": checks.getsockname()[1]})
    node.control.targets = {"udp/1": [target(f"u{i}", *s.getsockname()) for i, s in enumerate(servers)]}
    assert node.control.configure(
        [load_balancer(address, [listener(port, [rule(forward("udp/1"))], "udp")], "network", "net")], [made]) == []
    node.control.set_targets("udp/1", node.control.targets["udp/1"])
    node.control.wait_for_health("udp/1", "healthy", 2)

    def ask(client):
        client.sendto(b"hello", (address, port))
        return client.recv(2048)

    seen = set()

    def flow(_):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(0.5)
            try:
                answers = {ask(client) for _ in range(5)}
            except (TimeoutError, ConnectionRefusedError):
                return False
            assert len(answers) == 1
            seen.update(answers)
            return seen == {b"0hello", b"1hello"}

    eventually(lambda: flow(None), 15)
    # A target that is deregistered gets no new flow.
    node.control.set_targets("udp/1", [target("u0", *servers[0].getsockname()),
                                       target("u1", *servers[1].getsockname(), "draining")])
    eventually(lambda: any(d["target"] == "u1" for d in node.control.messages("drained")), 10)
    seen.clear()
    eventually(lambda: [seen.clear(), [flow(None) for _ in range(10)], seen == {b"0hello"}][2], 10)


def test_udp_by_weight(node):
    servers = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2)]

    def answer(server, name):
        while True:
            data, peer = server.recvfrom(2048)
            server.sendto(name, peer)

    for index, server in enumerate(servers):
        server.bind(("127.0.0.1", 0))
        threading.Thread(target=answer, args=(server, b"%d" % index), daemon=True).start()
    checks = socket.create_server(("127.0.0.1", 0))
    address, (port,) = node.address(), ports(1)
    check = {"transport": "tcp", "port": checks.getsockname()[1]}
    groups = [group(f"weigh{i}/1", "udp", check=check) for i in range(2)]
    node.control.targets = {f"weigh{i}/1": [target(f"w{i}", *s.getsockname())] for i, s in enumerate(servers)}

    def share(first, second):
        made = listener(port, [rule(forward(weigh0_1=first, weigh1_1=second))], "udp")
        assert node.control.configure([load_balancer(address, [made], "network", "net")], groups) == []
        for name, targets in node.control.targets.items():
            node.control.set_targets(name, targets)
            node.control.wait_for_health(name, "healthy")

        def measure():
            answers = []
            for _ in range(200):
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
                    client.settimeout(1)
                    client.sendto(b"hello", (address, port))
                    try:
                        answers.append(client.recv(2048))
                    except OSError:
                        return None
            return answers.count(b"0")

        return measure

    measure = share(1, 3)
    eventually(lambda: 20 <= (measure() or 0) <= 80, 15, message=measure)
    measure = share(0, 1)
    eventually(lambda: measure() == 0, 15, message=measure)


def test_tcp_and_udp_on_one_port(node, echo):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((echo.address, echo.port))
        server.settimeout(1)
        address, port, _ = serve(
            node, [target("both", echo.address, echo.port)], transport="tcp_udp", group_transport="tcp_udp",
            kind="network", name="net", check={"transport": "tcp"})
        with socket.create_connection((address, port), 5) as client:
            client.sendall(b"stream")
            assert client.recv(1024) == b"stream"

        def datagram():
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
                client.settimeout(0.5)
                try:
                    client.sendto(b"datagram", (address, port))
                    data, peer = server.recvfrom(1024)
                    server.sendto(data.upper(), peer)
                    return client.recv(1024) == b"DATAGRAM"
                except (TimeoutError, ConnectionRefusedError):
                    return False

        eventually(datagram, 10)
