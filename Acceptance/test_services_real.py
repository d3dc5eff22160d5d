"""Services of real containers: they heal, scale, roll over without a gap, and go away."""

import threading
import time
import urllib.error
import urllib.request

import pytest

from support.ecs import FAST, container, register, service, stable, stop_everything, unique
from support.poll import eventually


@pytest.fixture(scope="module")
def ecs(real_region):
    return real_region.ecs


@pytest.fixture(autouse=True)
def nothing_left(ecs):
    yield
    stop_everything(ecs)


def web(ecs, text, family=None):
    """A web server that says `text`; its health check lets a rollout go on as soon as it serves."""
    command = ["sh", "-c", f"echo {text} > /www/index.html; exec httpd -f -p 8080 -h /www"]
    return register(ecs, family, containers=[container(
        command=command, memory=16, stopTimeout=1, portMappings=[{"containerPort": 8080}],
        healthCheck={"command": ["CMD-SHELL", "wget -q -O- http://127.0.0.1:8080/"], "interval": 5})])


def tasks(ecs, name):
    arns = ecs.list_tasks(serviceName=name)["taskArns"]
    return ecs.describe_tasks(tasks=arns)["tasks"] if arns else []


def pages(ecs, name):
    """What each running task of the service answers."""
    answers = []
    for found in tasks(ecs, name):
        for binding in found["containers"][0].get("networkBindings", []):
            if found["lastStatus"] == "RUNNING" and ":" not in binding["bindIP"]:
                try:
                    with urllib.request.urlopen(f"http://127.0.0.1:{binding['hostPort']}/", timeout=3) as page:
                        answers.append(page.read().decode().strip())
                except (urllib.error.URLError, OSError):
                    pass
    return answers


def create(ecs, definition, count):
    name = unique("web")
    ecs.create_service(serviceName=name, taskDefinition=definition, desiredCount=count)
    return name


def test_it_serves_scales_and_goes_away(ecs, engine, real_region):
    name = create(ecs, web(ecs, "one"), 2)
    ecs.get_waiter("services_stable").wait(services=[name], WaiterConfig=FAST)
    eventually(lambda: pages(ecs, name) == ["one"] * 2)

    ecs.update_service(service=name, desiredCount=5)
    stable(ecs, name)
    eventually(lambda: pages(ecs, name) == ["one"] * 5)

    ecs.update_service(service=name, desiredCount=1)
    eventually(lambda: service(ecs, name)["runningCount"] == 1)
    eventually(lambda: len(engine.of_account(real_region.account, all=False)) == 1)

    ecs.delete_service(service=name, force=True)
    ecs.get_waiter("services_inactive").wait(services=[name], WaiterConfig=FAST)
    eventually(lambda: engine.of_account(real_region.account, all=False) == [])


def test_it_heals_after_a_killed_container(ecs, engine):
    name = create(ecs, web(ecs, "healed"), 2)
    stable(ecs, name)
    before = {t["taskArn"] for t in tasks(ecs, name)}
    victim = tasks(ecs, name)[0]
    engine.kill(victim["containers"][0]["runtimeId"])

    def replaced():
        now = tasks(ecs, name)
        return len(now) == 2 and victim["taskArn"] not in {t["taskArn"] for t in now} and all(
            t["lastStatus"] == "RUNNING" for t in now)

    eventually(replaced)
    assert len({t["taskArn"] for t in tasks(ecs, name)} - before) == 1, "only the killed one was replaced"
    [dead] = ecs.describe_tasks(tasks=[victim["taskArn"]])["tasks"]
    assert (dead["stopCode"], dead["containers"][0]["exitCode"]) == ("EssentialContainerExited", 137)
    stable(ecs, name)


def test_a_rollout_has_no_gap(ecs):
    """With 100/200 percent, at least the desired number of tasks answers at every moment of the rollout."""
    name = create(ecs, web(ecs, "old"), 2)
    stable(ecs, name)
    eventually(lambda: pages(ecs, name) == ["old"] * 2)

    fewest, over = [2], threading.Event()

    def watch():
        while not over.is_set():
            fewest.append(service(ecs, name)["runningCount"])
            time.sleep(0.1)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        ecs.update_service(service=name, taskDefinition=web(ecs, "new"))
        found = stable(ecs, name, timeout=100)
    finally:
        over.set()
        watcher.join()
    assert min(fewest) >= 2 and max(fewest) <= 4
    assert eventually(lambda: pages(ecs, name) == ["new"] * 2)
    assert found["deployments"][0]["rolloutState"] in ("COMPLETED", "IN_PROGRESS")
    eventually(lambda: service(ecs, name)["deployments"][0]["rolloutState"] == "COMPLETED", 60)
    messages = " ".join(e["message"] for e in service(ecs, name)["events"])
    assert "has stopped" in messages and "deployment completed" in messages


def test_a_definition_that_cannot_start_leaves_the_old_ones(ecs):
    name = create(ecs, web(ecs, "steady"), 1)
    stable(ecs, name)
    broken = register(ecs, containers=[container(image="localhost:1/no/such:image")])
    ecs.update_service(service=name, taskDefinition=broken)
    eventually(lambda: service(ecs, name)["deployments"][0]["failedTasks"] >= 1, 60)
    assert pages(ecs, name) == ["steady"]
