"""sts:GetCallerIdentity: the Query protocol, XML answers."""

import xml.etree.ElementTree as ElementTree

from support.ecs import error_of
from support.raw import send
from support.region import KEY, SECRET

NAMESPACE = "{https://sts.amazonaws.com/doc/2011-06-15/}"


def query(region, body, secret=SECRET, key=KEY):
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    request = AWSRequest("POST", region.endpoint + "/", data=body,
                         headers={"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"})
    SigV4Auth(Credentials(key, secret), "sts", "us-east-1").add_auth(request)
    return send(region, dict(request.headers.items()), body)


def test_boto3(region):
    identity = region.client("sts").get_caller_identity()
    assert identity["Account"] == region.account
    assert identity["Arn"] == f"arn:aws:iam::{region.account}:root"
    assert identity["UserId"] == region.account
    assert identity["ResponseMetadata"]["RequestId"]


def test_the_cli(region):
    assert region.aws("sts", "get-caller-identity")["Account"] == region.account


def test_the_answer_is_xml_in_the_right_namespace(region):
    answer = query(region, b"Action=GetCallerIdentity&Version=2011-06-15")
    assert answer.status == 200 and answer.headers["content-type"].startswith("text/xml")
    root = ElementTree.fromstring(answer.body)
    assert root.tag == NAMESPACE + "GetCallerIdentityResponse"
    assert root.find(f"{NAMESPACE}GetCallerIdentityResult/{NAMESPACE}Account").text == region.account
    assert root.find(f"{NAMESPACE}ResponseMetadata/{NAMESPACE}RequestId").text == answer.headers["x-amzn-requestid"]


def test_errors_are_xml_too(region):
    for body, secret, key, status, code in [
        (b"Action=GetCallerIdentity&Version=2011-06-15", "wrong", KEY, 403, "SignatureDoesNotMatch"),
        (b"Action=GetCallerIdentity&Version=2011-06-15", SECRET, "AKIANOBODY", 403, "InvalidClientTokenId"),
        (b"Action=MakeCoffee&Version=2011-06-15", SECRET, KEY, 400, "InvalidAction"),
    ]:
        answer = query(region, body, secret, key)
        assert answer.status == status, answer.body
        root = ElementTree.fromstring(answer.body)
        assert root.tag == NAMESPACE + "ErrorResponse"
        assert root.find(f"{NAMESPACE}Error/{NAMESPACE}Code").text == code
        assert root.find(f"{NAMESPACE}Error/{NAMESPACE}Message").text


def test_without_a_signature(region):
    body = b"Action=GetCallerIdentity&Version=2011-06-15"
    answer = send(region, {"Content-Type": "application/x-www-form-urlencoded"}, body)
    assert answer.status == 403 and b"MissingAuthenticationToken" in answer.body


def test_other_operations_are_refused_clearly(region):
    code, message = error_of(region.client("sts").get_session_token)
    assert code == "InvalidAction" and message
