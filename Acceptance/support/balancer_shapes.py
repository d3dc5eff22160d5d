"""What a load balancer node is told, in short; and requests to it."""

import shutil
import socket
import subprocess

import pytest

from .poll import eventually
from .region import free_port

needs_haproxy = pytest.mark.skipif(not shutil.which("haproxy", path="/usr/sbin:/usr/bin:/sbin:/bin"),
                                   reason="HAProxy is not installed: scripts/setup.sh installs it")


def target(name, address, port, state="active", **extra):
    return {"id": name, "address": address, "port": port, "state": state, **extra}


# Configurations


def load_balancer(address, listeners, kind="application", name="web", **attributes):
    identifier = f"{'app' if kind == 'application' else 'net'}/{name}/50dc6c495c0c9188"
    return {"id": identifier, "kind": kind, "address": address, "dnsName": f"{name}-1.elb.localhost",
            "listeners": listeners, "idleTimeoutSeconds": 60, "clientKeepAliveSeconds": 3600, "desyncMode": "defensive",
            "dropsInvalidHeaderFields": False, "forwardedForMode": "append", "forwardsClientPort": False,
            "preservesHostHeader": False, "offersHTTP2": True, "sendsTLSHeaders": False, "isCrossZone": True,
            **attributes}


def listener(port, rules, transport="http", name="l", **attributes):
    return {"id": f"app/web/50dc6c495c0c9188/{name}{port}", "port": port, "transport": transport, "certificates": [],
            "alpn": [], "tcpIdleTimeoutSeconds": 350, "sendsServerHeader": True, "requestHeaderNames": {},
            "responseHeaders": [], "rules": rules, **attributes}


def rule(action, *conditions, priority=None, transforms=()):
    return {"id": f"rule/{priority or 'default'}", "priority": priority, "conditions": list(conditions),
            "transforms": list(transforms), "action": action}


def forward(*groups, sticky=None, **weights):
    entries = [{"targetGroup": g, "weight": 1} for g in groups]
    entries += [{"targetGroup": g.replace("_", "/"), "weight": w} for g, w in weights.items()]
    action = {"groups": entries}
    if sticky:
        action["stickinessSeconds"] = sticky
    return {"forward": action}


def fixed(status, body=None, content_type=None):
    response = {"statusCode": status}
    if body is not None:
        response["body"] = body
    if content_type:
        response["contentType"] = content_type
    return {"fixedResponse": {"_0": response}}


def redirect(status=301, **parts):
    return {"redirect": {"_0": {"statusCode": status, "scheme": "#{protocol}", "host": "#{host}", "port": "#{port}",
                                "path": "/#{path}", "query": "#{query}", **parts}}}


def wild(*texts):
    return [{"wildcard": {"text": text}} for text in texts]


def regex(*texts):
    return [{"regex": {"text": text}} for text in texts]


def group(name, transport="http", check=None, **attributes):
    health = {"isEnabled": True, "transport": "http", "path": "/", "intervalSeconds": 1, "timeoutSeconds": 2,
              "healthyThreshold": 2, "unhealthyThreshold": 2, "matcher": [{"first": 200, "last": 200}]}
    health.update(check or {})
    return {"id": name, "transport": transport, "protocolVersion": "http1", "healthCheck": health,
            "algorithm": "round_robin", "slowStartSeconds": 0, "deregistrationDelaySeconds": 300,
            "deregistrationCutsConnections": False, "unhealthyCutsConnections": True, "unhealthyDrainingSeconds": 0,
            "preservesClientIP": False, "sendsProxyProtocolV2": False, "minimumHealthyCount": 1, "isCrossZone": True,
            **attributes}


# Requests


def curl(*arguments, timeout=15):
    """Runs curl; returns status, headers (lower case, a list of pairs) and body."""
    answer = subprocess.run(["curl", "-sS", "-i", "--max-time", str(timeout), *map(str, arguments)],
                            capture_output=True, timeout=timeout + 5)
    assert answer.returncode == 0, answer.stderr.decode()
    head, _, body = answer.stdout.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    return (int(lines[0].split()[1]), [tuple(line.lower().split(": ", 1)[:1]) + (line.split(": ", 1)[1],)
                                       for line in lines[1:] if ": " in line], body.decode())


def header(headers, name):
    return next((value for key, value in headers if key == name), None)


def ports(count):
    """Different free ports."""
    found = set()
    while len(found) < count:
        found.add(free_port())
    return sorted(found)


counter = iter(range(1, 1000))


def serve(node, targets, rules=None, transport="http", certificates=(), attributes=None, listener_attributes=None,
          kind="application", name="web", wait=True, group_transport=None, **group_attributes):
    """One listener and one group with these targets; returns address, port and the group's id."""
    address, identifier = node.address(), f"g{next(counter)}/1"
    (port,) = ports(1)
    made = listener(port, rules or [rule(forward(identifier))], transport, **(listener_attributes or {}))
    node.control.targets = {identifier: list(targets)}
    problems = node.control.configure(
        [load_balancer(address, [made], kind, name, **(attributes or {}))],
        [group(identifier, group_transport or ("http" if kind == "application" else "tcp"), **group_attributes)],
        certificates)
    assert problems == []
    node.control.set_targets(identifier, targets)
    if wait:
        node.control.wait_for_health(identifier, "healthy", len(targets))
    # Without a healthy one, all of them get requests.
    eventually(lambda: node.ready_servers(identifier) == len(targets), 5)
    return address, port, identifier


def raw(address, port, data, timeout=10):
    """Sends bytes and reads until the other side has had enough."""
    with socket.create_connection((address, port), timeout) as connection:
        connection.sendall(data)
        answer = b""
        while True:
            part = connection.recv(65536)
            answer += part
            if not part or (b"\r\n\r\n" in answer and b"</html>" in answer):
                return answer.decode(errors="replace")
