"""TLS that ends at the region itself: one port for HTTPS from anywhere and plain HTTP from this machine."""

import os
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request

import pytest

from support.ecs import container, instances, register, run_one, unique, wait_running, wait_stopped
from support.machines import Host, Network
from support.region import AWS, BINARY, RoostProcess, clean_environment


def make_certificate(folder, name="localhost", address="127.0.0.1", serial=1):
    """A certificate that vouches for itself, and its key; the key is put in place first."""
    key, certificate = folder / "key.pem", folder / "cert.pem"
    new_key, new_certificate = folder / "new.key", folder / "new.crt"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-days", "2", "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name},IP:{address}",
                    "-set_serial", str(serial), "-keyout", new_key, "-out", new_certificate], check=True, capture_output=True)
    new_key.rename(key)
    new_certificate.rename(certificate)
    return certificate, key


@pytest.fixture(scope="module")
def network():
    if os.geteuid() != 0:
        pytest.skip("network namespaces need root")
    network = Network("rst-tls")
    yield network
    network.close()


@pytest.fixture(scope="module")
def files(network, tmp_path_factory):
    return make_certificate(tmp_path_factory.mktemp("tls"), address=network.address)


@pytest.fixture(scope="module")
def secure(new_region, files):
    certificate, key = files
    region = new_region(role="server", instances=0, listen="0.0.0.0",
                        arguments=["--tls-cert", certificate, "--tls-key", key]).start()
    region.secure_endpoint = f"https://localhost:{region.port}"
    return region


def test_both_are_served_on_one_port(secure, files):
    ecs = secure.client("ecs", endpoint_url=secure.secure_endpoint, verify=str(files[0]))
    name = ecs.create_cluster(clusterName=unique("c"))["cluster"]["clusterName"]
    assert secure.ecs.describe_clusters(clusters=[name])["clusters"][0]["status"] == "ACTIVE", "by plain HTTP"
    assert "other machines use https://" in secure.log_text()
    # Large bodies, and many requests over one connection.
    for _ in range(3):
        register(ecs, containers=[container(environment=[{"name": "LONG", "value": "x" * 50_000}])])
    request = urllib.request.Request(secure.secure_endpoint + "/", b"x" * 5_000_000)
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, context=ssl.create_default_context(cafile=str(files[0])), timeout=10)
    assert refused.value.code == 413


def test_the_command_line_and_our_commands(secure, files):
    environment = {**secure.aws_environment(), "AWS_ENDPOINT_URL": secure.secure_endpoint, "AWS_CA_BUNDLE": str(files[0])}
    done = subprocess.run([AWS, "ecs", "list-clusters"], env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and "default" in done.stdout, done.stderr
    done = subprocess.run([BINARY, "status", "--data", secure.data], env=environment, capture_output=True, text=True,
                          timeout=60)
    assert done.returncode == 0 and "default" in done.stdout, done.stderr
    # Whom nobody vouches for is not trusted.
    del environment["AWS_CA_BUNDLE"]
    done = subprocess.run([AWS, "ecs", "list-clusters"], env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode != 0 and "SSL" in done.stderr


def speak(host, port, data, prefix=()):
    """Sends bytes from a machine, and returns the answer."""
    program = ("import socket, sys; s = socket.create_connection((sys.argv[1], int(sys.argv[2])), 5); "
               "s.sendall(bytes.fromhex(sys.argv[3])); s.settimeout(10); "
               "print(b''.join(iter(lambda: s.recv(4096), b'')).decode())")
    done = subprocess.run([*prefix, "python3", "-c", program, host, str(port), data.hex()], capture_output=True,
                          text=True, timeout=30)
    return done.stdout


def test_another_machine_joins_over_tls_and_is_refused_without(secure, network, files, tmp_path):
    machine = Host(network, 4, tmp_path / "h4")
    agent = None
    try:
        request = b"GET /_roost/health HTTP/1.1\r\nHost: x\r\n\r\n"
        answer = speak(network.address, secure.port, request, machine.prefix)
        assert answer.startswith("HTTP/1.1 400 ") and "https://" in answer
        token = secure.roost("token", "--data", secure.data).stdout.strip()
        agent = RoostProcess(
            ["agent", "--server", f"https://{network.address}:{secure.port}", "--token", token, "--engine", "simulated",
             "--data", tmp_path / "agent", "--address", machine.address], tmp_path / "agent.log",
            {"AWS_CA_BUNDLE": str(files[0])}, machine.prefix)
        secure.wait_for_instances(1)
        arn = run_one(secure.ecs, register(secure.ecs))["taskArn"]
        wait_running(secure.ecs, arn)
        # A renewal does not end what is open.
        before = presented(secure.port)
        make_certificate(files[0].parent, address=network.address, serial=3)
        assert presented(secure.port) != before
        secure.ecs.stop_task(task=arn)
        wait_stopped(secure.ecs, arn)
        assert instances(secure.ecs)[0]["agentConnected"]
    finally:
        if agent:
            agent.terminate()
        machine.close()


def presented(port):
    """The certificate that the region shows."""
    with socket.create_connection(("127.0.0.1", port), 5) as plain:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with context.wrap_socket(plain, server_hostname="localhost") as connection:
            return ssl.DER_cert_to_PEM_cert(connection.getpeercert(True))


def test_a_renewed_certificate_counts_without_a_restart(secure, network, files):
    certificate, key = files
    before = presented(secure.port)
    assert before == certificate.read_text()
    old_key = key.read_bytes()
    key.write_text("half of a ke")
    assert presented(secure.port) == before, "what cannot be used changes nothing"
    key.write_bytes(old_key)
    make_certificate(certificate.parent, address=network.address, serial=2)
    assert presented(secure.port) != before
    assert presented(secure.port) == certificate.read_text()
    assert "the old certificate stays" in secure.log_text() and "counts from now on" in secure.log_text()


def test_connections_that_say_nothing_or_nonsense(secure):
    for data in (b"\x16", b"\x16\x03\x01\xff\xff" + bytes(100), b"\x00" * 10):
        with socket.create_connection(("127.0.0.1", secure.port), 5) as connection:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            connection.settimeout(10)
            while connection.recv(4096):
                pass
    silent = socket.create_connection(("127.0.0.1", secure.port), 5)
    assert secure.healthy()
    began = time.monotonic()
    assert secure.terminate() == 0, "nor is the end held up by one that says nothing"
    assert time.monotonic() - began < 10
    silent.close()


@pytest.mark.parametrize("arguments, words", [
    (["--tls-cert", "CERT"], "go together"),
    (["--tls-cert", "/nonexistent", "--tls-key", "KEY"], "/nonexistent cannot be used"),
    (["--tls-cert", "CERT", "--tls-key", "CERT"], "cert.pem cannot be used"),
    (["--tls-cert", "CERT", "--tls-key", "OTHER"], "with its key cannot be used"),
])
def test_files_that_cannot_be_used_are_named(tmp_path, arguments, words):
    certificate, key = make_certificate(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    named = {"CERT": certificate, "KEY": key, "OTHER": make_certificate(other)[1]}
    done = subprocess.run(
        [BINARY, "server", "--data", tmp_path / "data", "--listen", "127.0.0.1:0", *[named.get(a, a) for a in arguments]],
        env=clean_environment(), capture_output=True, text=True, timeout=30)
    assert done.returncode != 0 and words in done.stderr, done.stderr
    assert "Fatal error" not in done.stderr
