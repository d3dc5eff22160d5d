"""A load balancer node with a real HAProxy: every rule, attribute and status code, by real requests."""

import json
import re
import socket
import time

import pytest

from support.balancer import Target
from support.balancer_shapes import (curl, fixed, forward, group, header, listener, load_balancer, needs_haproxy, ports,
                                     redirect, regex, rule, wild)
from support.poll import eventually

pytestmark = needs_haproxy


@pytest.fixture(scope="module")
def blue():
    target = Target("blue")
    yield target
    target.close()


@pytest.fixture(scope="module")
def green():
    target = Target("green")
    yield target
    target.close()


def start(node, rules, targets, groups=None, name="l", transport="http", certificates=(), listener_attributes=None,
          **attributes):
    """One listener with these rules and one group for each target; returns the listener's base address."""
    address = node.address()
    (port,) = ports(1)
    made = listener(port, rules, transport, name, **(listener_attributes or {}))
    groups = groups or [group(f"{t.name}/1") for t in targets]
    for entry in targets:
        node.control.targets[f"{entry.name}/1"] = [entry.entry()]
    problems = node.control.configure([load_balancer(address, [made], **attributes)], groups, certificates)
    assert problems == []
    for entry in targets:
        node.control.set_targets(f"{entry.name}/1", [entry.entry()])
        node.control.wait_for_health(f"{entry.name}/1", "healthy")
        eventually(lambda name=f"{entry.name}/1": node.ready_servers(name) == 1, 5, message=entry.name)
    return f"{transport}://{address}:{port}"


def test_a_target_is_told_who_asks(node, blue):
    base = start(node, [rule(forward("blue/1"))], [blue])
    status, headers, body = curl(f"{base}/a/b?c=d", "-H", "X-Forwarded-For: 1.2.3.4", "-H", "Host: shop.example.com")
    seen = json.loads(body)
    told = dict(seen["headers"])
    assert status == 200 and seen["path"] == "/a/b?c=d" and told["host"] == f"shop.example.com:{base.rsplit(':', 1)[1]}"
    assert told["x-forwarded-for"].startswith("1.2.3.4, ")
    assert told["x-forwarded-proto"] == "http" and told["x-forwarded-port"] == base.rsplit(":", 1)[1]
    root, stamp, rest = told["x-amzn-trace-id"].removeprefix("Root=").split("-")
    assert root == "1" and len(stamp) == 8 and len(rest) == 24 and int(stamp, 16) and stamp == stamp.lower()
    # The target's own Server header stays.
    assert header(headers, "server").startswith("BaseHTTP")


@pytest.mark.parametrize("sent, got", [
    ([], ["CLIENT"]), (["1.1.1.1"], ["1.1.1.1, CLIENT"]), (["1.1.1.1, 2.2.2.2"], ["1.1.1.1, 2.2.2.2, CLIENT"]),
    (["1.1.1.1", "2.2.2.2, 3.3.3.3"], ["1.1.1.1", "2.2.2.2, 3.3.3.3", "CLIENT"]), (["1.1.1.1, " * 29 + "2.2.2.2"], 30),
    (["1.1.1.1, " * 29, "2.2.2.2, 3.3.3.3"], None),
], ids=["none", "one", "list", "lines", "as many as may be", "too many"])
@pytest.mark.parametrize("answers_itself", [False, True], ids=["forwards only", "answers itself"])
def test_the_client_is_appended(node, blue, sent, got, answers_itself):
    own = [rule(fixed(200, "own"), {"paths": {"values": wild("/own")}}, priority=1)] if answers_itself else []
    base = start(node, own + [rule(forward("blue/1"))], [blue])
    status, _, body = curl(base, *[word for line in sent for word in ("-H", f"X-Forwarded-For: {line}")])
    if got is None:
        assert status == 463
        return
    told = [value for name, value in json.loads(body)["headers"] if name.lower() == "x-forwarded-for"]
    client = told[-1].split(", ")[-1]
    assert client and "." in client and status == 200
    if got == 30:
        assert told == [f"{sent[0]}, {client}"]
    else:
        assert told == [line.replace("CLIENT", client) for line in got]


def test_every_request_has_a_trace_of_its_own(node, blue):
    base = start(node, [rule(forward("blue/1"))], [blue])
    answers = curl(*[base] * 50)[2]
    traces = re.findall(r"Root=1-[0-9a-f]{8}-[0-9a-f]{24}", answers)
    assert len(traces) == len(set(traces)) == 50


@pytest.mark.parametrize("sent, got", [
    ("Root=1-a;CalledFrom=x", ";Root=1-a;CalledFrom=x"), ("Self=1-b;Root=1-a", ";Root=1-a"), ("CalledFrom=x", "x;Root="),
])
def test_traces_go_on(node, blue, sent, got):
    base = start(node, [rule(forward("blue/1"))], [blue])
    told = dict(json.loads(curl(base, "-H", f"X-Amzn-Trace-Id: {sent}")[2])["headers"])["x-amzn-trace-id"]
    assert got in told and "Self=1-b;" not in told
    assert told.startswith("Self=1-") or "Root=1-" in told


CONDITIONS = [
    ("host", {"hosts": {"values": wild("*.shop.example.com", "a?.example.com")}},
     [["-H", "Host: X.Shop.Example.com:99"], ["-H", "Host: ab.example.com"]],
     [["-H", "Host: shop.example.com"], ["-H", "Host: abc.example.com"]]),
    ("path", {"paths": {"values": wild("/img/*", "/one?")}}, ["/img/a/b", "/img/", "/one1?q=2"],
     ["/img", "/IMG/a", "/one", "/x/img/a"]),
    ("header", {"header": {"name": "X-Beta", "values": wild("yes*")}},
     [["-H", "x-beta: YES, sir"]], [["-H", "X-Beta: no"], []]),
    ("method", {"methods": {"values": ["PUT", "DELETE"]}}, [["-X", "PUT"], ["-X", "DELETE"]], [["-X", "PATCH"], []]),
    ("query", {"query": {"values": [{"key": "version", "value": "v?"}, {"value": "any*"}]}},
     ["/?a=b&Version=V1", "/?x=ANYTHING"], ["/?version=v12", "/?any=x", "/?version"]),
    ("source", {"sources": {"values": ["10.0.0.0/8", "127.0.0.0/8"]}}, ["/"], []),
    ("no-source", {"sources": {"values": ["192.0.2.7/32"]}}, [], ["/"]),
    ("regex", {"paths": {"values": regex("^/v[0-9]+/(a|b)$")}}, ["/v12/a"], ["/v/a", "/v1/c"]),
]


@pytest.mark.parametrize("name, condition, fits, others", CONDITIONS, ids=[c[0] for c in CONDITIONS])
def test_conditions(node, name, condition, fits, others):
    base = start(node, [rule(fixed(200, "yes"), condition, priority=1), rule(fixed(404, "no"))], [], groups=[])

    def ask(request):
        path, options = (request, []) if isinstance(request, str) else ("/", request)
        return curl(base + path, *options)[2]

    assert [ask(request) for request in fits] == ["yes"] * len(fits)
    assert [ask(request) for request in others] == ["no"] * len(others)


def test_all_conditions_have_to_fit_and_the_first_rule_wins(node):
    base = start(node, [
        rule(fixed(200, "both"), {"paths": {"values": wild("/a")}}, {"methods": {"values": ["PUT"]}}, priority=1),
        rule(fixed(200, "path"), {"paths": {"values": wild("/a")}}, priority=2),
        rule(fixed(200, "rest"))], [], groups=[])
    assert curl(f"{base}/a", "-X", "PUT")[2] == "both"
    assert curl(f"{base}/a")[2] == "path"
    assert curl(f"{base}/b")[2] == "rest"


def test_fixed_responses(node):
    body = "{\"text\": \"'quotes', #{host}, %[src] and \\n\nnew lines\"}"
    base = start(node, [
        rule(fixed(503, body, "application/json"), {"paths": {"values": wild("/json")}}, priority=1),
        rule(fixed(204))], [], groups=[])
    status, headers, text = curl(f"{base}/json")
    assert (status, text) == (503, body)
    assert header(headers, "content-type") == "application/json; charset=utf-8"
    assert header(headers, "server") == "awselb/2.0" and header(headers, "date")
    status, headers, text = curl(base)
    assert (status, text) == (204, "")


@pytest.mark.parametrize("action, path, location", [
    (redirect(), "/a/b?c=d", "http://shop.example.com:PORT/a/b?c=d"),
    (redirect(302, scheme="HTTPS", port="443"), "/a", "https://shop.example.com:443/a"),
    (redirect(host="new.#{host}", path="/x/#{path}", query="from=#{host}&#{query}"), "/a?c=d",
     "http://new.shop.example.com:PORT/x/a?from=shop.example.com&c=d"),
    (redirect(path="/a b'\"%[src]\r\nX-Evil: 1\\{}", query=""), "/",
     "http://shop.example.com:PORT/a%20b%27%22%[src]%0D%0AX-Evil:%201%5C%7B%7D"),
])
def test_redirects(node, action, path, location):
    base = start(node, [rule(action)], [], groups=[])
    status, headers, _ = curl(base + path, "-H", "Host: shop.example.com:81")
    assert status == action["redirect"]["_0"]["statusCode"]
    assert header(headers, "location") == location.replace("PORT", base.rsplit(":", 1)[1])
    assert header(headers, "x-evil") is None


def test_weights(node, blue, green):
    base = start(node, [rule(forward(blue_1=80, green_1=20))], [blue, green])

    def shares():
        answers = [json.loads(curl(f"{base}/{i}")[2])["target"] for i in range(60)]
        return answers.count("blue"), answers.count("green")

    assert all(count > 2 for count in shares())
    before = node.runtime("show info").split("Pid: ")[1].split()[0]
    only_green = json.loads(json.dumps(node.control.configuration))
    only_green["loadBalancers"][0]["listeners"][0]["rules"][0]["action"] = forward(blue_1=0, green_1=1)
    assert node.control.configure(only_green["loadBalancers"], only_green["targetGroups"]) == []
    assert shares() == (0, 60)
    # No reload for that.
    assert node.runtime("show info").split("Pid: ")[1].split()[0] == before


def test_weights_of_zero_are_503(node, blue):
    base = start(node, [rule(forward(blue_1=0))], [blue])
    assert curl(base)[0] == 503


def cookies(headers):
    return {value.split("=")[0]: value for key, value in headers if key == "set-cookie"}


def test_target_group_stickiness(node, blue, green):
    base = start(node, [rule(forward("blue/1", "green/1", sticky=60))], [blue, green])
    status, headers, body = curl(base)
    set_cookies = cookies(headers)
    assert set(set_cookies) == {"AWSALBTG", "AWSALBTGCORS"}
    assert "Path=/" in set_cookies["AWSALBTG"] and "Expires=" in set_cookies["AWSALBTG"]
    assert set_cookies["AWSALBTGCORS"].endswith("SameSite=None")
    first = json.loads(body)["target"]
    for name in set_cookies:
        cookie = set_cookies[name].split(";")[0]
        assert {json.loads(curl(base, "-b", cookie)[2])["target"] for _ in range(10)} == {first}
    assert {json.loads(curl(base, "-b", "AWSALBTG=x")[2])["target"] for _ in range(30)} == {"blue", "green"}


def two_targets(node, blue, green, **attributes):
    base = start(node, [rule(forward("blue/1"))], [blue], [group("blue/1", **attributes)])
    node.control.set_targets("blue/1", [blue.entry(), green.entry()])
    node.control.wait_for_health("blue/1", "healthy", 2)
    eventually(lambda: node.ready_servers("blue/1") == 2, 5)
    return base


def test_stickiness(node, blue, green):
    base = two_targets(node, blue, green, stickiness={"loadBalancerCookie": {"seconds": 60}})
    assert {json.loads(curl(base)[2])["target"] for _ in range(8)} == {"blue", "green"}
    _, headers, body = curl(base)
    set_cookies = cookies(headers)
    assert set(set_cookies) == {"AWSALB", "AWSALBCORS"}
    first = json.loads(body)["target"]
    for name in set_cookies:
        cookie = set_cookies[name].split(";")[0]
        assert {json.loads(curl(base, "-b", cookie)[2])["target"] for _ in range(8)} == {first}
    # A target that goes away loses its clients at once.
    other = green if first == "blue" else blue
    leaving = blue if first == "blue" else green
    node.control.set_targets("blue/1", [other.entry(), leaving.entry("draining")])
    cookie = set_cookies["AWSALB"].split(";")[0]
    eventually(lambda: json.loads(curl(base, "-b", cookie)[2])["target"] == other.name, 2)


def test_application_cookies(node, blue, green):
    base = two_targets(node, blue, green, stickiness={"appCookie": {"name": "SESSION", "seconds": 60}})
    assert set(cookies(curl(base)[1])) == set()
    _, headers, body = curl(f"{base}/login")
    cookie = cookies(headers)["AWSALBAPP-0"].split(";")[0]
    first = json.loads(body)["target"]
    assert {json.loads(curl(base, "-b", cookie)[2])["target"] for _ in range(8)} == {first}


def test_transforms(node, blue):
    rewrite = {"url": {"rewrites": [{"regex": r"^/shop/(\w+)", "replacement": "/items?id=$1&b='\"\r\n x"}]}}
    host = {"host": {"rewrites": [{"regex": r"^shop\.(.*)$", "replacement": "store.$1"}]}}
    base = start(node, [rule(forward("blue/1"), transforms=[rewrite, host])], [blue])
    seen = json.loads(curl(f"{base}/shop/tea", "-H", "Host: shop.example.com")[2])
    assert seen["path"] == "/items?id=tea&b='\"%0D%0A%20x"
    assert dict(seen["headers"])["host"] == "store.example.com"
    assert json.loads(curl(f"{base}/other")[2])["path"] == "/other"


@pytest.mark.parametrize("mode, got", [("append", "1.1.1.1, "), ("preserve", "1.1.1.1"), ("remove", None)])
def test_modes_of_forwarded_for(node, blue, mode, got):
    base = start(node, [rule(forward("blue/1"))], [blue], forwardedForMode=mode, forwardsClientPort=True)
    told = dict(json.loads(curl(base, "-H", "X-Forwarded-For: 1.1.1.1")[2])["headers"]).get("x-forwarded-for")
    if mode == "append":
        assert told.startswith(got) and told.split(", ")[1].count(":") == 1
    else:
        assert told == got


def test_attributes_of_headers(node, blue):
    base = start(node, [rule(forward("blue/1"))], [blue], dropsInvalidHeaderFields=True, listener_attributes={
        "sendsServerHeader": False, "responseHeaders": [{"name": "X-Frame-Options", "value": "100% 'DENY'"}]})
    _, headers, body = curl(base, "-H", "x_invalid: 1", "-H", "X-Valid: 1")
    told = dict(json.loads(body)["headers"])
    assert "x_invalid" not in told and told["x-valid"] == "1"
    assert header(headers, "server") is None and header(headers, "x-frame-options") == "100% 'DENY'"


@pytest.mark.parametrize("preserved", [False, True])
def test_the_port_in_the_host_header(node, blue, preserved):
    base = start(node, [rule(forward("blue/1"))], [blue], preservesHostHeader=preserved)
    port = base.rsplit(":", 1)[1]

    def host(sent):
        return dict(json.loads(curl(base, "-H", f"Host: {sent}")[2])["headers"])["host"]

    assert host("a.example.com") == ("a.example.com" if preserved else f"a.example.com:{port}")
    assert host("a.example.com:99") == "a.example.com:99"


def test_the_port_in_the_host_header_of_a_usual_port(node, blue):
    address = node.address()
    # Whoever has the port on 127.0.0.1 does not matter here.
    node.control.configure(
        [load_balancer(address, [listener(80, [rule(forward("blue/1"))])])], [group("blue/1")])
    node.control.set_targets("blue/1", [blue.entry()])
    node.control.wait_for_health("blue/1", "healthy")
    eventually(lambda: node.ready_servers("blue/1") == 1, 5)
    for sent, seen in (("a.example.com:80", "a.example.com"), ("a.example.com", "a.example.com"), ("[::1]:80", "[::1]")):
        assert dict(json.loads(curl(f"http://{address}/", "-H", f"Host: {sent}")[2])["headers"])["host"] == seen


def test_patterns_that_would_take_for_ever_do_not_fit(node, blue):
    base = start(node, [rule(fixed(200, "fits"), {"paths": {"values": regex("^/(a*)*$")}}, priority=1),
                        rule(fixed(200, "other"))], [])
    assert curl(f"{base}/aaa")[2] == "fits"
    hostile = f"{base}/{'a' * 60}x"
    assert curl(hostile)[2] == "other"
    # Each would take 8 ms without a limit: the rest of what a second holds is curl's.
    times = []
    for _ in range(20):
        began = time.monotonic()
        with socket.create_connection(tuple(base.removeprefix("http://").split(":")), 5) as connection:
            connection.sendall(f"GET /{'a' * 60}x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
            while connection.recv(65536):
                pass
        times.append(time.monotonic() - began)
    assert min(times) < 0.004


def test_a_target_with_an_ipv6_address(node):
    made = Target("six", "::1")
    base = start(node, [rule(forward("six/1"))], [made])
    assert json.loads(curl(base)[2])["target"] == "six"
    made.close()
