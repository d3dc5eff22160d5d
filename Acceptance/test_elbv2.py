"""Elastic Load Balancing, and what it names of EC2 and ACM: every served operation with boto3, some with the CLI."""

import subprocess

import pytest
from botocore.exceptions import ClientError

from support.ecs import unique


@pytest.fixture(scope="module")
def elb(region):
    return region.client("elbv2")


@pytest.fixture(scope="module")
def ec2(region):
    return region.client("ec2")


@pytest.fixture(scope="module")
def acm(region):
    return region.client("acm")


@pytest.fixture(scope="module")
def vpc(ec2):
    return ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]


@pytest.fixture(scope="module")
def subnets(ec2, vpc):
    found = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["Subnets"]
    return [s["SubnetId"] for s in sorted(found, key=lambda s: s["AvailabilityZone"])]


@pytest.fixture
def balancer(elb, subnets):
    arn = elb.create_load_balancer(Name=unique("lb"), Subnets=subnets[:2])["LoadBalancers"][0]["LoadBalancerArn"]
    yield arn
    elb.delete_load_balancer(LoadBalancerArn=arn)


@pytest.fixture
def make_group(elb, vpc):
    made = []

    def make(**settings):
        settings = {"Protocol": "HTTP", "Port": 80, "VpcId": vpc, "TargetType": "ip", **settings}
        made.append(elb.create_target_group(Name=unique("tg"), **settings)["TargetGroups"][0]["TargetGroupArn"])
        return made[-1]

    return make


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """(certificate, key) in PEM, made by OpenSSL."""
    folder = tmp_path_factory.mktemp("certificate")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "9", "-subj", "/CN=roost.test",
         "-addext", "subjectAltName=DNS:roost.test,DNS:*.roost.test", "-keyout", folder / "key", "-out", folder / "crt"],
        check=True, capture_output=True)
    return (folder / "crt").read_bytes(), (folder / "key").read_bytes()


def code_of(call, **arguments):
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return caught.value.response["Error"]["Code"]


def forward(*groups):
    if len(groups) == 1:
        return [{"Type": "forward", "TargetGroupArn": groups[0]}]
    tuples = [{"TargetGroupArn": group, "Weight": 50} for group in groups]
    return [{"Type": "forward", "ForwardConfig": {"TargetGroups": tuples}}]


def test_load_balancers(elb, subnets):
    name = unique("lb")
    made = elb.create_load_balancer(Name=name, Subnets=subnets[:2], Tags=[{"Key": "a", "Value": "b"}])["LoadBalancers"][0]
    arn = made["LoadBalancerArn"]
    assert made["State"]["Code"] == "provisioning" and made["DNSName"].endswith(".us-east-1.elb.localhost")
    assert made["CreatedTime"].tzinfo and made["SecurityGroups"]
    assert elb.create_load_balancer(Name=name, Subnets=subnets[:2])["LoadBalancers"][0]["LoadBalancerArn"] == arn
    assert elb.describe_load_balancers(Names=[name])["LoadBalancers"][0]["LoadBalancerArn"] == arn
    pages = list(elb.get_paginator("describe_load_balancers").paginate(PaginationConfig={"PageSize": 1}))
    assert arn in [b["LoadBalancerArn"] for page in pages for b in page["LoadBalancers"]]
    zones = elb.set_subnets(LoadBalancerArn=arn, Subnets=subnets[1:3])["AvailabilityZones"]
    assert [z["SubnetId"] for z in zones] == subnets[1:3]
    assert elb.set_ip_address_type(LoadBalancerArn=arn, IpAddressType="ipv4")["IpAddressType"] == "ipv4"
    assert code_of(elb.set_ip_address_type, LoadBalancerArn=arn, IpAddressType="dualstack") == "InvalidSubnet"
    assert elb.describe_capacity_reservation(LoadBalancerArn=arn)["CapacityReservationState"] == []
    assert elb.modify_capacity_reservation(LoadBalancerArn=arn, ResetCapacityReservation=True)
    assert elb.modify_ip_pools(LoadBalancerArn=arn, RemoveIpamPools=["ipv4"])
    elb.delete_load_balancer(LoadBalancerArn=arn)
    elb.get_waiter("load_balancers_deleted").wait(Names=[name], WaiterConfig={"Delay": 1, "MaxAttempts": 2})
    elb.delete_load_balancer(LoadBalancerArn=arn)


def test_attributes(elb, balancer, make_group):
    def pairs(answer):
        return {a["Key"]: a["Value"] for a in answer["Attributes"]}

    assert pairs(elb.describe_load_balancer_attributes(LoadBalancerArn=balancer))["idle_timeout.timeout_seconds"] == "60"
    changed = elb.modify_load_balancer_attributes(
        LoadBalancerArn=balancer, Attributes=[{"Key": "idle_timeout.timeout_seconds", "Value": "30"}])
    assert pairs(changed)["idle_timeout.timeout_seconds"] == "30"
    group = make_group()
    key = "deregistration_delay.timeout_seconds"
    elb.modify_target_group_attributes(TargetGroupArn=group, Attributes=[{"Key": key, "Value": "5"}])
    assert pairs(elb.describe_target_group_attributes(TargetGroupArn=group))[key] == "5"
    listener = elb.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=80,
                                   DefaultActions=forward(group))["Listeners"][0]["ListenerArn"]
    key = "routing.http.response.server.enabled"
    elb.modify_listener_attributes(ListenerArn=listener, Attributes=[{"Key": key, "Value": "false"}])
    assert pairs(elb.describe_listener_attributes(ListenerArn=listener))[key] == "false"


def test_listeners_and_rules(elb, balancer, make_group):
    one, two = make_group(), make_group()
    listener = elb.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=80,
                                   DefaultActions=forward(one))["Listeners"][0]["ListenerArn"]
    assert elb.describe_listeners(LoadBalancerArn=balancer)["Listeners"][0]["ListenerArn"] == listener
    rule = elb.create_rule(
        ListenerArn=listener, Priority=10, Actions=forward(one, two), Tags=[{"Key": "a", "Value": "b"}],
        Conditions=[{"Field": "path-pattern", "Values": ["/img/*"]},
                    {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "X-A", "Values": ["b"]}},
                    {"Field": "query-string", "QueryStringConfig": {"Values": [{"Key": "v", "Value": "1"}]}}])["Rules"][0]
    assert code_of(elb.create_rule, ListenerArn=listener, Priority=10, Actions=forward(two),
                   Conditions=[{"Field": "host-header", "Values": ["a.test"]}]) == "PriorityInUse"
    moved = elb.set_rule_priorities(RulePriorities=[{"RuleArn": rule["RuleArn"], "Priority": 20}])["Rules"]
    assert [r["Priority"] for r in moved] == ["20"]
    changed = elb.modify_rule(RuleArn=rule["RuleArn"], Actions=[
        {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "503", "MessageBody": "later"}}])["Rules"][0]
    assert changed["Conditions"] == rule["Conditions"]
    rules = elb.describe_rules(ListenerArn=listener)["Rules"]
    assert [r["Priority"] for r in rules] == ["20", "default"]
    assert code_of(elb.delete_rule, RuleArn=rules[1]["RuleArn"]) == "OperationNotPermitted"
    elb.delete_rule(RuleArn=rule["RuleArn"])
    elb.modify_listener(ListenerArn=listener, Port=81)
    assert elb.describe_listeners(ListenerArns=[listener])["Listeners"][0]["Port"] == 81
    elb.delete_listener(ListenerArn=listener)
    assert code_of(elb.describe_listeners, ListenerArns=[listener]) == "ListenerNotFound"


def test_targets(elb, balancer, make_group):
    group = make_group(HealthCheckIntervalSeconds=5)
    target = {"Id": "10.255.0.1", "Port": 8080}
    elb.register_targets(TargetGroupArn=group, Targets=[target])
    health = elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"][0]
    assert health["TargetHealth"]["Reason"] == "Target.NotInUse"
    assert elb.modify_target_group(TargetGroupArn=group, HealthCheckPath="/up")["TargetGroups"][0]["HealthCheckPath"] == "/up"
    elb.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=80, DefaultActions=forward(group))
    assert elb.describe_target_groups(LoadBalancerArn=balancer)["TargetGroups"][0]["LoadBalancerArns"] == [balancer]
    assert code_of(elb.delete_target_group, TargetGroupArn=group) == "ResourceInUse"
    elb.modify_target_group_attributes(
        TargetGroupArn=group, Attributes=[{"Key": "deregistration_delay.timeout_seconds", "Value": "0"}])
    elb.deregister_targets(TargetGroupArn=group, Targets=[target])
    elb.get_waiter("target_deregistered").wait(
        TargetGroupArn=group, Targets=[target], WaiterConfig={"Delay": 1, "MaxAttempts": 3})


def test_instances_are_targets(elb, ec2, make_group):
    instances = [i for r in ec2.describe_instances()["Reservations"] for i in r["Instances"]]
    assert instances and all(i["State"]["Name"] == "running" and i["Placement"]["AvailabilityZone"] for i in instances)
    group = make_group(TargetType="instance")
    elb.register_targets(TargetGroupArn=group, Targets=[{"Id": instances[0]["InstanceId"]}])
    found = elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
    assert [t["Target"]["Id"] for t in found] == [instances[0]["InstanceId"]]
    unknown = [{"Id": "i-0123456789abcdef0"}]
    assert code_of(elb.register_targets, TargetGroupArn=group, Targets=unknown) == "InvalidTarget"


def test_certificates(elb, acm, balancer, make_group, certificate):
    pem, key = certificate
    arn = acm.import_certificate(Certificate=pem, PrivateKey=key, Tags=[{"Key": "a", "Value": "b"}])["CertificateArn"]
    other = acm.import_certificate(Certificate=pem, PrivateKey=key)["CertificateArn"]
    detail = acm.describe_certificate(CertificateArn=arn)["Certificate"]
    assert detail["DomainName"] == "roost.test" and detail["SubjectAlternativeNames"] == ["roost.test", "*.roost.test"]
    assert detail["Status"] == "ISSUED" and detail["Type"] == "IMPORTED"
    assert acm.get_certificate(CertificateArn=arn)["Certificate"].strip() == pem.decode().strip()
    assert {arn, other} <= {c["CertificateArn"] for c in acm.list_certificates()["CertificateSummaryList"]}
    listener = elb.create_listener(
        LoadBalancerArn=balancer, Protocol="HTTPS", Port=443, Certificates=[{"CertificateArn": arn}],
        DefaultActions=forward(make_group()))["Listeners"][0]
    assert listener["SslPolicy"] == "ELBSecurityPolicy-2016-08"
    where = {"ListenerArn": listener["ListenerArn"]}
    elb.add_listener_certificates(**where, Certificates=[{"CertificateArn": other}])
    shown = elb.describe_listener_certificates(**where)["Certificates"]
    assert [(c["CertificateArn"], c["IsDefault"]) for c in shown] == [(arn, True), (other, False)]
    assert acm.describe_certificate(CertificateArn=other)["Certificate"]["InUseBy"] == [balancer]
    assert code_of(acm.delete_certificate, CertificateArn=other) == "ResourceInUseException"
    elb.remove_listener_certificates(**where, Certificates=[{"CertificateArn": other}])
    acm.delete_certificate(CertificateArn=other)
    acm.add_tags_to_certificate(CertificateArn=arn, Tags=[{"Key": "c", "Value": "d"}])
    acm.remove_tags_from_certificate(CertificateArn=arn, Tags=[{"Key": "a"}])
    assert acm.list_tags_for_certificate(CertificateArn=arn)["Tags"] == [{"Key": "c", "Value": "d"}]


def test_the_private_key_is_nowhere_in_clear(region, acm, certificate):
    pem, key = certificate
    acm.import_certificate(Certificate=pem, PrivateKey=key)
    line = key.splitlines()[3]
    files = [path for path in region.data.rglob("*") if path.is_file()]
    assert any(b"roost.test" in path.read_bytes() for path in files), "the certificate is stored"
    assert not any(line in path.read_bytes() for path in files)
    assert (region.data / "vault.key").stat().st_mode & 0o777 == 0o600


def test_tags_limits_and_policies(elb, balancer):
    elb.add_tags(ResourceArns=[balancer], Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    elb.remove_tags(ResourceArns=[balancer], TagKeys=["a"])
    assert elb.describe_tags(ResourceArns=[balancer])["TagDescriptions"][0]["Tags"] == [{"Key": "b", "Value": "2"}]
    assert {"Name": "target-groups", "Max": "3000"} in elb.describe_account_limits()["Limits"]
    policies = elb.describe_ssl_policies(Names=["ELBSecurityPolicy-TLS13-1-2-2021-06"])["SslPolicies"]
    assert policies[0]["SslProtocols"] == ["TLSv1.2", "TLSv1.3"]
    assert elb.describe_trust_stores()["TrustStores"] == []


def test_security_groups(elb, ec2, balancer, vpc):
    name = unique("group")
    group = ec2.create_security_group(GroupName=name, Description="of a test", VpcId=vpc)["GroupId"]
    permission = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    rule = ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])["SecurityGroupRules"][0]
    assert ec2.describe_security_group_rules(SecurityGroupRuleIds=[rule["SecurityGroupRuleId"]])["SecurityGroupRules"]
    shown = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]
    assert shown["IpPermissions"][0]["IpRanges"] == [{"CidrIp": "0.0.0.0/0"}]
    ec2.authorize_security_group_egress(GroupId=group, IpPermissions=[permission])
    ec2.revoke_security_group_egress(GroupId=group, IpPermissions=[permission])
    ec2.revoke_security_group_ingress(GroupId=group, SecurityGroupRuleIds=[rule["SecurityGroupRuleId"]])
    assert elb.set_security_groups(LoadBalancerArn=balancer, SecurityGroups=[group])["SecurityGroupIds"] == [group]
    assert code_of(ec2.delete_security_group, GroupId=group) == "DependencyViolation"
    default = ec2.describe_security_groups(GroupNames=["default"])["SecurityGroups"][0]["GroupId"]
    elb.set_security_groups(LoadBalancerArn=balancer, SecurityGroups=[default])
    ec2.delete_security_group(GroupId=group)
    assert [z["State"] for z in ec2.describe_availability_zones()["AvailabilityZones"]] == ["available"] * 3


def test_the_cli(region, subnets):
    made = region.aws("elbv2", "create-load-balancer", "--name", unique("cli"), "--type", "network",
                      "--subnets", subnets[0])["LoadBalancers"][0]
    arn = made["LoadBalancerArn"]
    assert made["Type"] == "network"
    found = region.aws("elbv2", "describe-load-balancers", "--load-balancer-arns", arn)["LoadBalancers"]
    assert [b["LoadBalancerArn"] for b in found] == [arn]
    region.aws("elbv2", "delete-load-balancer", "--load-balancer-arn", arn)
