"""Protected tasks: scale-in and deployments leave them alone until the protection ends."""

import pytest

from support.ecs import error_of, register, run_one, service, stop_everything, unique
from support.poll import eventually, stays


@pytest.fixture(autouse=True)
def nothing_left(ecs):
    yield
    stop_everything(ecs)


def create(ecs, definition, count):
    name = unique("svc")
    ecs.create_service(serviceName=name, taskDefinition=definition, desiredCount=count,
                       deploymentConfiguration={"minimumHealthyPercent": 0, "maximumPercent": 200})
    eventually(lambda: service(ecs, name)["runningCount"] == count)
    return name, sorted(ecs.list_tasks(serviceName=name)["taskArns"])


def protect(ecs, tasks, on=True, **members):
    return ecs.update_task_protection(cluster="default", tasks=tasks, protectionEnabled=on, **members)


def running(ecs, name):
    return sorted(ecs.list_tasks(serviceName=name)["taskArns"])


def test_scaling_in_spares_protected_tasks(ecs):
    name, tasks = create(ecs, register(ecs), 3)
    answer = protect(ecs, tasks[:2], expiresInMinutes=5)
    assert answer["failures"] == []
    assert all(t["protectionEnabled"] and t["expirationDate"] for t in answer["protectedTasks"])
    ecs.update_service(service=name, desiredCount=1)
    eventually(lambda: running(ecs, name) == tasks[:2])
    eventually(lambda: any("was unable to scale in" in e["message"] for e in service(ecs, name)["events"]))
    stays(lambda: running(ecs, name) == tasks[:2])
    shown = ecs.get_task_protection(cluster="default", tasks=tasks[:2])["protectedTasks"]
    assert [t["protectionEnabled"] for t in shown] == [True, True]
    assert protect(ecs, tasks[:1], on=False)["protectedTasks"] == [
        {"taskArn": tasks[0], "protectionEnabled": False}]
    eventually(lambda: running(ecs, name) == tasks[1:2])


def test_a_deployment_waits_for_protected_tasks(ecs):
    family = unique("family")
    name, [old] = create(ecs, register(ecs, family), 1)
    protect(ecs, [old])
    ecs.update_service(service=name, taskDefinition=register(ecs, family))
    eventually(lambda: len(running(ecs, name)) == 2)
    eventually(lambda: service(ecs, name)["deployments"][0]["runningCount"] == 1)
    stays(lambda: old in running(ecs, name))
    assert len(service(ecs, name)["deployments"]) == 2
    blocked = protect(ecs, [old])
    assert [f["reason"] for f in blocked["failures"]] == ["DEPLOYMENT_BLOCKED"]
    protect(ecs, [old], on=False)
    eventually(lambda: old not in running(ecs, name))


def test_what_cannot_be_protected(region, ecs):
    started = run_one(ecs, register(ecs))
    answer = protect(ecs, [started["taskArn"], "0" * 32])
    assert answer["protectedTasks"] == []
    assert [(f["arn"], f["reason"]) for f in answer["failures"]] == [
        (started["taskArn"], "TASK_NOT_VALID"), (region.arn(f"task/default/{'0' * 32}"), "MISSING")]
    assert error_of(ecs.get_task_protection, cluster="nowhere", tasks=["0" * 32])[0] == "ClusterNotFoundException"
