"""Trust stores: every operation with boto3, and an HTTPS listener that uses one."""

import base64
import subprocess
import urllib.error
import urllib.request

import pytest
from botocore.exceptions import ClientError

from support.authority import Authority
from support.balancer_shapes import needs_haproxy
from support.ecs import unique
from support.hosts import Host, RemoteNode, have_namespaces
from support.poll import eventually


@pytest.fixture(scope="module")
def region(new_region):
    """A server only: load balancers are served by nodes on hosts of their own."""
    return new_region(role="server", listen="0.0.0.0").start()


@pytest.fixture(scope="module")
def elb(region):
    return region.client("elbv2")


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("trust") / "authority", "Roost clients")


@pytest.fixture(scope="module")
def bucket(region, authority):
    """A bucket with a bundle of two certificates, a list in PEM and DER, and what is neither."""
    s3 = region.client("s3")
    name = unique("trust")
    s3.create_bucket(Bucket=name)
    client = authority.issue("revoked")
    pem = authority.revoke(client)
    der = base64.b64decode("".join(pem.strip().split("\n")[1:-1]))
    bundle = authority.certificate.read_text() + client.read_text()
    for key, body in (("ca/bundle.pem", bundle), ("list.pem", pem), ("list.crl", der), ("text", "no certificate")):
        s3.put_object(Bucket=name, Key=key, Body=body)
    return name


@pytest.fixture
def store(elb, bucket):
    made = elb.create_trust_store(Name=unique("ts"), CaCertificatesBundleS3Bucket=bucket,
                                  CaCertificatesBundleS3Key="ca/bundle.pem", Tags=[{"Key": "a", "Value": "b"}])
    assert made["TrustStores"][0]["Status"] == "ACTIVE" and made["TrustStores"][0]["NumberOfCaCertificates"] == 2
    arn = made["TrustStores"][0]["TrustStoreArn"]
    yield arn
    elb.delete_trust_store(TrustStoreArn=arn)


def code(call, **arguments):
    with pytest.raises(ClientError) as error:
        call(**arguments)
    return error.value.response["Error"]["Code"]


def test_life(elb, bucket, store, authority):
    assert elb.describe_tags(ResourceArns=[store])["TagDescriptions"][0]["Tags"] == [{"Key": "a", "Value": "b"}]
    contents = [{"S3Bucket": bucket, "S3Key": key, "RevocationType": "CRL"} for key in ("list.pem", "list.crl")]
    added = elb.add_trust_store_revocations(TrustStoreArn=store, RevocationContents=contents)["TrustStoreRevocations"]
    assert [(r["RevocationId"], r["NumberOfRevokedEntries"]) for r in added] == [(1, 1), (2, 1)]
    assert elb.describe_trust_stores(TrustStoreArns=[store])["TrustStores"][0]["TotalRevokedEntries"] == 2
    elb.remove_trust_store_revocations(TrustStoreArn=store, RevocationIds=[1])
    found = elb.describe_trust_store_revocations(TrustStoreArn=store)["TrustStoreRevocations"]
    assert [r["RevocationId"] for r in found] == [2]

    location = elb.get_trust_store_ca_certificates_bundle(TrustStoreArn=store)["Location"]
    with urllib.request.urlopen(location) as answer:
        assert answer.read().decode().startswith(authority.certificate.read_text())
    location = elb.get_trust_store_revocation_content(TrustStoreArn=store, RevocationId=2)["Location"]
    with urllib.request.urlopen(location) as answer:
        text = subprocess.run(["openssl", "crl", "-noout", "-text"], input=answer.read(), check=True,
                              capture_output=True).stdout
        assert b"Serial Number: 1000" in text
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(location[:-8] + "AAAAAAAA")
    assert error.value.code == 403

    changed = elb.modify_trust_store(TrustStoreArn=store, CaCertificatesBundleS3Bucket=bucket,
                                     CaCertificatesBundleS3Key="ca/bundle.pem")["TrustStores"][0]
    assert changed["TotalRevokedEntries"] == 1
    assert elb.describe_trust_store_associations(TrustStoreArn=store)["TrustStoreAssociations"] == []


def test_refusals(elb, bucket, store):
    def create(key, name="other", **more):
        return code(elb.create_trust_store, Name=name, CaCertificatesBundleS3Bucket=bucket,
                    CaCertificatesBundleS3Key=key, **more)

    assert create("nothing") == "CaCertificatesBundleNotFound"
    assert create("ca/bundle.pem", CaCertificatesBundleS3ObjectVersion="1") == "CaCertificatesBundleNotFound"
    assert create("text") == create("list.pem") == "InvalidCaCertificatesBundle"
    assert create("ca/bundle.pem", store.split("/")[1]) == "DuplicateTrustStoreName"
    content = [{"S3Bucket": bucket, "S3Key": "text"}]
    assert code(elb.add_trust_store_revocations, TrustStoreArn=store,
                RevocationContents=content) == "InvalidRevocationContent"
    assert code(elb.get_trust_store_revocation_content, TrustStoreArn=store, RevocationId=7) == "RevocationIdNotFound"
    assert code(elb.delete_shared_trust_store_association, TrustStoreArn=store, ResourceArn=store) == \
        "AssociationNotFound"
    assert code(elb.get_resource_policy, ResourceArn=store) == "ResourceNotFound"
    assert code(elb.describe_trust_stores, Names=["nobody"]) == "TrustStoreNotFound"


@pytest.fixture
def balancer(region, elb):
    subnets = [s["SubnetId"] for s in region.client("ec2").describe_subnets()["Subnets"]]
    arn = elb.create_load_balancer(Name=unique("lb"), Subnets=subnets[:2])["LoadBalancers"][0]["LoadBalancerArn"]
    yield arn
    elb.delete_load_balancer(LoadBalancerArn=arn)


@pytest.fixture
def certificate(region, pem):
    parts = pem("trust.example.com").split("-----BEGIN PRIVATE KEY")
    return region.client("acm").import_certificate(
        Certificate=parts[0], PrivateKey="-----BEGIN PRIVATE KEY" + parts[1])["CertificateArn"]


def listen(elb, balancer, certificate, port, **settings):
    return elb.create_listener(
        LoadBalancerArn=balancer, Protocol="HTTPS", Port=port, Certificates=[{"CertificateArn": certificate}],
        DefaultActions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}],
        MutualAuthentication=settings)["Listeners"][0]


def test_a_listener_uses_it(elb, store, balancer, certificate):
    settings = {"Mode": "verify", "TrustStoreArn": store, "IgnoreClientCertificateExpiry": True}
    listener = listen(elb, balancer, certificate, 443, **settings)
    arn = listener["ListenerArn"]
    assert listener["MutualAuthentication"] == {
        **settings, "TrustStoreAssociationStatus": "active", "AdvertiseTrustStoreCaNames": "off"}
    users = elb.describe_trust_store_associations(TrustStoreArn=store)["TrustStoreAssociations"]
    assert users == [{"ResourceArn": arn}]
    assert code(elb.delete_trust_store, TrustStoreArn=store) == "TrustStoreInUse"
    assert code(elb.delete_shared_trust_store_association, TrustStoreArn=store, ResourceArn=arn) == \
        "DeleteAssociationSameAccount"
    off = elb.modify_listener(ListenerArn=arn, MutualAuthentication={"Mode": "passthrough"})["Listeners"][0]
    assert off["MutualAuthentication"] == {"Mode": "passthrough"}


@pytest.fixture
def node(region, tmp_path):
    host = Host()
    node = RemoteNode(tmp_path, host, "lb-a", "us-east-1a", f"http://{host.gateway}:{region.port}")
    try:
        node.start()
        yield node
    finally:
        node.close()
        host.close()


@needs_haproxy
@pytest.mark.skipif(not have_namespaces(), reason="needs root, for network namespaces")
def test_clients_of_a_region_are_verified(node, elb, bucket, store, balancer, certificate, authority):
    right, revoked = authority.issue("right"), authority.folder / "revoked.pem"
    listen(elb, balancer, certificate, 443, Mode="verify", TrustStoreArn=store)

    def addresses():
        zones = elb.describe_load_balancers(LoadBalancerArns=[balancer])["LoadBalancers"][0]["AvailabilityZones"]
        return [a["IpAddress"] for zone in zones for a in zone["LoadBalancerAddresses"]]

    (address,) = eventually(addresses, 30)

    def status(client=None):
        """What the listener answers; 000 when it ends the handshake."""
        own = ["--cert", client, "--key", client.with_suffix(".key")] if client else []
        return subprocess.run(["curl", "-sk", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "10", *own,
                               f"https://{address}/"], capture_output=True).stdout

    eventually(lambda: status(right) == b"200", 15)
    assert (status(revoked), status()) == (b"200", b"000")
    elb.add_trust_store_revocations(
        TrustStoreArn=store, RevocationContents=[{"S3Bucket": bucket, "S3Key": "list.pem"}])
    eventually(lambda: status(revoked) == b"000", 15)
    assert status(right) == b"200"
