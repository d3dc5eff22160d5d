"""Requests of the query protocols by hand, and forms made from a model."""

import re
import urllib.parse
import xml.etree.ElementTree as ElementTree

import botocore.session
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from .raw import send
from .region import KEY, SECRET

MODELS = {name: botocore.session.get_session().get_service_model(name) for name in ("elbv2", "ec2")}
NAMESPACE = re.compile(r"\{.*\}")


def served(region_table):
    """(API, operation) for each operation that a page of `docs/coverage.md` calls served."""
    found, section = [], None
    for line in region_table.splitlines():
        if line.startswith("## "):
            section = {"Elastic": "elbv2", "Amazon Elastic Compute": "ec2"}.get(
                "Elastic" if line.startswith("## Elastic Load") else " ".join(line.split()[1:4]))
        elif section and line.startswith("| ") and "| yes |" in line:
            found.append((section, line.split("|")[1].strip()))
    return found


def form(api, operation, members):
    """The body of a request, whatever `members` holds."""
    model = MODELS[api]
    pairs = [("Action", operation), ("Version", model.api_version)]
    _append(pairs, "", members, model.operation_model(operation).input_shape, api == "ec2")
    return urllib.parse.urlencode(pairs).encode("utf-8", "surrogatepass")


def _append(pairs, path, value, shape, is_ec2):
    prefix = f"{path}." if path else ""
    if isinstance(value, dict):
        known = getattr(shape, "members", {}) if shape is not None else {}
        for name, item in value.items():
            member = known.get(name)
            wire = member.serialization.get("name", name) if member is not None else name
            _append(pairs, prefix + (wire[:1].upper() + wire[1:] if is_ec2 else wire), item, member, is_ec2)
    elif isinstance(value, list):
        if not value:
            pairs.append((path, ""))
        for index, item in enumerate(value, 1):
            member = getattr(shape, "member", None)
            _append(pairs, prefix + (str(index) if is_ec2 else f"member.{index}"), item, member, is_ec2)
    elif value is not None:
        pairs.append((path, str(value).lower() if isinstance(value, bool) else str(value)))


def call(region, api, body):
    """Sends a form."""
    request = AWSRequest("POST", region.endpoint + "/", data=body,
                         headers={"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"})
    name = {"elbv2": "elasticloadbalancing"}.get(api, api)
    SigV4Auth(Credentials(KEY, SECRET), name, "us-east-1").add_auth(request)
    return send(region, dict(request.headers.items()), body)


def error(answer):
    """(code, message) of an answer that is an error, in either envelope."""
    found = {NAMESPACE.sub("", item.tag): item.text for item in ElementTree.fromstring(answer.body).iter()}
    return found.get("Code"), found.get("Message")
