"""When images are pulled, how often, and when they are removed: with a real registry and a real engine."""

import concurrent.futures
import io
import json
import os
import tarfile
import uuid

import pytest

from support.ecs import container, register, run_one, stop_everything, unique, wait_running, wait_stopped
from support.engine import EngineError
from support.poll import eventually
from support.registry import Registry, SlowRegistry
from support.tasks import SLEEP, of_task


@pytest.fixture(scope="module")
def registry(tmp_path_factory, engine):
    made = Registry(tmp_path_factory.mktemp("registry"), engine, private=False).start()
    yield made
    made.close()


@pytest.fixture
def agent(new_region):
    """A region with one instance and its settings."""
    started = []

    def start(behavior, instances=1, **env):
        region = new_region(engine="docker", instances=instances, arguments=["--pull", behavior], env=env).start()
        region.wait_for_instances()
        started.append(region)
        return region

    yield start
    for region in started:
        stop_everything(region.ecs)
        region.kill()


def build(engine, parent="busybox:latest"):
    """An image unlike any other; returns its id."""
    made = engine.call("POST", "/containers/create", body={"Image": parent, "Cmd": ["true"]})["Id"]
    try:
        return engine.call("POST", "/commit", {"container": made, "comment": uuid.uuid4().hex})["Id"]
    finally:
        engine.remove(made)


def has(engine, image):
    try:
        return engine.call("GET", f"/images/{image}/json")["Id"]
    except EngineError as error:
        assert error.status == 404
        return None


def launch(region, image):
    """Runs a task of the image; returns the id of the image its container is made of."""
    definition = register(region.ecs, containers=[container(image=image, **SLEEP)])
    arn = run_one(region.ecs, definition)["taskArn"]
    wait_running(region.ecs, arn, timeout=60)
    return of_task(region.docker, arn)["app"]["Image"]


def failure(region, image):
    arn = run_one(region.ecs, register(region.ecs, containers=[container(image=image, **SLEEP)]))["taskArn"]
    return wait_stopped(region.ecs, arn, timeout=90)["containers"][0]["reason"]


def republish(registry, engine, name):
    """Puts a new image behind a name of the registry, while the engine keeps the old one."""
    old = has(engine, f"{registry.host}/{name}")
    new = build(engine)
    whole = registry.push(name, new)
    if old:
        engine.call("POST", f"/images/{old}/tag", {"repo": whole.rpartition(":")[0], "tag": whole.rpartition(":")[2]})
    return new


def test_default_pulls_each_time_and_falls_back(agent, registry, engine):
    region = agent("default")
    image = registry.push("default:1", build(engine))
    first = launch(region, image)
    newer = republish(registry, engine, "default:1")
    assert launch(region, image) == newer != first
    registry.stop()
    try:
        assert launch(region, image) == newer, "without its registry the task runs the local image"
    finally:
        registry.start()


def test_always_fails_without_the_registry(agent, registry, engine):
    region = agent("always")
    image = registry.push("always:1", build(engine))
    launch(region, image)
    registry.stop()
    try:
        reason = failure(region, image)
    finally:
        registry.start()
    assert reason.startswith("CannotPullContainerError: Error response from daemon: "), reason
    assert "connection refused" in reason


def test_once_pulls_once_also_after_a_restart(agent, registry, engine):
    region = agent("once")
    image = registry.push("once:1", build(engine))
    first = launch(region, image)
    republish(registry, engine, "once:1")
    assert launch(region, image) == first
    region.kill()
    region.start()
    region.wait_for_instances()
    assert launch(region, image) == first, "what was pulled is remembered"
    # Found in the engine is not pulled: the first task brings the newest.
    other = registry.push("once:2", build(engine))
    newest = republish(registry, engine, "once:2")
    assert launch(region, other) == newest


def test_prefer_cached_does_not_ask(agent, registry, engine):
    region = agent("prefer-cached")
    image = registry.push("cached:1", build(engine))
    first = has(engine, image)
    republish(registry, engine, "cached:1")
    before = registry.requests("HEAD", "cached/manifests/1")
    assert launch(region, image) == first
    assert registry.requests("HEAD", "cached/manifests/1") == before


def test_tasks_that_start_together_share_one_pull(agent, registry, engine):
    region = agent("always")
    image = registry.push("shared:1", build(engine))
    registry.forget(image)
    definition = register(region.ecs, containers=[container(image=image, **{**SLEEP, "memory": 8})])
    before = registry.requests("HEAD", "shared/manifests/1")
    tasks = region.ecs.run_task(taskDefinition=definition, count=8)["tasks"]
    assert len(tasks) == 8
    with concurrent.futures.ThreadPoolExecutor() as pool:
        list(pool.map(lambda t: wait_running(region.ecs, t["taskArn"], timeout=60), tasks))
    assert registry.requests("HEAD", "shared/manifests/1") - before == 1


def test_images_that_nobody_needs_are_removed(agent, registry, engine):
    region = agent("default", ECS_IMAGE_CLEANUP_INTERVAL="1s", ECS_IMAGE_MINIMUM_CLEANUP_AGE="1s",
                   ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION="1s", ECS_EXCLUDE_UNTRACKED_IMAGE=f"{registry.host}/kept:1")
    used, unused, kept, local = [registry.push(f"{name}:1", build(engine)) for name in ("used", "unused", "kept", "local")]
    for name in (used, unused, kept):
        registry.forget(name)
    for image in (unused, kept):
        launch(region, image)
    stop_everything(region.ecs)
    launch(region, used)
    # This one the agent found, and could not pull.
    registry.stop()
    try:
        launch(region, local)
    finally:
        registry.start()
    eventually(lambda: has(engine, unused) is None, 30, message="the unused image is removed")
    assert has(engine, used) and has(engine, kept) and has(engine, local)
    assert has(engine, "busybox:latest"), "an image that no task of this agent had is nobody's to remove"
    stop_everything(region.ecs)
    eventually(lambda: has(engine, used) is None, 30, message="the other one, too, when its task is over")
    assert has(engine, kept) and has(engine, local)


def test_what_was_pulled_is_remembered_over_a_crash(agent, registry, engine):
    settings = dict(ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION="1s", ECS_IMAGE_MINIMUM_CLEANUP_AGE="1s")
    region = agent("default", ECS_IMAGE_CLEANUP_INTERVAL="1h", **settings)
    image = registry.push("crash:1", build(engine))
    registry.forget(image)
    launch(region, image)
    stop_everything(region.ecs)
    region.kill()
    region.env["ECS_IMAGE_CLEANUP_INTERVAL"] = "1s"
    region.start()
    region.wait_for_instances()
    eventually(lambda: has(engine, image) is None, 30, message="the image of the life before is removed")
    books = list(region.data.rglob("images.json"))
    assert books and all(isinstance(json.loads(b.read_text()), list) for b in books)


def build_large(engine, size):
    """An image with one more layer of random bytes, which no compression makes smaller."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        entry = tarfile.TarInfo("random")
        entry.size = size
        tar.addfile(entry, io.BytesIO(os.urandom(size)))
    made = engine.call("POST", "/containers/create", body={"Image": "busybox:latest", "Cmd": ["true"]})["Id"]
    try:
        engine.put_archive(made, "/", archive.getvalue())
        return engine.call("POST", "/commit", {"container": made})["Id"]
    finally:
        engine.remove(made)


def test_status_shows_how_far_a_pull_is(agent, registry, engine):
    region = agent("prefer-cached")
    pushed = registry.push("large:1", build_large(engine, 8 << 20))
    registry.forget(pushed)
    slow = SlowRegistry(registry, 1 << 20)
    image = f"{slow.host}/large:1"
    registry.names.add(image)
    try:
        arn = run_one(region.ecs, register(region.ecs, containers=[container(image=image, **SLEEP)]))["taskArn"]

        def line():
            screen = region.roost("status", "--data", region.data).stdout
            found = [text for text in screen.splitlines() if image in text and "MiB" in text]
            return found[0] if found and "/8." in found[0] and " 0.0/" not in found[0] else None

        assert "on default/" in eventually(line, 20, 0.3, message="a line with bytes of the total")
        wait_running(region.ecs, arn, timeout=60)
        eventually(lambda: "MiB" not in region.roost("status", "--data", region.data).stdout, 10,
                   message="no line when the pull is over")
    finally:
        slow.close()


def test_a_deployments_image_is_there_before_its_tasks(agent, registry, engine):
    region = agent("prefer-cached")
    old, new = registry.push("ahead:1", build(engine)), registry.push("ahead:2", build(engine))
    registry.forget(new)
    family, name = unique("ahead"), unique("ahead")
    first = register(region.ecs, family=family, containers=[container(image=old, **SLEEP)])
    region.ecs.create_service(serviceName=name, taskDefinition=first, desiredCount=1)
    eventually(lambda: region.ecs.describe_services(services=[name])["services"][0]["runningCount"] == 1, 30)
    # The new tasks fit nowhere, so no task can be why the image comes.
    second = register(region.ecs, family=family, containers=[container(image=new, **{**SLEEP, "memory": 1 << 22})])
    region.ecs.update_service(service=name, taskDefinition=second)
    eventually(lambda: has(engine, new), 20, message="the image is pulled ahead")
    assert all(t["taskDefinitionArn"] == first for t in region.ecs.describe_tasks(
        tasks=region.ecs.list_tasks(serviceName=name)["taskArns"])["tasks"])
