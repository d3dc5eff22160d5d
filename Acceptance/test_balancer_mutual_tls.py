"""Listeners that verify their clients' certificates: real handshakes with a load balancer node."""

import json
import subprocess

import pytest

from support.authority import Authority
from support.balancer_shapes import curl, needs_haproxy, serve
from support.poll import eventually

pytestmark = needs_haproxy


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path / "authority", "Roost clients")


def verifying(authority, **settings):
    """Attributes of a listener that verifies against an authority."""
    verify = {"authorities": authority.certificate.read_text(), "revocations": "", "ignoresExpiry": False,
              "advertisesNames": False, **settings}
    return {"certificates": ["c"], "mutualAuthentication": {"verify": verify}}


def is_refused(url, *arguments):
    """Whether the node ends the handshake: with TLS 1.3 a client hears of it when it sends or receives."""
    answer = subprocess.run(["curl", "-sS", "-k", "--max-time", "10", *map(str, arguments), url], capture_output=True)
    if answer.returncode == 0:
        return False
    assert answer.returncode in (35, 52, 55, 56), answer.stderr
    return True


def of(client):
    return "--cert", client.with_suffix(".pem"), "--key", client.with_suffix(".key")


def test_clients_are_verified(node, blue, pem, authority, tmp_path):
    right = authority.issue("right")
    stranger = Authority(tmp_path / "stranger", "Roost clients").issue("stranger")
    address, port, _ = serve(
        node, [blue.entry()], transport="https", certificates=[{"id": "c", "pem": pem("a.example.com")}],
        listener_attributes=verifying(authority))
    url = f"https://{address}:{port}/"
    assert is_refused(url)
    assert is_refused(url, *of(stranger)), "a namesake of the authority has signed it"
    for version in (["--tlsv1.3"], ["--tls-max", "1.2"]):
        assert is_refused(url, *version)
        status, _, body = curl("-k", "--http1.1", *version, *of(right), "-H",
                               "X-Amzn-Mtls-Clientcert-Subject: CN=somebody", url)
        told = dict(json.loads(body)["headers"])
        assert status == 200
        assert told["x-amzn-mtls-clientcert-subject"] == "CN=right"
        assert "CN=Roost clients" in told["x-amzn-mtls-clientcert-issuer"]
        assert int(told["x-amzn-mtls-clientcert-serial-number"], 16) == authority.serial(right)
        assert "BEGIN%20CERTIFICATE" in told["x-amzn-mtls-clientcert-leaf"]


def test_revoked_and_expired_clients(node, blue, pem, authority):
    right, revoked, expired = authority.issue("right"), authority.issue("revoked"), authority.issue("expired", days=-1)
    address, port, group = serve(
        node, [blue.entry()], transport="https", certificates=[{"id": "c", "pem": pem("a.example.com")}],
        listener_attributes=verifying(authority))
    url = f"https://{address}:{port}/"
    assert curl("-k", *of(revoked), url)[0] == 200
    assert is_refused(url, *of(expired))

    def configure(**settings):
        configuration = node.control.configuration
        listener = configuration["loadBalancers"][0]["listeners"][0]
        listener.update(verifying(authority, **settings))
        assert node.control.configure(
            configuration["loadBalancers"], configuration["targetGroups"], configuration["certificates"]) == []

    configure(revocations=authority.revoke(revoked))
    # A reload: workers that are about to end may take one more connection.
    eventually(lambda: is_refused(url, *of(revoked)), 5)
    assert curl("-k", *of(right), url)[0] == 200
    assert is_refused(url, *of(expired)) and is_refused(url)

    configure(revocations=authority.revoke(revoked), ignoresExpiry=True)
    eventually(lambda: not is_refused(url, *of(expired)), 5)
    assert curl("-k", *of(right), url)[0] == 200
    assert is_refused(url, *of(revoked)) and is_refused(url), "the rest is verified all the same"


def test_lists_of_another_authority_leave_clients_alone(node, blue, pem, authority, tmp_path):
    other = Authority(tmp_path / "other", "Others")
    client, revoked = authority.issue("right"), other.issue("revoked")
    both = authority.certificate.read_text() + other.certificate.read_text()
    address, port, _ = serve(
        node, [blue.entry()], transport="https", certificates=[{"id": "c", "pem": pem("a.example.com")}],
        listener_attributes=verifying(authority, authorities=both, revocations=other.revoke(revoked)))
    url = f"https://{address}:{port}/"
    assert curl("-k", *of(client), url)[0] == 200
    assert is_refused(url, *of(revoked))


def test_a_list_that_has_expired_lets_nobody_in(node, blue, pem, authority):
    right, revoked = authority.issue("right"), authority.issue("revoked")
    address, port, _ = serve(
        node, [blue.entry()], transport="https", certificates=[{"id": "c", "pem": pem("a.example.com")}],
        listener_attributes=verifying(authority, revocations=authority.revoke(revoked, has_expired=True)))
    url = f"https://{address}:{port}/"
    assert is_refused(url, *of(right)) and is_refused(url, *of(revoked))


def test_names_of_authorities_are_told_when_asked_for(node, blue, pem, authority):
    for advertises in (False, True):
        address, port, _ = serve(
            node, [blue.entry()], transport="https", certificates=[{"id": "c", "pem": pem("a.example.com")}],
            listener_attributes=verifying(authority, advertisesNames=advertises))
        told = subprocess.run(["openssl", "s_client", "-connect", f"{address}:{port}", "-tls1_2"], input=b"",
                              capture_output=True, timeout=20).stdout
        assert (b"Acceptable client certificate CA names\nCN = Roost clients\n" in told) == advertises
        assert (b"No client certificate CA names sent" in told) != advertises
