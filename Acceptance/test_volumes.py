"""Volumes of the engine and of file servers, as tasks have them, and what is left of them afterwards."""

import json
import pathlib

import pytest

from support.ecs import container, error_of, register, run_one, stop_everything, unique, wait_running, wait_stopped
from support.engine import EngineError
from support.poll import eventually
from support.tasks import SLEEP, end, of_task

ROLE = "arn:aws:iam::000000000000:role/execution"
FILE_SYSTEMS = pathlib.Path("/proc/filesystems").read_text()
HAS_NFS, HAS_SMB = "\tnfs4\n" in FILE_SYSTEMS, "\tcifs\n" in FILE_SYSTEMS


@pytest.fixture(scope="module")
def region(new_region, engine):
    made = new_region(engine="docker", instances=1, env={
        "ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION": "1s", "ROOST_FILE_SYSTEM_HOSTS": "fs-0a=127.0.0.1,fs-0b=127.0.0.1"})
    made.start()
    made.wait_for_instances()
    return made


@pytest.fixture(autouse=True)
def nothing_left(region):
    yield
    stop_everything(region.ecs)


def definition(ecs, volume, command=("sleep", "3600"), **members):
    return register(ecs, volumes=[{"name": "v", **volume}], containers=[container(
        **{**SLEEP, "command": list(command)}, mountPoints=[{"sourceVolume": "v", "containerPath": "/v"}])], **members)


def volume(engine, name):
    try:
        return engine.call("GET", f"/volumes/{name}")
    except EngineError as error:
        assert error.status == 404
        return None


def refused(region, *arguments, **members):
    """The reason of a task that must not start."""
    arn = run_one(region.ecs, definition(region.ecs, *arguments, **members))["taskArn"]
    found = wait_stopped(region.ecs, arn, timeout=60)
    assert found["stopCode"] == "TaskFailedToStart"
    assert "exitCode" not in found["containers"][0]
    return found["stoppedReason"]


def test_a_volume_of_the_task_has_its_driver_and_goes_with_it(region, engine):
    made = definition(region.ecs, {"dockerVolumeConfiguration": {
        "scope": "task", "driver": "local", "driverOpts": {"type": "tmpfs", "device": "tmpfs", "o": "size=1m"},
        "labels": {"kind": "scratch"}}}, ["sh", "-c", "df -k /v | grep -q ' 1024 ' && sleep 3600"])
    arn = run_one(region.ecs, made)["taskArn"]
    wait_running(region.ecs, arn)
    [mount] = of_task(engine, arn)["app"]["Mounts"]
    assert volume(engine, mount["Name"])["Labels"] == {"kind": "scratch"}
    assert mount["Name"].startswith("ecs-")
    end(region.ecs, arn)
    eventually(lambda: volume(engine, mount["Name"]) is None, 20, message="the volume goes with the task")


def test_a_shared_volume_is_made_once_and_stays(region, engine):
    name = unique("shared")
    made = register(region.ecs, volumes=[{"name": name, "dockerVolumeConfiguration": {
        "scope": "shared", "autoprovision": True, "driver": "local", "labels": {"kind": "kept"}}}],
        containers=[container(command=["sh", "-c", "echo x >> /v/log"],
                              mountPoints=[{"sourceVolume": name, "containerPath": "/v"}])])
    try:
        for _ in range(2):
            assert wait_stopped(region.ecs, run_one(region.ecs, made)["taskArn"])["containers"][0]["exitCode"] == 0
        assert volume(engine, name)["Labels"] == {"kind": "kept"}
        eventually(lambda: not engine.of_account(region.account), 20, message="the containers are removed")
        assert pathlib.Path(volume(engine, name)["Mountpoint"], "log").read_text() == "x\nx\n"
    finally:
        stop_everything(region.ecs)
        eventually(lambda: not engine.of_account(region.account), 20)
        engine.call("DELETE", f"/volumes/{name}")


def test_a_shared_volume_that_is_not_there_stops_the_task(region, engine):
    name = unique("missing")
    made = register(region.ecs, volumes=[{"name": name, "dockerVolumeConfiguration": {"scope": "shared"}}],
                    containers=[container(mountPoints=[{"sourceVolume": name, "containerPath": "/v"}])])
    reason = wait_stopped(region.ecs, run_one(region.ecs, made)["taskArn"])["stoppedReason"]
    assert reason.startswith(f"initialize volume: volume detection failed, volume '{name}' does not exist and "
                             "autoprovision is set to false"), reason
    assert volume(engine, name) is None, "the engine would have made one at the first mount"


def test_a_folder_of_the_host_is_made_as_the_engine_does(region, tmp_path):
    made = definition(region.ecs, {"host": {"sourcePath": str(tmp_path / "new")}}, ["sh", "-c", "echo here > /v/file"])
    assert wait_stopped(region.ecs, run_one(region.ecs, made)["taskArn"])["containers"][0]["exitCode"] == 0
    assert (tmp_path / "new" / "file").read_text() == "here\n"


@pytest.mark.skipif(HAS_NFS, reason="the kernel would try to mount")
def test_without_a_client_for_nfs_the_reason_says_so(region):
    reason = refused(region, {"efsVolumeConfiguration": {"fileSystemId": "fs-0a", "rootDirectory": "/data"}})
    assert reason == ("ResourceInitializationError: failed to set up EFS volumes: "
                      "the kernel of this container instance has no NFS 4 client")


def test_encryption_in_transit_is_refused_rather_than_left_out(region):
    reason = refused(region, {"efsVolumeConfiguration": {"fileSystemId": "fs-0a", "transitEncryption": "ENABLED"}})
    assert reason.startswith("ResourceInitializationError: failed to set up EFS volumes: volume v wants encryption")


def share(system, secret):
    return {"fsxWindowsFileServerVolumeConfiguration": {
        "fileSystemId": system, "rootDirectory": "share\\data",
        "authorizationConfig": {"credentialsParameter": secret, "domain": "example.com"}}}


@pytest.mark.skipif(HAS_SMB, reason="the kernel would try to mount")
@pytest.mark.parametrize("kind", ["secret", "parameter"])
def test_a_share_without_a_client_for_smb(region, kind):
    password = f"c0rrect,horse-{unique()}"
    text = json.dumps({"username": "u", "password": password})
    if kind == "secret":
        arn = region.client("secretsmanager").create_secret(Name=unique("share"), SecretString=text)["ARN"]
    else:
        name = "/" + unique("share")
        region.client("ssm").put_parameter(Name=name, Value=text, Type="SecureString")
        arn = f"arn:aws:ssm:us-east-1:{region.account}:parameter{name}"
    reason = refused(region, share("fs-0b", arn), executionRoleArn=ROLE)
    assert reason == ("ResourceInitializationError: failed to set up FSx volumes: mount //127.0.0.1/share/data: "
                      "No such device (the kernel of this container instance has no SMB client)")
    assert not pathlib.Path("/run/roost/mounts").exists() or not any(pathlib.Path("/run/roost/mounts").iterdir())
    written = [path for path in [*region.data.rglob("*"), *region.data.parent.glob("*.log")] if path.is_file()]
    assert not [path for path in written if password.encode() in path.read_bytes()]


def test_a_share_that_cannot_be(region):
    secret = f"arn:aws:secretsmanager:us-east-1:{region.account}:secret:nowhere-AbCdEf"
    assert "unable to pull secrets" in refused(region, share("fs-0b", secret), executionRoleArn=ROLE)
    assert "knows no address of fs-0c" in refused(region, share("fs-0c", secret), executionRoleArn=ROLE)


def test_what_an_engine_says_of_a_mount_hides_passwords(region):
    made = definition(region.ecs, {"dockerVolumeConfiguration": {
        "scope": "task", "driver": "local", "driverOpts": {
            "type": "cifs", "device": "//127.0.0.1/share", "o": "addr=127.0.0.1,username=u,password=c0rrect-horse"}}})
    found = wait_stopped(region.ecs, run_one(region.ecs, made)["taskArn"], timeout=60)
    reason = found["containers"][0]["reason"]
    assert reason.startswith("CannotStartContainerError: Error response from daemon: error while mounting volume"), reason
    assert "c0rrect-horse" not in json.dumps(found, default=str) + region.log_text()


def test_autoprovision_is_for_shared_volumes(region):
    code, message = error_of(
        region.ecs.register_task_definition, family=unique(), containerDefinitions=[container()],
        volumes=[{"name": "v", "dockerVolumeConfiguration": {"scope": "task", "autoprovision": True}}])
    assert code == "ClientException" and "Autoprovision" in message
