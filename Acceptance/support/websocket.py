"""Websockets: a client on a plain socket, and what scripted servers read."""

import base64
import os
import socket
import struct
import threading
import urllib.parse


class WebSocket:
    """As much of RFC 6455 as the tests need."""

    def __init__(self, url, timeout=20):
        parts = urllib.parse.urlsplit(url)
        assert parts.scheme == "ws", f"only plain websockets here, not {url}"
        self.socket = socket.create_connection((parts.hostname, parts.port or 80), timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        key = base64.b64encode(os.urandom(16)).decode()
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        self.socket.sendall((f"GET {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: Upgrade\r\nUpgrade: websocket"
                             f"\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n").encode())
        self.rest = b""
        while b"\r\n\r\n" not in self.rest:
            more = self.socket.recv(4096)
            if not more:
                break
            self.rest += more
        head, _, self.rest = self.rest.partition(b"\r\n\r\n")
        self.status = int(head.split(b" ")[1]) if head else 0
        if self.status != 101:
            self.socket.close()
            raise ConnectionRefusedError(f"{self.status}: {self.rest.decode(errors='replace')}")
        self.socket.settimeout(None)
        self.lock = threading.Lock()
        self.close_code = None

    def send(self, opcode, data):
        mask = os.urandom(4)
        size = len(data)
        head = bytes([0x80 | opcode])
        if size < 126:
            head += bytes([0x80 | size])
        elif size < 65536:
            head += bytes([0x80 | 126]) + struct.pack(">H", size)
        else:
            head += bytes([0x80 | 127]) + struct.pack(">Q", size)
        keys = int.from_bytes((mask * (size // 4 + 1))[:size], "big")
        masked = (int.from_bytes(data, "big") ^ keys).to_bytes(size, "big") if size else b""
        with self.lock:
            self.socket.sendall(head + mask + masked)

    def _take(self, count):
        while len(self.rest) < count:
            more = self.socket.recv(65536)
            if not more:
                raise ConnectionResetError("the server hung up")
            self.rest += more
        taken, self.rest = self.rest[:count], self.rest[count:]
        return taken

    def receive(self):
        """The next message as (opcode, data); pings are answered."""
        data = b""
        while True:
            first, second = self._take(2)
            size = second & 0x7F
            if size == 126:
                size = struct.unpack(">H", self._take(2))[0]
            elif size == 127:
                size = struct.unpack(">Q", self._take(8))[0]
            assert not second & 0x80, "a server does not mask"
            data += self._take(size)
            opcode = first & 0x0F
            if opcode == 9:
                self.send(10, data)
                data = b""
            elif opcode == 10:
                data = b""
            elif opcode == 8:
                self.close_code = struct.unpack(">H", data[:2])[0] if len(data) >= 2 else 1005
                raise ConnectionResetError(f"closed with {self.close_code}: {data[2:].decode(errors='replace')}")
            elif first & 0x80:
                return opcode, data

    def cut(self):
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.socket.close()


def read_frame(file):
    """The data of the next frame that a client sent, unmasked; EOFError when the client closes."""
    first, second = struct.unpack("!BB", file.read(2))
    if first & 15 == 8:
        raise EOFError
    length = second & 127
    if length == 126:
        (length,) = struct.unpack("!H", file.read(2))
    elif length == 127:
        (length,) = struct.unpack("!Q", file.read(8))
    mask = file.read(4)
    return bytes(byte ^ mask[i % 4] for i, byte in enumerate(file.read(length)))
