"""Parameter Store and Secrets Manager by boto3: what tasks take their secrets from."""

import string

import pytest
from botocore.exceptions import ClientError


@pytest.fixture(scope="module")
def ssm(region):
    return region.client("ssm")


@pytest.fixture(scope="module")
def secrets(region):
    return region.client("secretsmanager")


def code_of(call, **arguments):
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return caught.value.response["Error"]["Code"]


def test_the_life_of_a_parameter(ssm):
    name = "/life/color"
    assert ssm.put_parameter(Name=name, Value="red", Type="String", Tags=[{"Key": "a", "Value": "b"}])["Version"] == 1
    assert ssm.put_parameter(Name=name, Value="blue", Overwrite=True)["Version"] == 2
    assert ssm.get_parameter(Name=name)["Parameter"]["Value"] == "blue"
    ssm.label_parameter_version(Name=name, ParameterVersion=1, Labels=["old"])
    assert ssm.get_parameter(Name=name + ":old")["Parameter"]["Value"] == "red"
    ssm.unlabel_parameter_version(Name=name, ParameterVersion=1, Labels=["old"])
    assert code_of(ssm.get_parameter, Name=name + ":old") == "ParameterVersionNotFound"
    ssm.add_tags_to_resource(ResourceType="Parameter", ResourceId=name, Tags=[{"Key": "c", "Value": "d"}])
    ssm.remove_tags_from_resource(ResourceType="Parameter", ResourceId=name, TagKeys=["a"])
    tags = ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId=name)["TagList"]
    assert tags == [{"Key": "c", "Value": "d"}]
    assert [v["Value"] for v in ssm.get_parameter_history(Name=name)["Parameters"]] == ["red", "blue"]
    ssm.delete_parameter(Name=name)
    assert code_of(ssm.get_parameter, Name=name) == "ParameterNotFound"


def test_pages_below_a_path(ssm):
    names = [f"/pages/p{number:02}" for number in range(25)]
    for name in names:
        ssm.put_parameter(Name=name, Value=name, Type="String")
    pages = ssm.get_paginator("get_parameters_by_path").paginate(Path="/pages")
    assert [p["Name"] for page in pages for p in page["Parameters"]] == names
    filters = [{"Key": "Path", "Values": ["/pages"]}]
    pages = ssm.get_paginator("describe_parameters").paginate(ParameterFilters=filters, PaginationConfig={"PageSize": 10})
    assert [p["Name"] for page in pages for p in page["Parameters"]] == names
    assert sorted(ssm.delete_parameters(Names=names[:10])["DeletedParameters"]) == names[:10]


def test_a_parameter_keeps_a_hundred_versions(ssm):
    for number in range(105):
        ssm.put_parameter(Name="many", Value=str(number), Type="String", Overwrite=True)
    assert code_of(ssm.get_parameter, Name="many:5") == "ParameterVersionNotFound"
    assert ssm.get_parameter(Name="many:6")["Parameter"]["Value"] == "5"


def test_the_life_of_a_secret(secrets):
    made = secrets.create_secret(Name="life/db", SecretString="one", Tags=[{"Key": "a", "Value": "b"}])
    assert secrets.get_secret_value(SecretId=made["ARN"])["SecretString"] == "one"
    put = secrets.put_secret_value(SecretId="life/db", SecretString="two")
    assert put["VersionStages"] == ["AWSCURRENT"]
    assert secrets.get_secret_value(SecretId="life/db")["SecretString"] == "two"
    assert secrets.get_secret_value(SecretId="life/db", VersionStage="AWSPREVIOUS")["SecretString"] == "one"
    secrets.update_secret_version_stage(
        SecretId="life/db", VersionStage="AWSCURRENT", MoveToVersionId=made["VersionId"],
        RemoveFromVersionId=put["VersionId"])
    assert secrets.get_secret_value(SecretId="life/db")["SecretString"] == "one"
    secrets.update_secret(SecretId="life/db", Description="d", SecretBinary=b"\x00\x01")
    assert secrets.get_secret_value(SecretId="life/db")["SecretBinary"] == b"\x00\x01"
    secrets.tag_resource(SecretId="life/db", Tags=[{"Key": "c", "Value": "d"}])
    secrets.untag_resource(SecretId="life/db", TagKeys=["a"])
    shown = secrets.describe_secret(SecretId="life/db")
    assert shown["Tags"] == [{"Key": "c", "Value": "d"}] and shown["Description"] == "d"
    assert len(secrets.list_secret_version_ids(SecretId="life/db", IncludeDeprecated=True)["Versions"]) == 3
    secrets.delete_secret(SecretId="life/db")
    assert code_of(secrets.get_secret_value, SecretId="life/db") == "InvalidRequestException"
    secrets.restore_secret(SecretId="life/db")
    secrets.delete_secret(SecretId="life/db", ForceDeleteWithoutRecovery=True)
    assert code_of(secrets.describe_secret, SecretId="life/db") == "ResourceNotFoundException"


def test_random_passwords(secrets):
    made = {secrets.get_random_password()["RandomPassword"] for _ in range(20)}
    assert len(made) == 20 and {len(password) for password in made} == {32}
    for password in made:
        assert all(any(c in password for c in kind) for kind in (
            string.ascii_lowercase, string.ascii_uppercase, string.digits, string.punctuation)), password
        assert " " not in password
    plain = secrets.get_random_password(PasswordLength=400, ExcludePunctuation=True, ExcludeNumbers=True, IncludeSpace=True,
                                        ExcludeCharacters="xyz")["RandomPassword"]
    assert set(plain) == set(string.ascii_letters + " ") - set("xyz")
    assert code_of(secrets.get_random_password, PasswordLength=3) == "InvalidParameterException"


def test_pages_of_secrets(secrets):
    for number in range(12):
        secrets.create_secret(Name=f"pages/{number:02}")
    filters = [{"Key": "name", "Values": ["pages/"]}]
    pages = secrets.get_paginator("list_secrets").paginate(
        Filters=filters, SortBy="name", SortOrder="asc", PaginationConfig={"PageSize": 5})
    assert [s["Name"] for page in pages for s in page["SecretList"]] == [f"pages/{n:02}" for n in range(12)]


def test_the_cli(region):
    region.aws("ssm", "put-parameter", "--name", "/cli/a", "--value", "1", "--type", "SecureString")
    shown = region.aws("ssm", "get-parameters", "--names", "/cli/a", "/cli/b", "--with-decryption")
    assert shown["Parameters"][0]["Value"] == "1" and shown["InvalidParameters"] == ["/cli/b"]
    region.aws("secretsmanager", "create-secret", "--name", "cli", "--secret-string", "x")
    assert region.aws("secretsmanager", "get-secret-value", "--secret-id", "cli")["SecretString"] == "x"


def test_values_are_nowhere_in_clear(region, ssm, secrets):
    for kind in ("String", "SecureString"):
        ssm.put_parameter(Name=f"/clear/{kind}", Value="correct-horse-battery", Type=kind)
    secrets.create_secret(Name="clear", SecretString="correct-horse-battery")
    files = [path for path in region.data.rglob("*") if path.is_file()]
    assert any(b"/clear/SecureString" in path.read_bytes() for path in files), "the parameter is stored"
    assert not any(b"correct-horse-battery" in path.read_bytes() for path in files)
