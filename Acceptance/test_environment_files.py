"""Environment files out of the region's own S3: put there with real clients, read by tasks."""

import subprocess
import urllib.request

import boto3
import botocore.exceptions
import pytest
from botocore.config import Config

from support.ecs import container, register, run_one, stop_everything, unique, wait_stopped
from support.region import AWS, KEY, SECRET

ROLE = "arn:aws:iam::000000000000:role/execution"


@pytest.fixture(scope="module")
def s3(real_region):
    return real_region.client("s3")


@pytest.fixture(autouse=True)
def nothing_left(real_region):
    yield
    stop_everything(real_region.ecs)


def code_of(call, **arguments):
    with pytest.raises(botocore.exceptions.ClientError) as raised:
        call(**arguments)
    return raised.value.response["Error"]["Code"]


def outcome(ecs, command, files, environment=(), **members):
    definition = register(ecs, executionRoleArn=ROLE, containers=[container(
        command=["sh", "-c", command], environment=list(environment),
        environmentFiles=[{"value": file, "type": "s3"} for file in files])])
    return wait_stopped(ecs, run_one(ecs, definition, **members)["taskArn"])


def test_objects_with_boto3(s3, real_region):
    bucket = unique("bucket")
    assert code_of(s3.get_object, Bucket=bucket, Key="k") == "NoSuchBucket"
    s3.create_bucket(Bucket=bucket)
    assert s3.head_bucket(Bucket=bucket)["ResponseMetadata"]["HTTPHeaders"]["x-amz-bucket-region"] == "us-east-1"
    assert code_of(s3.get_object, Bucket=bucket, Key="k") == "NoSuchKey"
    for key in ("k", "a b/ä+%2F/../x", "deep/er/k.env"):
        tag = s3.put_object(Bucket=bucket, Key=key, Body=b"A=1\nB=2\n")["ETag"]
        found = s3.get_object(Bucket=bucket, Key=key)
        assert found["Body"].read() == b"A=1\nB=2\n" and found["ETag"] == tag and found["ContentLength"] == 8
        assert s3.head_object(Bucket=bucket, Key=key)["ContentLength"] == 8
    part = s3.get_object(Bucket=bucket, Key="k", Range="bytes=4-6")
    assert part["Body"].read() == b"B=2" and part["ContentRange"] == "bytes 4-6/8"
    s3.delete_object(Bucket=bucket, Key="k")
    assert code_of(s3.head_object, Bucket=bucket, Key="k") == "404"
    for call, arguments in [(s3.list_objects_v2, {"Bucket": bucket}), (s3.list_buckets, {}),
                            (s3.create_multipart_upload, {"Bucket": bucket, "Key": "k"})]:
        assert code_of(call, **arguments) == "NotImplemented"
    stranger = real_region.client("s3", aws_secret_access_key="wrong")
    assert code_of(stranger.get_object, Bucket=bucket, Key="k") == "SignatureDoesNotMatch"
    signer = boto3.session.Session().client(
        "s3", endpoint_url=real_region.endpoint, region_name="us-east-1", aws_access_key_id=KEY,
        aws_secret_access_key=SECRET, config=Config(signature_version="s3v4"))
    presigned = signer.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "deep/er/k.env"})
    with urllib.request.urlopen(presigned) as answer:
        assert answer.read() == b"A=1\nB=2\n"


def test_the_stock_command_line_copies_files(real_region, tmp_path):
    (tmp_path / "prod.env").write_text("WORD=copied\n")
    address = f"s3://{unique('bucket')}/web/prod.env"

    def copy(*ends):
        done = subprocess.run([str(AWS), "s3", "cp", *map(str, ends)], env=real_region.aws_environment(),
                              capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
        assert done.returncode == 0, done.stderr

    copy(tmp_path / "prod.env", address)
    copy(address, tmp_path / "back.env")
    assert (tmp_path / "back.env").read_text() == "WORD=copied\n"


def test_variables_reach_the_container(real_region, s3):
    bucket = unique("files")
    first, second = f"arn:aws:s3:::{bucket}/web/first.env", f"arn:aws:s3:::{bucket}/second.env"
    s3.put_object(Bucket=bucket, Key="web/first.env", Body=b"# first\nA=from the file\nBOTH=first\nOWN=file\nQ=\"q\"\n")
    s3.put_object(Bucket=bucket, Key="second.env", Body=b"BOTH=second\r\nMORE=a=b\r\n")
    task = outcome(real_region.ecs, '[ "$A|$BOTH|$OWN|$Q|$MORE" = "from the file|first|definition|\\"q\\"|a=b" ]',
                   [first, second], [{"name": "OWN", "value": "definition"}])
    assert task["containers"][0].get("exitCode") == 0, task
    # An override of the task names its own.
    other = outcome(real_region.ecs, '[ "$MORE" = "a=b" ] && [ -z "$A" ]', [first], overrides={"containerOverrides": [
        {"name": "app", "environmentFiles": [{"value": second, "type": "s3"}]}]})
    assert other["containers"][0].get("exitCode") == 0, other


def test_a_file_that_is_not_there_stops_the_task(real_region):
    task = outcome(real_region.ecs, "true", ["arn:aws:s3:::nowhere-at-all/prod.env"])
    assert task["stopCode"] == "TaskFailedToStart"
    assert task["stoppedReason"] == (
        "ResourceInitializationError: failed to download env files: unable to download env file with key prod.env from "
        "bucket nowhere-at-all, error: NoSuchBucket: The specified bucket does not exist.")


def test_objects_may_be_elsewhere(new_region, real_region, s3):
    """AWS_ENDPOINT_URL_S3 of an agent: here another region with the same keys, which takes the role for nobody."""
    region = new_region(engine="docker", instances=1, env={"AWS_ENDPOINT_URL_S3": real_region.endpoint})
    region.start()
    region.wait_for_instances()
    try:
        bucket = unique("files")
        s3.put_object(Bucket=bucket, Key="prod.env", Body=b"A=1\n")
        task = outcome(region.ecs, "true", [f"arn:aws:s3:::{bucket}/prod.env"])
        assert "error: InvalidAccessKeyId" in task["stoppedReason"], task["stoppedReason"]
    finally:
        stop_everything(region.ecs)
