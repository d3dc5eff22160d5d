"""Who may speak: signatures in headers and in the query, keys, clocks, session tokens; Amazon's own error codes."""

import datetime
import http.client
import json
import stat

import botocore.auth
import pytest
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from support.ecs import error_of
from support.raw import TARGET, call, send, signed
from support.region import KEY, SECRET


def test_the_right_key_is_let_in(region):
    assert call(region, "ListClusters", {}).status == 200


def test_an_unknown_key(region):
    answer = call(region, "ListClusters", {}, key="AKIAUNKNOWNUNKNOWN12")
    assert (answer.status, answer.code) == (400, "UnrecognizedClientException")
    assert answer.message == "The security token included in the request is invalid."


def test_a_wrong_secret(region):
    answer = call(region, "ListClusters", {}, secret="wrong")
    assert (answer.status, answer.code) == (400, "InvalidSignatureException")
    assert "signature we calculated does not match" in answer.message


def test_a_changed_body(region):
    headers = signed(region, "ListClusters", b"{}")
    answer = send(region, headers, b'{"maxResults":1}')
    assert answer.code == "InvalidSignatureException"


def test_a_changed_target(region):
    headers = signed(region, "ListClusters", b"{}")
    headers["X-Amz-Target"] = f"{TARGET}.CreateCluster"
    assert send(region, headers, b"{}").code == "InvalidSignatureException"


def test_no_signature(region):
    answer = send(region, {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": f"{TARGET}.ListClusters"}, b"{}")
    assert (answer.status, answer.code) == (400, "MissingAuthenticationTokenException")


@pytest.mark.parametrize("header", [
    "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 Credential=x", "Bearer abc", "AWS4-HMAC-SHA256 Credential=a/b/c/d/e,",
    f"AWS4-HMAC-SHA256 Credential={KEY}/20260101/us-east-1/ecs/aws4_request, SignedHeaders=host, Signature=zz",
])
def test_a_malformed_signature(region, header):
    answer = send(region, {"Authorization": header, "Content-Type": "application/x-amz-json-1.1",
                           "X-Amz-Target": f"{TARGET}.ListClusters"}, b"{}")
    assert 400 <= answer.status < 500
    assert answer.code in ("IncompleteSignatureException", "InvalidSignatureException",
                           "MissingAuthenticationTokenException", "UnrecognizedClientException")


def signed_at(region, monkeypatch, minutes):
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=minutes)
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda *a, **k: moment.replace(tzinfo=None))
    return signed(region, "ListClusters", b"{}")


@pytest.mark.parametrize("minutes,accepted", [(-14, True), (14, True), (-16, False), (16, False), (-600, False)])
def test_clocks_may_differ_by_a_quarter_of_an_hour(region, monkeypatch, minutes, accepted):
    answer = send(region, signed_at(region, monkeypatch, minutes), b"{}")
    if accepted:
        assert answer.status == 200
    else:
        assert answer.code == "InvalidSignatureException"
        assert ("expired" in answer.message) == (minutes < 0)
        assert answer.headers["date"], "clients mend their clocks from the Date header"


def test_an_unexpected_session_token(region):
    answer = call(region, "ListClusters", {}, token="made-up")
    assert (answer.status, answer.code) == (400, "UnrecognizedClientException")


def presigned(region, secret=SECRET, expires=60):
    request = AWSRequest("GET", f"{region.endpoint}/?Action=GetCallerIdentity&Version=2011-06-15")
    SigV4QueryAuth(Credentials(KEY, secret), "sts", "us-east-1", expires=expires).add_auth(request)
    return request.url.removeprefix(region.endpoint)


def test_presigned_requests(region):
    answer = send(region, {}, None, path=presigned(region), method="GET")
    assert answer.status == 200 and region.account.encode() in answer.body
    wrong = send(region, {}, None, path=presigned(region, "wrong"), method="GET")
    assert wrong.status == 403 and b"SignatureDoesNotMatch" in wrong.body


def test_wrong_keys_through_boto3(region):
    code, _ = error_of(region.client(aws_access_key_id="AKIAWRONG").list_clusters)
    assert code == "UnrecognizedClientException"
    code, _ = error_of(region.client(aws_secret_access_key="wrong").list_clusters)
    assert code == "InvalidSignatureException"


def test_a_refused_request_changes_nothing(region):
    call(region, "CreateCluster", {"clusterName": "smuggled"}, secret="wrong")
    assert region.ecs.describe_clusters(clusters=["smuggled"])["clusters"] == []


def test_many_signed_on_one_connection(region):
    connection = http.client.HTTPConnection("127.0.0.1", region.port, timeout=10)
    for number in range(20):
        secret = SECRET if number % 2 == 0 else "wrong"
        connection.request("POST", "/", b"{}", signed(region, "ListClusters", b"{}", secret=secret))
        response = connection.getresponse()
        body = json.loads(response.read())
        assert (response.status == 200) == (number % 2 == 0), body
    connection.close()


def test_generated_credentials_are_kept_and_private(new_region, tmp_path_factory):
    """Without --root-credentials, a key is made at the first start and kept, readable by the owner only."""
    from support.region import RoostProcess, free_port
    from support.poll import eventually
    import subprocess

    data, port = tmp_path_factory.mktemp("generated") / "data", free_port()
    helper = new_region()
    helper.data, helper.port, helper.endpoint = data, port, f"http://127.0.0.1:{port}"
    seen = []
    for _ in range(2):
        process = RoostProcess(["up", "--data", data, "--listen", f"127.0.0.1:{port}", "--instances", "0", "--engine",
                                "simulated"], data.parent / "log")
        try:
            eventually(helper.healthy, 20)
            printed = subprocess.run([process_binary(), "env", "--data", str(data), "--format", "json"],
                                     capture_output=True, text=True, check=True, timeout=30).stdout
            environment = json.loads(printed)
            seen.append(environment)
            client = helper.client(aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
                                   aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"])
            assert client.list_clusters()["clusterArns"] == ["arn:aws:ecs:us-east-1:000000000000:cluster/default"]
        finally:
            process.kill()
    assert seen[0] == seen[1]
    assert len(seen[0]["AWS_ACCESS_KEY_ID"]) == 20 and seen[0]["AWS_ACCESS_KEY_ID"].startswith("AKIA")
    assert len(seen[0]["AWS_SECRET_ACCESS_KEY"]) == 40
    holding = [p for p in data.rglob("*") if p.is_file() and seen[0]["AWS_SECRET_ACCESS_KEY"].encode() in p.read_bytes()]
    assert holding
    for path in holding:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def process_binary():
    from support.region import BINARY
    return str(BINARY)


def test_authentication_can_be_turned_off(new_region):
    region = new_region(instances=0, arguments=["--auth", "off"]).start()
    assert call(region, "ListClusters", {}, secret="anything").status == 200
