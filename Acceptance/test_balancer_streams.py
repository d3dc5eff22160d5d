"""Long and slow requests through a load balancer node: uploads, downloads, events, gRPC."""

import concurrent.futures
import hashlib
import http.client
import http.server
import socket
import threading
import time

import grpc
import pytest

from support.balancer_shapes import curl, needs_haproxy, serve, target

pytestmark = needs_haproxy

HUNDRED_MB = 100 * 1_000_000
PIECE = bytes(range(256)) * 256


def hundred_megabytes():
    for start in range(0, HUNDRED_MB, len(PIECE)):
        yield PIECE[: HUNDRED_MB - start]


def digest():
    made = hashlib.sha256()
    for piece in hundred_megabytes():
        made.update(piece)
    return made.hexdigest()


class Streams:
    """A target that reads and writes bit by bit."""

    def __init__(self):
        streams = self
        self.events, self.ended = threading.Semaphore(0), threading.Event()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def pieces(self):
                if self.headers.get("Transfer-Encoding") == "chunked":
                    while size := int(self.rfile.readline(), 16):
                        yield self.rfile.read(size)
                        self.rfile.readline()
                    self.rfile.readline()
                else:
                    left = int(self.headers.get("Content-Length") or 0)
                    while left:
                        piece = self.rfile.read(min(left, 65536))
                        left -= len(piece)
                        yield piece

            def do_POST(self):
                made, count = hashlib.sha256(), 0
                for piece in self.pieces():
                    made.update(piece)
                    count += len(piece)
                self.reply(f"{count} {made.hexdigest()}".encode())

            def do_GET(self):
                if self.path == "/events":
                    return self.send_events()
                if self.path != "/large":
                    return self.reply(b"ok")
                self.send_response(200)
                self.send_header("Content-Length", str(HUNDRED_MB))
                self.end_headers()
                for piece in hundred_megabytes():
                    self.wfile.write(piece)

            def send_events(self):
                """An event each time the test says so, until the client is gone."""
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.send_header("Connection", "close")
                self.end_headers()
                try:
                    for number in range(1_000_000):
                        if not streams.events.acquire(timeout=0.1):
                            self.connection.settimeout(0.001)
                            if self.gone():
                                break
                            continue
                        self.wfile.write(b"id: %d\ndata: now\n\n" % number)
                        self.wfile.flush()
                except OSError:
                    pass
                self.close_connection = True
                streams.ended.set()

            def gone(self):
                try:
                    return self.connection.recv(1, socket.MSG_PEEK) == b""
                except TimeoutError:
                    return False

            def reply(self, body):
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.handle_error = lambda *arguments: None
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def entry(self):
        return target("streams", *self.server.server_address)

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def streams():
    made = Streams()
    yield made
    made.close()


@pytest.mark.parametrize("way", ["length", "chunked", "http2"])
def test_an_upload_of_100_megabytes(node, streams, pem, tmp_path, way):
    expected = f"{HUNDRED_MB} {digest()}"
    if way == "http2":
        address, port, _ = serve(node, [streams.entry()], transport="https", certificates=[{"id": "c", "pem": pem("a")}],
                                 listener_attributes={"certificates": ["c"]})
        file = tmp_path / "large"
        file.write_bytes(b"".join(hundred_megabytes()))
        status, _, body = curl("-k", "--http2", "-H", "Expect:", "--data-binary", f"@{file}",
                               f"https://{address}:{port}/", timeout=60)
        assert (status, body) == (200, expected)
        return
    address, port, _ = serve(node, [streams.entry()])
    client = http.client.HTTPConnection(address, port, timeout=60)
    headers = {"Content-Length": str(HUNDRED_MB)} if way == "length" else {}
    client.request("POST", "/", body=hundred_megabytes(), headers=headers, encode_chunked=way == "chunked")
    answer = client.getresponse()
    assert (answer.status, answer.read().decode()) == (200, expected)
    client.close()


def test_a_client_that_reads_slowly_holds_up_nobody(node, streams):
    address, port, _ = serve(node, [streams.entry()])
    with socket.create_connection((address, port), 30) as slow:
        slow.sendall(b"GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        head = b""
        while b"\r\n\r\n" not in head:
            head += slow.recv(1)
        made, count = hashlib.sha256(), 0
        for _ in range(20):
            piece = slow.recv(4096)
            made.update(piece)
            count += len(piece)
            began = time.monotonic()
            assert curl(f"http://{address}:{port}/")[0] == 200
            assert time.monotonic() - began < 1
            time.sleep(0.05)
        while piece := slow.recv(1 << 20):
            made.update(piece)
            count += len(piece)
    assert (count, made.hexdigest()) == (HUNDRED_MB, digest())


def test_a_client_that_sends_slowly_is_waited_for(node, streams):
    address, port, _ = serve(node, [streams.entry()], attributes={"idleTimeoutSeconds": 2})
    with socket.create_connection((address, port), 10) as slow:
        slow.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\nConnection: close\r\n\r\n")
        # Longer than the idle timeout altogether; never so long without a byte.
        for number in range(10):
            time.sleep(0.4)
            slow.sendall(b"%d" % number)
        answer = b""
        while part := slow.recv(65536):
            answer += part
    assert answer.endswith(b"10 " + hashlib.sha256(b"0123456789").hexdigest().encode())


def test_events_come_as_they_are_sent_and_end_with_the_client(node, streams):
    address, port, _ = serve(node, [streams.entry()])
    client = http.client.HTTPConnection(address, port, timeout=10)
    client.request("GET", "/events", headers={"Accept": "text/event-stream"})
    answer = client.getresponse()
    assert answer.headers["Content-Type"] == "text/event-stream"
    for _ in range(5):
        streams.events.release()
        began = time.monotonic()
        assert [answer.readline() for _ in range(3)][1:] == [b"data: now\n", b"\n"]
        assert time.monotonic() - began < 0.5
    assert not streams.ended.is_set()
    answer.close()
    client.close()
    assert streams.ended.wait(5)


# gRPC


class Greeter(grpc.GenericRpcHandler):
    """Methods of all kinds, whose messages are bytes."""

    def service(self, details):
        def one(request, context):
            metadata = dict(context.invocation_metadata())
            if request == b"fail":
                context.abort(grpc.StatusCode.FAILED_PRECONDITION, "not now: é")
            context.set_trailing_metadata((("asked-by", metadata["x-forwarded-for"]),))
            return b"hello " + request

        def many(request, context):
            for number in range(int(request)):
                yield b"%d" % number

        def chat(requests, context):
            for request in requests:
                yield request.upper()

        def slow(request, context):
            time.sleep(5)
            return b"late"

        kinds = {"/g.Greeter/One": grpc.unary_unary_rpc_method_handler(one),
                 "/g.Greeter/Many": grpc.unary_stream_rpc_method_handler(many),
                 "/g.Greeter/Chat": grpc.stream_stream_rpc_method_handler(chat),
                 "/g.Greeter/Slow": grpc.unary_unary_rpc_method_handler(slow)}
        return kinds.get(details.method)


@pytest.fixture
def greeter():
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(8), handlers=[Greeter()])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield target("greeter", "127.0.0.1", port)
    server.stop(None).wait(5)


def test_grpc(node, greeter, pem):
    certificate = pem("grpc.example.com")
    # The check asks for a method that is not there, as Application Load Balancers do: 12 is UNIMPLEMENTED.
    address, port, _ = serve(
        node, [greeter], transport="https", certificates=[{"id": "c", "pem": certificate}],
        listener_attributes={"certificates": ["c"]}, protocolVersion="grpc",
        check={"path": "/AWS.ALB/healthcheck", "matcher": [{"first": 12, "last": 12}]})
    root = certificate[: certificate.index("-----BEGIN PRIVATE")].encode()
    options = [("grpc.ssl_target_name_override", "grpc.example.com"), ("grpc.enable_http_proxy", 0)]
    with grpc.secure_channel(f"{address}:{port}", grpc.ssl_channel_credentials(root), options) as channel:
        answer, call = channel.unary_unary("/g.Greeter/One").with_call(b"you", timeout=10)
        assert answer == b"hello you"
        assert dict(call.trailing_metadata())["asked-by"] == address

        with pytest.raises(grpc.RpcError) as refusal:
            channel.unary_unary("/g.Greeter/One")(b"fail", timeout=10)
        assert (refusal.value.code(), refusal.value.details()) == (grpc.StatusCode.FAILED_PRECONDITION, "not now: é")

        assert list(channel.unary_stream("/g.Greeter/Many")(b"500", timeout=10)) == [b"%d" % n for n in range(500)]

        # Each answer comes before the next question.
        said, asked = [b"a", b"b", b"c"], threading.Semaphore(1)

        def questions():
            for word in said:
                assert asked.acquire(timeout=10)
                yield word

        heard = []
        for word in channel.stream_stream("/g.Greeter/Chat")(questions(), timeout=20):
            heard.append(word)
            asked.release()
        assert heard == [b"A", b"B", b"C"]

        with pytest.raises(grpc.RpcError) as late:
            channel.unary_unary("/g.Greeter/Slow")(b"", timeout=0.5)
        assert late.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED
        with pytest.raises(grpc.RpcError) as unknown:
            channel.unary_unary("/g.Greeter/None")(b"", timeout=10)
        assert unknown.value.code() == grpc.StatusCode.UNIMPLEMENTED

        # Many at once on one connection.
        calls = [channel.unary_unary("/g.Greeter/One").future(b"%d" % n, timeout=20) for n in range(200)]
        assert [call.result() for call in calls] == [b"hello %d" % n for n in range(200)]
