"""A full disk, a damaged database, a directory that cannot be written: clear words, and nothing lost."""

import os
import shutil
import subprocess

import pytest

from support.ecs import register, unique
from support.poll import eventually
from support.raw import call


@pytest.fixture
def small_disk(tmp_path):
    """A file system of eight megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", folder], check=True)
    yield folder
    subprocess.run(["umount", "-l", folder], check=False)


def test_a_full_disk(new_region, small_disk):
    region = new_region(instances=0)
    region.data = small_disk / "data"
    region.start()
    kept = [register(region.ecs) for _ in range(5)]
    ballast = small_disk / "ballast"
    with open(ballast, "wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            pass
    refused = None
    for _ in range(3000):
        answer = call(region, "RegisterTaskDefinition", {"family": unique("full"), "containerDefinitions": [
            {"name": "a", "image": "b", "memory": 4, "environment": [{"name": "X", "value": "y" * 2000}]}]})
        if answer.status != 200:
            refused = answer
            break
        kept.append(answer.json["taskDefinition"]["taskDefinitionArn"])
    assert refused is not None, "the disk never filled"
    assert refused.status >= 500 and refused.code and refused.message, refused.body
    assert region.process.running
    # Reads go on.
    assert call(region, "ListTaskDefinitions", {}).status == 200

    ballast.unlink()
    eventually(lambda: call(region, "CreateCluster", {"clusterName": "after"}).status == 200, 15,
               message="writes work again when there is room")
    region.kill()
    region.start()
    listed = [a for p in region.ecs.get_paginator("list_task_definitions").paginate() for a in p["taskDefinitionArns"]]
    assert set(kept) <= set(listed), "nothing acknowledged was lost"
    region.kill()


def databases(folder):
    return [p for p in folder.rglob("*") if p.is_file() and p.read_bytes()[:15] == b"SQLite format 3"]


@pytest.mark.parametrize("damage", ["header", "middle", "empty", "text"])
def test_a_damaged_database_is_named_and_left_alone(new_region, damage):
    region = new_region(instances=0).start()
    for _ in range(30):
        register(region.ecs)
    region.terminate()
    [database] = databases(region.data)
    for companion in ("-wal", "-shm"):
        extra = database.with_name(database.name + companion)
        if extra.exists():
            extra.unlink()
    size = database.stat().st_size
    with open(database, "r+b") as file:
        if damage == "header":
            file.write(os.urandom(4096))
        elif damage == "middle":
            file.seek(min(4096, size // 2))
            file.write(os.urandom(max(4096, size - 8192)))
        elif damage == "empty":
            file.truncate(100)
        else:
            file.truncate(0)
            file.write(b"this is not a database\n" * 1000)
    before = database.read_bytes()
    done = region.roost("up", "--data", region.data, "--listen", f"127.0.0.1:{region.port}", "--instances", "0",
                        "--engine", "simulated", timeout=20)
    text = done.stdout + done.stderr
    assert done.returncode != 0, "a region on a damaged database must not start"
    assert str(database) in text and "Fatal error" not in text
    assert database.read_bytes() == before, "the file is left for whoever wants to save it"


def test_a_directory_that_cannot_be_used(new_region, tmp_path):
    region = new_region(instances=0)
    obstacle = tmp_path / "file"
    obstacle.write_text("I am a file")
    done = region.roost("up", "--data", obstacle, "--listen", f"127.0.0.1:{region.port}", "--instances", "0", "--engine",
                        "simulated", timeout=20)
    assert done.returncode != 0 and str(obstacle) in done.stdout + done.stderr
    assert "Fatal error" not in done.stdout + done.stderr


def test_a_copy_of_a_running_database_is_a_region(new_region):
    """A crash is a copy of the files at some moment; so is a backup."""
    region = new_region(instances=0).start()
    arns = [register(region.ecs) for _ in range(10)]
    copy = new_region(instances=0)
    shutil.copytree(region.data, copy.data, ignore=shutil.ignore_patterns("*.sock", "*.lock", "*.pid", "*.fifo"))
    copy.account = region.account
    copy.start()
    listed = [a for p in copy.ecs.get_paginator("list_task_definitions").paginate() for a in p["taskDefinitionArns"]]
    assert set(arns) <= set(listed)
