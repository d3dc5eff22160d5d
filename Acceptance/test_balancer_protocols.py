"""Protocols, algorithms and measurements of a load balancer node."""

import concurrent.futures
import csv
import json
import socket
import ssl
import subprocess
import threading
import urllib.parse

import pytest

from support.balancer import Target
from support.balancer_shapes import (curl, fixed, forward, group, listener, load_balancer, needs_haproxy, ports, rule,
                                     serve, target)
from support.poll import eventually

pytestmark = needs_haproxy


def test_websockets(node):
    done = threading.Event()
    server = socket.create_server(("127.0.0.1", 0))

    def accept():
        while not done.is_set():
            connection, _ = server.accept()
            head = connection.recv(65536)
            if b"pgrade: websocket" not in head:
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                connection.close()
                continue
            connection.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                               b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n")
            while data := connection.recv(1024):
                connection.sendall(data.upper())

    threading.Thread(target=accept, daemon=True).start()
    address, port, _ = serve(node, [target("ws", *server.getsockname())])
    with socket.create_connection((address, port), 5) as client:
        client.sendall(b"GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                       b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
        assert client.recv(65536).startswith(b"HTTP/1.1 101 ")
        client.sendall(b"hello")
        assert client.recv(65536) == b"HELLO"
    done.set()


def test_tls_by_name_with_http2_and_versions(node, blue, pem):
    certificates = [{"id": "one", "pem": pem("one.example.com")}, {"id": "two", "pem": pem("two.example.com")}]
    address, port, _ = serve(
        node, [blue.entry()], transport="https", certificates=certificates, attributes={"sendsTLSHeaders": True},
        listener_attributes={"certificates": ["one", "two"],
                             "tls": {"minimum": "TLSv1.2", "maximum": "TLSv1.3", "ciphers": []}})

    def subject(name):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with socket.create_connection((address, port), 5) as plain:
            with context.wrap_socket(plain, server_hostname=name) as secure:
                names = ssl.DER_cert_to_PEM_cert(secure.getpeercert(True))
                return names

    assert subject("two.example.com") != subject("one.example.com") == subject("other.example.com")
    for option, version in (("--http2", "2"), ("--http1.1", "1.1")):
        answer = subprocess.run(
            ["curl", "-sk", option, "-w", "\n%{http_version}", f"https://{address}:{port}/x"], capture_output=True,
            text=True).stdout
        body, seen = answer.rsplit("\n", 1)
        told = dict(json.loads(body)["headers"])
        assert seen == version and told["x-forwarded-proto"] == "https"
        assert told["x-amzn-tls-version"] == "TLSv1.3" and "AES" in told["x-amzn-tls-cipher-suite"]
    old = subprocess.run(["curl", "-sk", "--tls-max", "1.1", f"https://{address}:{port}/"], capture_output=True)
    assert old.returncode == 35
    # A certificate that is imported anew, without a reload.
    before = node.runtime("show info").split("Pid: ")[1].split()[0]
    known = subject("one.example.com")
    node.control.configure(
        node.control.configuration["loadBalancers"], node.control.configuration["targetGroups"],
        [{"id": "one", "pem": pem("one.example.com")}, certificates[1]])
    assert subject("one.example.com") != known
    assert node.runtime("show info").split("Pid: ")[1].split()[0] == before


def test_certificates_come_and_go_without_a_reload(node, pem):
    certificates = [{"id": name, "pem": pem(f"{name}.example.com")} for name in ("one", "two", "three")]
    address, (port,) = node.address(), ports(1)

    def serve_with(*numbers):
        chosen = [certificates[n] for n in numbers]
        made = listener(port, [rule(fixed(200, "ok"))], "https", certificates=[c["id"] for c in chosen])
        assert node.control.configure([load_balancer(address, [made])], [], chosen) == []
        return node.runtime("show info").split("Pid: ")[1].split()[0]

    def subject(name):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with socket.create_connection((address, port), 5) as plain:
            with context.wrap_socket(plain, server_hostname=f"{name}.example.com") as secure:
                return ssl.DER_cert_to_PEM_cert(secure.getpeercert(True)).strip()

    def own(number):
        return certificates[number]["pem"].split("-----BEGIN PRIVATE")[0].strip()

    worker = serve_with(0, 1)
    assert (subject("one"), subject("two"), subject("three")) == (own(0), own(1), own(0))
    assert serve_with(0, 1, 2) == worker
    assert (subject("one"), subject("two"), subject("three")) == (own(0), own(1), own(2))
    assert serve_with(0, 2) == worker
    assert (subject("one"), subject("two"), subject("three")) == (own(0), own(0), own(2))
    # One that was there before comes again; and the files say the same after a reload.
    assert serve_with(0, 2, 1) == worker
    assert serve_with(2, 1) != worker
    assert (subject("one"), subject("two"), subject("three")) == (own(2), own(1), own(2))


def test_certificates_come_and_go_under_load(node, pem):
    certificates = [{"id": name, "pem": pem(f"{name}.example.com")} for name in ("first", "second", "third")]
    address, (port,) = node.address(), ports(1)

    def serve_with(*numbers):
        chosen = [certificates[n] for n in numbers]
        made = listener(port, [rule(fixed(200, "ok"))], "https", certificates=[c["id"] for c in chosen])
        assert node.control.configure([load_balancer(address, [made])], [], chosen) == []
        return node.runtime("show info").split("Pid: ")[1].split()[0]

    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    own = ssl.PEM_cert_to_DER_cert(certificates[0]["pem"].split("-----BEGIN PRIVATE")[0].strip())
    over, counts, failures = threading.Event(), [], []

    def ask():
        count = 0
        while not over.is_set():
            try:
                with socket.create_connection((address, port), 5) as plain:
                    with context.wrap_socket(plain, server_hostname="first.example.com") as secure:
                        assert secure.getpeercert(True) == own
                        for _ in range(3):
                            secure.sendall(b"GET / HTTP/1.1\r\nHost: first.example.com\r\n\r\n")
                            assert secure.recv(4096).startswith(b"HTTP/1.1 200 ")
                        count += 1
            except (OSError, AssertionError) as failure:
                failures.append(failure)
        counts.append(count)

    worker = serve_with(0, 1)
    clients = [threading.Thread(target=ask) for _ in range(4)]
    for client in clients:
        client.start()
    try:
        for chosen in [(0, 1, 2), (0, 2), (0,), (0, 1)] * 5:
            assert serve_with(*chosen) == worker
    finally:
        over.set()
        for client in clients:
            client.join(10)
    assert failures == [] and min(counts) > 0


def test_client_certificates_are_passed_through(node, blue, pem, tmp_path):
    address, port, _ = serve(
        node, [blue.entry()], transport="https", certificates=[{"id": "c", "pem": pem("a.example.com")}],
        listener_attributes={"certificates": ["c"], "mutualAuthentication": {"passthrough": {}}})
    # Signed by nobody that anybody knows.
    own = pem("client.example.com")
    (tmp_path / "client.pem").write_text(own)
    url = f"https://{address}:{port}/"
    told = dict(json.loads(curl("-k", "--http1.1", "--cert", tmp_path / "client.pem", url)[2])["headers"])
    sent = urllib.parse.unquote(told["x-amzn-mtls-clientcert"])
    assert ssl.PEM_cert_to_DER_cert(sent) == ssl.PEM_cert_to_DER_cert(own.split("-----BEGIN PRIVATE")[0])
    # A client has none: there is no header, and one that it makes up is not believed.
    told = dict(json.loads(curl("-k", "--http1.1", "-H", "X-Amzn-Mtls-Clientcert: mine", url)[2])["headers"])
    assert "x-amzn-mtls-clientcert" not in told


def test_targets_with_tls(node, blue, pem, tmp_path):
    (tmp_path / "target.pem").write_text(pem("target.example.com"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "target.pem")
    blue.server.socket = context.wrap_socket(blue.server.socket, server_side=True)
    address, port, _ = serve(node, [blue.entry()], transport="http", check={"transport": "https"})
    # A group of HTTP whose check alone is HTTPS; then one that is HTTPS altogether.
    identifier = "secure/1"
    configuration = node.control.configuration
    configuration["loadBalancers"][0]["listeners"][0]["rules"] = [rule(forward(identifier))]
    made = group(identifier, "https", check={"transport": "https"})
    node.control.targets = {identifier: [blue.entry()]}
    assert node.control.configure(configuration["loadBalancers"], [made]) == []
    node.control.set_targets(identifier, [blue.entry()])
    node.control.wait_for_health(identifier, "healthy")
    eventually(lambda: node.ready_servers(identifier) == 1, 5)
    assert json.loads(curl(f"http://{address}:{port}/")[2])["target"] == "blue"


@pytest.mark.parametrize("secure", [False, True])
@pytest.mark.parametrize("version", ["http2", "grpc"])
def test_targets_with_http2_and_grpc(node, pem, tmp_path, version, secure):
    (inner,) = ports(1)
    (tmp_path / "web.pem").write_text(pem("target.example.com"))
    tls = f"ssl_certificate {tmp_path}/web.pem; ssl_certificate_key {tmp_path}/web.pem;" if secure else ""
    (tmp_path / "web.conf").write_text(f"""
        pid {tmp_path}/web.pid; error_log {tmp_path}/web.log; worker_processes 1; events {{ }}
        http {{ access_log off; server {{
            listen 127.0.0.1:{inner} {"ssl" if secure else ""} http2; {tls}
            location / {{ add_header grpc-status 12; return 200 "$server_protocol $request_method"; }} }} }}""")
    web = subprocess.Popen(["nginx", "-p", tmp_path, "-c", tmp_path / "web.conf", "-e", tmp_path / "web.log", "-g",
                            "daemon off;"])
    try:
        check = {"matcher": [{"first": 12, "last": 12}]} if version == "grpc" else {}
        address, port, _ = serve(
            node, [target("x", "127.0.0.1", inner)], transport="https", certificates=[{"id": "c", "pem": pem("a.b")}],
            listener_attributes={"certificates": ["c"]}, protocolVersion=version,
            check={**check, "transport": "https" if secure else "http"}, group_transport="https" if secure else "http")
        answer = subprocess.run(
            ["curl", "-sk", "--http2", "-X", "POST", "-w", " %{http_code}", f"https://{address}:{port}/s.S/M"],
            capture_output=True, text=True).stdout
        assert answer == "HTTP/2.0 POST 200"
        old = ["curl", "-sk", "--http1.1", "-o", "/dev/null", "-w", "%{http_code}", f"https://{address}:{port}/"]
        assert subprocess.run(old, capture_output=True, text=True).stdout == "464"
    finally:
        web.terminate()
        web.wait(10)


def test_names_on_loopback_addresses(node, blue, pem):
    http, https = ports(2)
    one = load_balancer(node.address(), [listener(http, [rule(fixed(200, "one"))], name="a")], name="one")
    secure = listener(https, [rule(fixed(200, "secure"))], "https", "b", certificates=["c"])
    two = load_balancer(node.address(), [listener(http, [rule(fixed(200, "two"))], name="c"), secure], name="two")
    three = load_balancer(
        node.address(), [listener(https, [rule(fixed(200, "three"))], "https", "d", certificates=["c"])], name="three")
    assert node.control.configure([one, two, three], [], [{"id": "c", "pem": pem("x.example.com")}]) == []
    assert curl(f"http://one-1.elb.localhost:{http}/")[2] == "one"
    assert curl(f"http://TWO-1.elb.localhost:{http}/")[2] == "two"
    assert curl(f"http://127.0.0.1:{http}/", "-H", "Host: two-1.elb.localhost")[2] == "two"
    assert curl(f"http://127.0.0.1:{http}/", "-H", "Host: other.example.com")[0] == 503
    assert curl("-k", "--http1.1", f"https://two-1.elb.localhost:{https}/")[2] == "secure"
    assert curl("-k", "--http1.1", f"https://three-1.elb.localhost:{https}/")[2] == "three"
    # One alone gets whatever name it is asked by; and what it tells targets is the client's address.
    address, port, _ = serve(node, [blue.entry()])
    told = dict(json.loads(curl(f"http://localhost:{port}/")[2])["headers"])
    assert told["x-forwarded-for"] in ("127.0.0.1", "::1") and told["x-forwarded-port"] == str(port)


# Measurements


def test_traffic_and_access_logs(node, blue):
    address, port, name = serve(node, [blue.entry()], attributes={"accessLog": {"bucket": "logs", "prefix": "web"}})
    # What the load balancer still holds of the tests before is reported no later than this request.
    curl(f"http://{address}:{port}/")
    eventually(lambda: any(m.get("targetGroup") == name for t in node.control.messages("traffic")
                           for m in t["measurements"] if m["metric"] == "RequestCount"), 5)
    mark = len(node.control.messages("traffic"))
    for index in range(20):
        curl(f"http://{address}:{port}/slow/0.02?i={index}", "-A", 'a "quoted" agent')
    curl(f"http://{address}:{port}/status/404")
    curl(f"http://{address}:{port}/close")

    def total(metric, target_group=None):
        return sum(m["sum"] for t in node.control.messages("traffic")[mark:] for m in t["measurements"]
                   if m["metric"] == metric and m.get("targetGroup") == target_group)

    eventually(lambda: total("RequestCount", name) == 22, 10, message=lambda: total("RequestCount", name))
    assert total("RequestCount") == 22
    assert total("HTTPCode_Target_2XX_Count", name) == 20 and total("HTTPCode_Target_4XX_Count") == 1
    assert total("HTTPCode_ELB_502_Count") == 1 and total("HTTPCode_ELB_5XX_Count") == 1
    times = [m for t in node.control.messages("traffic")[mark:] for m in t["measurements"]
             if m["metric"] == "TargetResponseTime" and m.get("targetGroup") == name]
    assert sum(sum(m["counts"]) for m in times) == sum(m["count"] for m in times) == 21
    assert any(0.018 < value < 0.2 for m in times for value in m["values"])
    hosts = [m for m in node.control.messages("traffic")[-1]["measurements"] if m["metric"] == "HealthyHostCount"]
    assert hosts[0]["sum"] == 1
    (log,) = (node.directory / "balancers" / "lb" / "access-logs" / "logs" / "web").iterdir()
    lines = eventually(lambda: (found := log.read_text().splitlines()[1:]) and len(found) == 22 and found, 5)
    fields = lines[0].split(" ")
    assert fields[0] == "http" and fields[2] == "app/web/50dc6c495c0c9188" and fields[4] == f"127.0.0.1:{blue.port}"
    assert fields[8:10] == ["200", "200"] and float(fields[6]) >= 0.02
    assert fields[12] == '"GET' and fields[13] == f"http://{address}:{port}/slow/0.02?i=0"
    assert '"a \\x22quoted\\x22 agent"' in lines[0] and '"forward"' in lines[0] and "Root=1-" in lines[0]
    assert lines[21].split(" ")[8:10] == ["502", "-"] and "TargetConnectionError" in lines[21]
    # The group's ARN where the server says it; here it says none.
    assert name in fields
    # A client that does not wait for the answer.
    with socket.create_connection((address, port), 5) as client:
        client.sendall(b"GET /slow/3 HTTP/1.1\r\nHost: a\r\n\r\n")
        eventually(lambda: "/slow/3" in blue.requests, 5)
    eventually(lambda: total("HTTPCode_ELB_4XX_Count") == 1, 5, message=lambda: log.read_text().splitlines()[22:])
    lines = eventually(lambda: (found := log.read_text().splitlines()[1:]) and len(found) == 23 and found, 5)
    assert lines[22].split(" ")[8:10] == ["460", "-"]


def test_requests_are_counted_without_a_log_and_while_the_node_is_away(node, blue):
    address, port, name = serve(node, [blue.entry()])
    mark = len(node.control.messages("traffic"))
    node.process.kill()
    for _ in range(25):
        assert curl(f"http://{address}:{port}/")[0] == 200
    node.start()

    def total():
        return sum(m["sum"] for t in node.control.messages("traffic")[mark:] for m in t["measurements"]
                   if m["metric"] == "HTTPCode_Target_2XX_Count" and m.get("targetGroup") == name)

    eventually(lambda: total() == 25, 10, message=total)


def test_connections_to_a_target_that_came_while_haproxy_ran_are_kept(node, blue):
    address, port, name = serve(node, [])
    worker = node.runtime("show info").split("Pid: ")[1].split()[0]
    node.control.set_targets(name, [blue.entry()])
    eventually(lambda: node.ready_servers(name) == 1, 10)
    # One client's connection.
    assert curl(*[f"http://{address}:{port}/"] * 10)[0] == 200
    assert node.runtime("show info").split("Pid: ")[1].split()[0] == worker
    rows = csv.DictReader(node.runtime("show stat").removeprefix("# ").strip().splitlines())
    (row,) = [row for row in rows if row["pxname"] == f"tg-{name.replace('/', '.')}" and row["svname"][0] == "t"]
    assert (int(row["connect"]), int(row["reuse"])) == (1, 9)


def test_least_outstanding_requests(node, blue):
    green = Target("green")
    address, port, _ = serve(node, [blue.entry(), green.entry()], algorithm="least_outstanding_requests")
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        slow = [pool.submit(curl, f"http://{address}:{port}/slow/2") for _ in range(4)]
        eventually(lambda: len(blue.requests) + len(green.requests) == 4)
        assert (len(blue.requests), len(green.requests)) == (2, 2)
        assert all(future.result()[0] == 200 for future in slow)
    green.close()


def test_a_new_target_starts_slowly(node, blue):
    green = Target("green")
    address, port, name = serve(node, [blue.entry()], slowStartSeconds=30)
    node.control.set_targets(name, [blue.entry(), green.entry()])
    node.control.wait_for_health(name, "healthy", 2)
    eventually(lambda: node.ready_servers(name) == 2, 5)
    for _ in range(40):
        curl(f"http://{address}:{port}/")
    assert len(green.requests) < 15 < len(blue.requests)
    green.close()
