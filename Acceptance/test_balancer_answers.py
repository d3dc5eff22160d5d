"""What clients of a load balancer node see when something is not as it should be, and targets' health."""

import json
import select
import socket
import time

import pytest

from support.balancer import ControlPlane, Node, Target
from support.balancer_shapes import (curl, fixed, header, listener, load_balancer, needs_haproxy, ports, raw, rule, serve,
                                     target)
from support.poll import eventually

pytestmark = needs_haproxy


# Answers of the load balancer's own


def is_own(answer, status, title):
    code, headers, body = answer
    assert code == status
    assert header(headers, "server") == "awselb/2.0" and header(headers, "content-type") == "text/html"
    assert f"<title>{title}</title>" in body
    return True


def test_503_without_targets(node):
    address, port, _ = serve(node, [])
    assert is_own(curl(f"http://{address}:{port}"), 503, "503 Service Temporarily Unavailable")


def test_502_when_nobody_listens_or_the_answer_is_none(node, blue):
    (closed,) = ports(1)
    address, port, _ = serve(node, [target("x", "127.0.0.1", closed)], wait=False)
    assert is_own(curl(f"http://{address}:{port}"), 502, "502 Bad Gateway")
    address, port, _ = serve(node, [blue.entry()])
    assert is_own(curl(f"http://{address}:{port}/close"), 502, "502 Bad Gateway")
    # What the target itself says stays as it is.
    status, headers, body = curl(f"http://{address}:{port}/status/503")
    assert status == 503 and json.loads(body)["target"] == "blue"


def test_504_when_the_target_takes_too_long(node, blue):
    address, port, _ = serve(node, [blue.entry()], attributes={"idleTimeoutSeconds": 1})
    began = time.monotonic()
    assert is_own(curl(f"http://{address}:{port}/slow/5"), 504, "504 Gateway Time-out")
    assert 0.9 < time.monotonic() - began < 3


@pytest.mark.parametrize("trace", [None, "Root=1-00000001-abcdef012345678912345678", "Parent=53995c3f42cd8ad8"])
def test_504_when_the_target_cannot_be_connected_to(node, trace):
    # Full: the kernel answers no further connection.
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        address, port, _ = serve(node, [target("x", *full.getsockname())], wait=False)
        began = time.monotonic()
        headers = ["-H", f"X-Amzn-Trace-Id: {trace}"] if trace else []
        answer = curl(*headers, f"http://{address}:{port}", timeout=30)
        assert is_own(answer, 504, "504 Gateway Time-out")
        assert 9 < time.monotonic() - began < 14
        for one in waiting:
            one.close()


@pytest.mark.parametrize("request_bytes, status", [
    (b"GET / HTTP/1.1\r\n\r\n", 400),
    (b"GARBAGE\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nHost: a\r\nBad Header: x\r\n\r\n", 400),
    (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
    (b"TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", 405),
    (b"GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: " + b"1.1.1.1, " * 31 + b"1.1.1.1\r\n\r\n", 463),
    (b"GET / HTTP/1.1\r\nHost: a\r\nX-Large: " + b"x" * 90_000 + b"\r\n\r\n", 400),
])
def test_requests_that_no_target_sees(node, blue, request_bytes, status):
    address, port, _ = serve(node, [blue.entry()])
    answer = raw(address, port, request_bytes)
    # HAProxy answers in its own words what it cannot even parse.
    assert answer.split()[1] == str(status)
    assert blue.requests == []


def test_two_ways_of_length_are_one_request(node, blue):
    address, port, _ = serve(node, [blue.entry()])
    smuggled = (b"POST /first HTTP/1.1\r\nHost: a\r\nContent-Length: 41\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
                b"GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n")
    raw_answer = b""
    with socket.create_connection((address, port), 5) as connection:
        connection.sendall(smuggled)
        connection.settimeout(1)
        try:
            while part := connection.recv(65536):
                raw_answer += part
        except TimeoutError:
            pass
    assert "/smuggled" not in blue.requests


def test_408_when_the_client_says_nothing_more(node, blue):
    address, port, _ = serve(node, [blue.entry()], attributes={"idleTimeoutSeconds": 1})
    assert raw(address, port, b"GET / HTTP/1.1\r\nHo").startswith("HTTP/1.1 408 ")


def test_464_when_protocols_do_not_fit(node):
    address, port, _ = serve(node, [target("x", "127.0.0.1", 9)], wait=False, protocolVersion="grpc")
    assert curl(f"http://{address}:{port}")[0] == 464


# Health


def test_reasons_of_health(node, blue):
    blue.healthy = False
    (closed,) = ports(1)
    entries = [blue.entry(), target("closed", "127.0.0.1", closed)]
    _, _, name = serve(node, entries, wait=False)
    node.control.wait_for_health(name, "unhealthy", 2)
    states = node.control.health(name)
    assert states["blue", blue.port]["reason"] == "Target.ResponseCodeMismatch"
    assert states["blue", blue.port]["description"] == "Health checks failed with these codes: [500]"
    assert states["closed", closed]["reason"] == "Target.FailedHealthChecks"
    first = [c for m in node.control.messages("health") for c in m["changes"] if c["targetGroup"] == name][0]
    assert (first["state"], first["reason"]) == ("initial", "Elb.RegistrationInProgress")


def test_a_target_that_does_not_answer_times_out(node):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        _, _, name = serve(node, [target("silent", *silent.getsockname())], wait=False, check={"timeoutSeconds": 1})
        node.control.wait_for_health(name, "unhealthy")
        change = node.control.health(name)["silent", silent.getsockname()[1]]
        assert (change["reason"], change["description"]) == ("Target.Timeout", "Request timed out")


def test_requests_go_to_healthy_targets_and_to_all_when_there_is_none(node, blue):
    green = Target("green")
    address, port, name = serve(node, [blue.entry(), green.entry()])

    def seen():
        return {json.loads(curl(f"http://{address}:{port}")[2])["target"] for _ in range(10)}

    assert seen() == {"blue", "green"}
    green.healthy = False
    eventually(lambda: node.ready_servers(name) == 1, 10)
    assert seen() == {"blue"}
    blue.healthy = False
    eventually(lambda: node.ready_servers(name) == 2, 10)
    assert seen() == {"blue", "green"}
    green.healthy = True
    eventually(lambda: node.ready_servers(name) == 1, 10)
    assert seen() == {"green"}
    green.close()


# What cannot be


def test_a_port_that_is_taken_is_told_and_free_later(node):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        address = node.address()
        made = load_balancer(address, [listener(port, [rule(fixed(200, "hi"))])])
        (problem,) = node.control.configure([made], [])
        assert f"127.0.0.1:{port}" in problem["text"] and problem["listener"] == made["listeners"][0]["id"]
        assert curl(f"http://{address}:{port}/")[2] == "hi"
    eventually(lambda: node.control.messages("applied")[-1]["problems"] == [], 30)
    assert curl(f"http://127.0.0.1:{port}/")[2] == "hi"


def test_a_rule_that_haproxy_does_not_take_is_left_out(node):
    (port,) = ports(1)
    address = node.address()
    bad = rule(fixed(200, "bad"), {"paths": {"values": [{"regex": {"text": "("}}]}}, priority=1)
    made = load_balancer(address, [listener(port, [bad, rule(fixed(200, "good"))])])
    (problem,) = node.control.configure([made], [])
    assert "rule/1" in problem["text"] and "regex" in problem["text"]
    assert curl(f"http://{address}:{port}/")[2] == "good"


@pytest.mark.parametrize("env, most", [({}, 24), ({"ROOST_HEADER_KIB": "64"}, 64)])
def test_headers_have_room(tmp_path, blue, env, most):
    made = Node(tmp_path, ControlPlane(), env=env).start()
    try:
        address, port, _ = serve(made, [blue.entry()])

        def ask(kib):
            # No header has more than AWS takes; the target, http.server, takes a hundred.
            headers = [f"x-{i}: {'v' * 7_900}" for i in range(kib // 8)]
            return curl(*sum((["-H", line] for line in headers), []), f"http://{address}:{port}/")

        status, _, body = ask(most)
        assert status == 200
        assert sum(len(value) for name, value in json.loads(body)["headers"] if name.startswith("x-")) > most * 980
        assert ask(most + 16)[0] == 400
    finally:
        made.close()


def test_connections_beyond_the_most_are_refused_and_counted(tmp_path, blue):
    control = ControlPlane()
    small = Node(tmp_path, control, prefix=["prlimit", "--nofile=800:800"]).start()
    clients = []
    try:
        address, port, _ = serve(small, [blue.entry()])

        def refused():
            return sum(m["sum"] for t in control.messages("traffic") for m in t["measurements"]
                       if m["metric"] == "RejectedConnectionCount")

        # HAProxy could have one for each two files.
        clients = [socket.create_connection((address, port), 5) for _ in range(380)]
        eventually(lambda: refused() > 0, 10)
        ended = select.select(clients, [], [], 1)[0]
        assert 0 < len(ended) < 50 and all(is_over(client) for client in ended)
        eventually(lambda: refused() == len(ended), 5, message=refused)
        # Those that are there are served.
        clients[0].sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert clients[0].recv(4096).startswith(b"HTTP/1.1 200 ")
        for client in clients:
            client.close()
        eventually(lambda: int(small.runtime("show info").split("CurrConns: ")[1].split()[0]) < 9, 5)
        assert curl(f"http://{address}:{port}")[0] == 200
    finally:
        for client in clients:
            client.close()
        small.close()
        control.close()


def is_over(client):
    try:
        return client.recv(1) == b""
    except ConnectionResetError:
        return True
