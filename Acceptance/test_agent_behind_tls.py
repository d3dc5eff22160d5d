"""An agent that reaches the region over TLS, which ends at a proxy: it is told to dial its sessions over TLS, too, and
its sessions open there, signed and written the way Amazon's agent does."""

import http.client
import json
import shutil
import ssl
import subprocess
import urllib.parse

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from support.poll import eventually
from support.region import KEY, SECRET, RoostProcess, free_port

CONFIGURATION = """
defaults
    mode http
    timeout connect 5s
    timeout client 60s
    timeout server 60s
    timeout tunnel 60s
frontend tls
    bind 127.0.0.1:{port} ssl crt {pem}
    http-request set-header X-Forwarded-Proto https
    default_backend region
backend region
    server region 127.0.0.1:{region}
"""


@pytest.fixture(scope="module")
def proxy(region, tmp_path_factory):
    if not shutil.which("haproxy") or not shutil.which("openssl"):
        pytest.skip("needs haproxy and openssl")
    folder, port = tmp_path_factory.mktemp("tls"), free_port()
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost", "-keyout", folder / "key", "-out", folder / "crt"],
                   check=True, capture_output=True)
    pem = folder / "pem"
    pem.write_text((folder / "crt").read_text() + (folder / "key").read_text())
    (folder / "cfg").write_text(CONFIGURATION.format(port=port, pem=pem, region=region.port))
    process = subprocess.Popen(["haproxy", "-f", folder / "cfg"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield f"https://localhost:{port}", str(folder / "crt")
    finally:
        process.terminate()
        process.wait(10)


def dial(url, certificate, query):
    """Opens a websocket as Go does: signed with %20, sent with +. Returns the connection and the status."""
    parts = urllib.parse.urlsplit(url)
    signed = AWSRequest("GET", f"{url}/ws?{query}", headers={"Host": parts.netloc})
    SigV4Auth(Credentials(KEY, SECRET), "ecs", "us-east-1").add_auth(signed)
    context = ssl.create_default_context(cafile=certificate)
    connection = http.client.HTTPSConnection(parts.netloc, context=context, timeout=10)
    connection.putrequest("GET", f"{parts.path}/ws?{query.replace('%20', '+')}", skip_host=True)
    headers = {"Host": parts.netloc, "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
               "Sec-WebSocket-Key": "MDEyMzQ1Njc4OWFiY2RlZg==", "X-Amz-Date": signed.headers["X-Amz-Date"],
               "Authorization": signed.headers["Authorization"]}
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    stream = connection.sock.makefile("rb")
    status = int(stream.readline().split()[1])
    while stream.readline().strip():
        pass
    return connection, stream, status


def frame(stream):
    head = stream.read(2)
    assert head[0] == 0x81, "a whole text frame"
    size = head[1] & 0x7F
    if size == 126:
        size = int.from_bytes(stream.read(2), "big")
    return json.loads(stream.read(size))


def test_sessions_open_over_tls(region, proxy):
    endpoint, certificate = proxy
    ecs = region.client("ecs", endpoint_url=endpoint, verify=certificate)
    eventually(lambda: ecs.list_clusters(), 10)
    ecs.create_cluster(clusterName="afar")
    made = ecs.register_container_instance(
        cluster="afar", totalResources=[{"name": "CPU", "type": "INTEGER", "integerValue": 1024},
                                        {"name": "MEMORY", "type": "INTEGER", "integerValue": 512}])
    arn = made["containerInstance"]["containerInstanceArn"]
    found = ecs.discover_poll_endpoint(cluster="afar", containerInstance=arn)
    assert found["endpoint"] == f"{endpoint}/agent/acs"
    assert found["telemetryEndpoint"] == f"{endpoint}/agent/tcs"
    query = ("agentHash=a8b3e7d3&agentVersion=1.105.1&clusterArn=afar&containerInstanceArn="
             f"{urllib.parse.quote(arn, safe='')}&dockerVersion=DockerVersion%3A%2020.10.24%2Bdfsg1&protocolVersion=2"
             "&sendCredentials=true&seqNum=1")
    connection, stream, status = dial(found["endpoint"], certificate, query)
    assert status == 101
    manifest = frame(stream)
    assert manifest["type"] == "TaskManifestMessage" and manifest["message"]["containerInstanceArn"] == arn

    def described():
        return ecs.describe_container_instances(cluster="afar", containerInstances=[arn])["containerInstances"][0]

    instance = eventually(lambda: (i := described())["agentConnected"] and i)
    assert instance["versionInfo"] == {"agentVersion": "1.105.1", "agentHash": "a8b3e7d3",
                                       "dockerVersion": "DockerVersion: 20.10.24+dfsg1"}

    ecs.deregister_container_instance(cluster="afar", containerInstance=arn)
    head = stream.read(2)
    assert head[0] == 0x88, "a goodbye"
    text = stream.read(head[1] & 0x7F)
    assert int.from_bytes(text[:2], "big") == 1000 and text[2:].startswith(b"InactiveInstanceException")
    connection.close()
    connection, stream, status = dial(found["endpoint"], certificate, query)
    assert status == 400
    assert list(json.loads(stream.read1(4096))) == ["InactiveInstanceException"]
    connection.close()


def join(endpoint, cluster, directory, **environment):
    return RoostProcess(
        ["agent", "--server", endpoint, "--cluster", cluster, "--engine", "simulated", "--data", directory],
        directory / "agent.log", {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, **environment})


def test_our_agent_works_over_tls(region, proxy, ecs, tmp_path):
    endpoint, certificate = proxy
    ecs.create_cluster(clusterName="secure")
    agent = join(endpoint, "secure", tmp_path / "trusting", AWS_CA_BUNDLE=certificate)
    try:
        eventually(lambda: ecs.list_container_instances(cluster="secure")["containerInstanceArns"])
        ecs.register_task_definition(
            family="secure", containerDefinitions=[{"name": "app", "image": "busybox", "memory": 32}])
        task = ecs.run_task(cluster="secure", taskDefinition="secure")["tasks"][0]["taskArn"]
        ecs.get_waiter("tasks_running").wait(cluster="secure", tasks=[task], WaiterConfig={"Delay": 1})
        # The endpoint that it was told is the proxy's, and its session is there.
        (arn,) = ecs.list_container_instances(cluster="secure")["containerInstanceArns"]
        (instance,) = ecs.describe_container_instances(cluster="secure", containerInstances=[arn])["containerInstances"]
        assert instance["agentConnected"] and instance["runningTasksCount"] == 1
    finally:
        agent.terminate()


def test_a_certificate_that_nobody_vouches_for_is_refused(proxy, ecs, tmp_path):
    ecs.create_cluster(clusterName="doubtful")
    agent = join(proxy[0], "doubtful", tmp_path / "doubting")
    try:
        eventually(lambda: "AWS_CA_BUNDLE" in agent.log.read_text(), 15, message=agent.log.read_text)
        assert "CERTIFICATE_VERIFY_FAILED" in agent.log.read_text()
        assert not ecs.list_container_instances(cluster="doubtful")["containerInstanceArns"]
    finally:
        agent.terminate()
