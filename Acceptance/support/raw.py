"""Requests by hand: signed with botocore's signer, sent over a plain socket connection, nothing else in between."""

import dataclasses
import http.client
import json

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from .region import KEY, SECRET

TARGET = "AmazonEC2ContainerServiceV20141113"


@dataclasses.dataclass
class Answer:
    status: int
    headers: dict
    body: bytes

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        return self.json["__type"].split("#")[-1]

    @property
    def message(self):
        return self.json.get("message") or self.json.get("Message") or ""


def signed(region, operation, body, *, key=KEY, secret=SECRET, token=None, service="ecs", headers=None, target=None):
    """The headers of a signed JSON request."""
    request = AWSRequest("POST", region.endpoint + "/", data=body, headers={
        "Content-Type": "application/x-amz-json-1.1",
        "X-Amz-Target": target or f"{TARGET}.{operation}", **(headers or {})})
    SigV4Auth(Credentials(key, secret, token), service, "us-east-1").add_auth(request)
    return dict(request.headers.items())


def send(region, headers, body, path="/", method="POST", timeout=30):
    connection = http.client.HTTPConnection("127.0.0.1", region.port, timeout=timeout)
    try:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        lowered = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, lowered, response.read())
    finally:
        connection.close()


def call(region, operation, members, **signing):
    """Sends one operation; `members` is a value to encode, or the raw bytes of the body."""
    body = members if isinstance(members, bytes) else json.dumps(members).encode()
    return send(region, signed(region, operation, body, **signing), body)
