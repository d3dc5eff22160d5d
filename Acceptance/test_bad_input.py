"""What comes in wrong: broken bodies, broken HTTP, slow and half-closed peers. A clear answer, and nobody else suffers."""

import json
import random
import socket
import threading

import pytest

from support.poll import eventually
from support.raw import TARGET, call, send, signed

JSON_SHAPED = ("SerializationException", "InvalidParameterException", "ClientException", "ValidationException")


@pytest.fixture(autouse=True)
def others_are_unaffected(region):
    yield
    assert region.healthy() and region.process.running
    assert region.ecs.list_clusters()["clusterArns"]


@pytest.mark.parametrize("body", [
    b"", b"{", b"[]", b"null", b'"text"', b"{]}", b'{"clusters":', b'{"clusters":[}', b"{'a':1}", b'{"a":1,}', b"\xff\xfe{}",
    b'{"clusters": ["\\ud800"]}', b'{"clusters": ["\xc3"]}', b'{"clusters": [01]}', b"{}{}", b'{"a" 1}', b"\x00" * 100,
    b'{"clusters": ["a\nb"]}',
], ids=lambda b: repr(b)[:24])
def test_malformed_json(region, body):
    answer = call(region, "DescribeClusters", body)
    if body == b"" and answer.status == 200:
        return  # no body reads as no members
    assert 400 <= answer.status < 500, answer.body
    assert answer.code in JSON_SHAPED and answer.message


@pytest.mark.parametrize("members", [
    {"clusters": "x"}, {"clusters": [1]}, {"clusters": {"a": 1}}, {"include": ["EVERYTHING"]}, {"clusters": [["x"]]},
    {"include": True},
], ids=json.dumps)
def test_wrong_types(region, members):
    answer = call(region, "DescribeClusters", members)
    assert 400 <= answer.status < 500 and answer.code in JSON_SHAPED


@pytest.mark.parametrize("operation,members", [
    ("RunTask", {"taskDefinition": 5}), ("RunTask", {"taskDefinition": "x", "count": "two"}),
    ("RunTask", {"taskDefinition": "x", "count": 1.5}), ("RunTask", {"taskDefinition": "x", "count": 1e30}),
    ("RunTask", {"taskDefinition": "x", "count": 99999999999999999999}),
    ("RunTask", {}), ("CreateService", {}), ("StopTask", {}), ("TagResource", {"resourceArn": "x"}),
    ("RegisterTaskDefinition", {"family": "f", "containerDefinitions": [None]}),
    ("RegisterTaskDefinition", {"family": "f", "containerDefinitions": [{"name": "a", "environment": {"A": "b"}}]}),
    ("DeleteTaskDefinitions", {"taskDefinitions": []}), ("CreateCluster", {"clusterName": ["a"]}),
])
def test_wrong_members(region, operation, members):
    answer = call(region, operation, members)
    assert 400 <= answer.status < 500, answer.body
    assert answer.code in JSON_SHAPED and answer.message


def test_null_members_are_absent(region):
    assert call(region, "ListClusters", {"maxResults": None, "nextToken": None}).status == 200


def test_unknown_members_are_ignored(region):
    assert call(region, "ListClusters", {"somethingNew": {"a": [1, 2]}}).status == 200


@pytest.mark.parametrize("shape", ["array", "object", "string"])
def test_deep_nesting(region, shape):
    depth = 50_000
    body = {"array": b'{"clusters":' + b"[" * depth + b"]" * depth + b"}",
            "object": b'{"a":' * depth + b"1" + b"}" * depth,
            "string": b'{"clusters":["' + b"\\\\" * depth + b'"]}'}[shape]
    answer = call(region, "DescribeClusters", body)
    assert answer.status < 500
    assert shape == "string" or answer.status >= 400


def test_unknown_operation(region):
    answer = call(region, "MakeCoffee", {})
    assert (answer.status, answer.code) == (400, "UnknownOperationException")


def test_unknown_target_prefix(region):
    answer = call(region, "x", {}, target="Nonsense_20990101.ListThings")
    assert 400 <= answer.status < 500 and answer.code == "UnknownOperationException"


def test_bodies_over_the_limit(region):
    size = 64 << 20
    with socket.create_connection(("127.0.0.1", region.port), timeout=30) as peer:
        head = f"POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: {TARGET}.ListClusters\r\n" \
               f"Content-Type: application/x-amz-json-1.1\r\nContent-Length: {size}\r\n\r\n"
        peer.sendall(head.encode())
        try:
            for _ in range(size // 65536):
                peer.sendall(b" " * 65536)
        except OSError:
            pass  # the server may close as soon as it has refused
        try:
            answer = peer.recv(65536)
        except OSError:
            answer = b""
    assert not answer or answer.startswith(b"HTTP/1.1 4"), answer[:200]
    assert region.process.resident_kib() < 512 * 1024


def test_a_large_but_legal_body(region):
    body = json.dumps({"clusters": ["default"], "ignored": "x" * 500_000}).encode()
    assert call(region, "DescribeClusters", body).status == 200


@pytest.mark.parametrize("piece", [
    b"\x00\x01\x02\x03" * 100, b"GARBAGE\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
    b"POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 9\r\n\r\nhello", b"GET " + b"/" * 200_000 + b" HTTP/1.1\r\n\r\n",
    b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nZZZ\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"GET / HTTP/1.1\r\n" + b"".join(b"X-%d: y\r\n" % i for i in range(5000)) + b"\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
], ids=lambda p: repr(p)[:20])
def test_garbage_on_the_socket(region, piece):
    with socket.create_connection(("127.0.0.1", region.port), timeout=10) as peer:
        try:
            peer.sendall(piece)
            peer.shutdown(socket.SHUT_WR)
            answer = peer.recv(65536)
        except OSError as error:  # The region may have hung up before all was sent.
            assert not isinstance(error, TimeoutError), "neither an answer nor an end"
            answer = b""
    assert not answer or answer.startswith(b"HTTP/1.1 4"), answer[:200]


def test_a_half_closed_peer_gets_its_answer(region):
    headers = {**signed(region, "ListClusters", b"{}"), "Content-Length": "2"}
    head = "".join(f"{k}: {v}\r\n" for k, v in headers.items() if k.lower() not in ("host", "content-length"))
    request = f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{region.port}\r\nContent-Length: 2\r\n{head}\r\n{{}}".encode()
    with socket.create_connection(("127.0.0.1", region.port), timeout=10) as peer:
        peer.sendall(request)
        peer.shutdown(socket.SHUT_WR)
        answer = b""
        while piece := peer.recv(65536):
            answer += piece
    assert answer.startswith(b"HTTP/1.1 200")


def test_connections_that_say_nothing_do_no_harm(region):
    peers = [socket.create_connection(("127.0.0.1", region.port), timeout=5) for _ in range(200)]
    try:
        for peer in peers[::2]:
            peer.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Le")
        assert region.ecs.list_clusters()["clusterArns"]
    finally:
        for peer in peers:
            peer.close()
    sockets = lambda: len(list((__import__("pathlib").Path(f"/proc/{region.process.process.pid}/fd")).iterdir()))  # noqa: E731
    eventually(lambda: sockets() < 150, 10, message="closed peers are forgotten")


def test_peers_that_hang_up_in_the_middle(region):
    """Clients that vanish before, during and after their request, many at once."""
    def rude(number):
        headers = signed(region, "DescribeClusters", b"{}")
        head = "".join(f"{k}: {v}\r\n" for k, v in headers.items() if k.lower() != "host")
        request = f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{region.port}\r\nContent-Length: 2\r\n{head}\r\n{{}}".encode()
        with socket.create_connection(("127.0.0.1", region.port), timeout=5) as peer:
            peer.sendall(request[: random.Random(number).randrange(len(request) + 1)])

    threads = [threading.Thread(target=rude, args=(n,)) for n in range(60)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_pipelined_requests_are_answered_in_order(region):
    headers = signed(region, "ListClusters", b"{}")
    head = "".join(f"{k}: {v}\r\n" for k, v in headers.items() if k.lower() != "host")
    one = f"POST / HTTP/1.1\r\nHost: 127.0.0.1:{region.port}\r\nContent-Length: 2\r\n{head}\r\n{{}}".encode()
    with socket.create_connection(("127.0.0.1", region.port), timeout=10) as peer:
        peer.sendall(one * 5)
        peer.shutdown(socket.SHUT_WR)
        answer = b""
        while piece := peer.recv(65536):
            answer += piece
    assert answer.count(b"HTTP/1.1 200") == 5


@pytest.mark.parametrize("method,path", [("GET", "/"), ("PUT", "/"), ("DELETE", "/x"), ("GET", "/_roost/nothing"),
                                         ("GET", "/agent/acs"), ("POST", "/agent/nothing"), ("GET", "/../../etc/passwd")])
def test_other_paths_and_methods(region, method, path):
    answer = send(region, {}, None, path=path, method=method)
    assert 400 <= answer.status < 500
