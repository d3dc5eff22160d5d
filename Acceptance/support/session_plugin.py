"""A client of the sessions that ExecuteCommand opens, written from what session-manager-plugin sends and expects.

As a program it takes the arguments that the AWS CLI gives to `session-manager-plugin` and behaves as that does; as a
module it is a client that tests can lead astray. It shares nothing with Roost's own code.
"""

import hashlib
import json
import os
import pathlib
import select
import signal
import struct
import sys
import threading
import time
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))  # where it runs as a program

from support.websocket import WebSocket  # noqa: E402

HEADER = struct.Struct(">I32sIQqQ16s32sI")  # 116 bytes, then the length of the payload
OUTPUT, ERROR, SIZE, REQUEST, RESPONSE, COMPLETE, FLAG, STDERR, EXIT = 1, 2, 3, 5, 6, 7, 10, 11, 12


def swapped(identifier):
    """The halves of a message's identifier are swapped on the wire."""
    return identifier[8:] + identifier[:8]


def encode(kind, payload, sequence=0, payload_type=0, flags=0, identifier=None):
    identifier = identifier or uuid.uuid4().bytes
    head = HEADER.pack(116, kind.encode().ljust(32), 1, int(time.time() * 1000), sequence, flags, swapped(identifier),
                       hashlib.sha256(payload).digest(), payload_type)
    return head + struct.pack(">I", len(payload)) + payload


class Message:
    def __init__(self, raw):
        length, kind, schema, _, self.sequence, self.flags, identifier, digest, self.type = HEADER.unpack(raw[:116])
        size = struct.unpack(">I", raw[116:120])[0]
        self.payload = raw[120:]
        assert length == 116 and schema == 1 and size == len(self.payload), "a broken header"
        assert digest == hashlib.sha256(self.payload).digest(), "a wrong digest"
        self.kind = kind.decode("ascii").strip(" \0")
        self.id = str(uuid.UUID(bytes=swapped(identifier)))


class SessionClient:
    """One session: the client's end of the data channel.

    resume: called when the connection is lost; returns another token, or nothing when the session is over.
    lose: called with every message that comes; what it answers yes to is treated as if it had never come.
    on_output: called with bytes in order; by default they are kept in `output`.
    """

    SLOW_HANDLER = 0.02  # what comes right behind the handshake is dropped: the shell's handler is not there yet

    def __init__(self, url, token, *, resume=None, lose=None, on_output=None, size=(300, 100), members=None):
        self.url, self.resume, self.lose, self.on_output = url, resume, lose, on_output
        self.size, self.members = size, members or {}
        self.output, self.kinds = bytearray(), set()
        self.changed = threading.Condition(threading.RLock())
        self.expected, self.withheld = 0, {}
        self.sequence, self.unacknowledged = 0, {}  # sequence → [bytes, first sent, last sent, tries]
        self.trip, self.variation, self.timeout = 0.1, 0.0, 0.2
        self.ready_at = None
        self.closed = self.error = self.exit_code = None
        self.over = self.deaf = False
        self.connections = 0
        self.session_type = None
        self._connect(token)
        threading.Thread(target=self._keep_sending, daemon=True).start()

    # The connection

    def _connect(self, token):
        self.web = WebSocket(self.url)
        with self.changed:
            self.connections += 1
            self.changed.notify_all()
        self.web.send(1, json.dumps({
            "MessageSchemaVersion": "1.0", "RequestId": str(uuid.uuid4()), "TokenValue": token,
            "ClientId": str(uuid.uuid4()), "ClientVersion": "1.2.0.0", **self.members}).encode())
        self.web.send(9, b"keepalive")
        threading.Thread(target=self._read, args=(self.web,), daemon=True).start()

    def _read(self, web):
        try:
            while True:
                while self.deaf:
                    time.sleep(0.01)
                opcode, data = web.receive()
                if opcode == 2:
                    self._take(Message(data))
        except (OSError, ValueError, AssertionError) as error:
            with self.changed:
                if web is not self.web or self.over:
                    return
                self.error = error
            self._lost()

    def _lost(self):
        try:
            token = self.resume() if self.resume and not self.closed else None
        except Exception as error:  # whatever it is, the plugin tries for ever
            self.error = error
            time.sleep(0.2)
            return None if self.over else self._lost()
        with self.changed:
            if not token:
                self.over = True
                self.changed.notify_all()
                return
        try:
            self._connect(token)
            with self.changed:
                for entry in self.unacknowledged.values():
                    entry[2] = 0  # all of it goes out again
        except OSError as error:
            self.error = error
            time.sleep(0.2)
            self._lost()

    def cut(self):
        """The cable is pulled."""
        self.web.cut()

    # What comes

    def _take(self, message):
        if self.lose and self.lose(message):
            return
        with self.changed:
            if message.kind == "acknowledge":
                self._acknowledged(json.loads(message.payload))
            elif message.kind == "output_stream_data":
                self._output(message)
            elif message.kind == "channel_closed":
                self.closed = json.loads(message.payload)
                self.over = True
                self.changed.notify_all()

    def _acknowledged(self, content):
        entry = self.unacknowledged.pop(content["AcknowledgedMessageSequenceNumber"], None)
        if entry and entry[3] == 1:
            trip = time.monotonic() - entry[1]
            self.variation += (abs(trip - self.trip) - self.variation) / 4
            self.trip += (trip - self.trip) / 8
            self.timeout = min(max(self.trip + 4 * self.variation, 0.2), 1)
        self.changed.notify_all()

    def _acknowledge(self, message):
        content = {"AcknowledgedMessageType": message.kind, "AcknowledgedMessageId": message.id,
                   "AcknowledgedMessageSequenceNumber": message.sequence, "IsSequentialMessage": True}
        self.web.send(2, encode("acknowledge", json.dumps(content).encode(), flags=3))

    def _output(self, message):
        if message.sequence < self.expected:
            self._acknowledge(message)
        elif message.sequence > self.expected:
            self._acknowledge(message)
            self.withheld[message.sequence] = message
        elif message.type == OUTPUT and (self.ready_at is None or time.monotonic() < self.ready_at):
            return  # dropped without a word
        else:
            self._acknowledge(message)
            self._hand_on(message)
            while self.expected in self.withheld:
                self._hand_on(self.withheld.pop(self.expected))

    def _hand_on(self, message):
        self.expected = message.sequence + 1
        self.kinds.add(message.type)
        if message.type == REQUEST:
            actions = json.loads(message.payload)["RequestedClientActions"]
            self.session_type = actions[0]["ActionParameters"]["SessionType"]
            done = [{"ActionType": action["ActionType"], "ActionStatus": 1, "ActionResult": None, "Error": ""}
                    for action in actions]
            self.send(json.dumps({"ClientVersion": "1.2.0.0", "ProcessedClientActions": done, "Errors": None}).encode(),
                      RESPONSE)
        elif message.type == COMPLETE:
            self.ready_at = time.monotonic() + self.SLOW_HANDLER
            if self.size:
                self.resize(*self.size)
        elif message.type == EXIT:
            self.exit_code = int(message.payload)
        elif self.on_output:
            self.on_output(message.payload, message.type == STDERR)
        else:
            self.output += message.payload
        self.changed.notify_all()

    # What goes

    def send(self, payload, payload_type=OUTPUT):
        with self.changed:
            raw = encode("input_stream_data", payload, self.sequence, payload_type)
            now = time.monotonic()
            self.unacknowledged[self.sequence] = [raw, now, now, 1]
            self.sequence += 1
        self._transmit(raw)

    def _transmit(self, raw):
        try:
            self.web.send(2, raw)
        except OSError:
            pass  # it goes out again

    def type(self, text):
        data = text.encode() if isinstance(text, str) else text
        if data == b"\n":
            data = b"\r"
        for start in range(0, len(data), 1024):
            self.send(data[start:start + 1024])

    def resize(self, columns, rows):
        self.send(json.dumps({"cols": columns, "rows": rows}).encode(), SIZE)

    def terminate(self):
        self.send(struct.pack(">I", 2), FLAG)

    def _keep_sending(self):
        while not self.over:
            time.sleep(0.02)
            with self.changed:
                oldest = min(self.unacknowledged, default=None)
                if oldest is None:
                    continue
                entry = self.unacknowledged[oldest]
                now = time.monotonic()
                late = [e for e in self.unacknowledged.values() if e[2] == 0]
                if not late and now - entry[2] < self.timeout:
                    continue
                for e in late or [entry]:
                    e[2], e[3] = now, e[3] + 1
            for e in late or [entry]:
                self._transmit(e[0])

    # Waiting

    def wait(self, condition, timeout=20):
        end = time.monotonic() + timeout
        with self.changed:
            while not condition():
                left = end - time.monotonic()
                assert left > 0, f"not in time; over: {self.over}, closed: {self.closed}, error: {self.error}, " \
                                 f"the end of the output: {bytes(self.output[-400:])}"
                self.changed.wait(min(left, 0.5))

    def expect(self, text, timeout=20):
        """Waits for a text, and returns what came before it; both are taken from the output."""
        data = text.encode() if isinstance(text, str) else text
        self.wait(lambda: data in self.output, timeout)
        with self.changed:
            before, _, rest = bytes(self.output).partition(data)
            self.output = bytearray(rest)
            return before.decode(errors="replace")

    def wait_over(self, timeout=20):
        self.wait(lambda: self.over, timeout)
        return self.closed

    def close(self):
        self.over = True
        self.web.cut()


# As a program

def main(arguments):
    response, region, _operation, profile, _parameters, endpoint = arguments
    if response.startswith("AWS_SSM_START_SESSION_RESPONSE"):
        response = os.environ[response]
    # The plugin does not mind the case of names: those of ECS begin with small letters.
    session = {name[0].upper() + name[1:]: value for name, value in json.loads(response).items()}
    record = os.environ.get("SESSION_PLUGIN_RECORD")
    if record:
        with open(record, "w") as file:
            json.dump({"arguments": arguments, "session": session}, file)

    def resume():
        import boto3
        client = boto3.Session(profile_name=profile or None, region_name=region).client("ssm", endpoint_url=endpoint)
        return client.resume_session(SessionId=session["SessionId"]).get("TokenValue")

    def show(data, is_error):
        stream = sys.stderr if is_error else sys.stdout
        stream.buffer.write(data)
        stream.buffer.flush()

    print(f"\nStarting session with SessionId: {session['SessionId']}", flush=True)
    client = SessionClient(session["StreamUrl"], session["TokenValue"], resume=resume, on_output=show)
    for number, byte in ((signal.SIGINT, b"\x03"), (signal.SIGQUIT, b"\x1c"), (signal.SIGTSTP, b"\x1a")):
        signal.signal(number, lambda *_, byte=byte: client.send(byte))
    client.wait(lambda: client.ready_at or client.over, 300)
    is_open = True
    while not client.over:
        ready = select.select([0] if is_open else [], [], [], 0.05)[0]
        if ready:
            data = os.read(0, 1024)
            is_open = bool(data)
            if data:
                client.type(data)
    if client.closed is None:
        print(f"Session: {session['SessionId']} timed out.")
    elif client.closed["Output"]:
        print(f"\n\nSessionId: {session['SessionId']} : {client.closed['Output']}\n")
    else:
        print(f"\n\nExiting session with sessionId: {session['SessionId']}.\n")


if __name__ == "__main__":
    main(sys.argv[1:])
