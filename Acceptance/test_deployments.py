"""Service deployments and revisions, the circuit breaker, blue/green with pauses, and task sets, with a real client."""

import pytest

from support.ecs import container, error_of, register, stop_everything, unique
from support.poll import eventually

HEALTHY = {
    "healthCheck": {"command": ["CMD", "true"]},
    "environment": [{"name": "ROOST_SIMULATE_HEALTH", "value": "healthy"}],
}


@pytest.fixture(autouse=True)
def nothing_left(ecs):
    yield
    stop_everything(ecs)


def healthy(ecs, family):
    """A definition whose tasks count as healthy at once."""
    return register(ecs, family, [container(**HEALTHY)])


def create(ecs, definition, **configuration):
    name = unique("svc")
    ecs.create_service(serviceName=name, taskDefinition=definition, desiredCount=2, deploymentConfiguration=configuration)
    return name


def service(ecs, name):
    return ecs.describe_services(services=[name])["services"][0]


def newest(ecs, name):
    arn = ecs.list_service_deployments(service=name)["serviceDeployments"][0]["serviceDeploymentArn"]
    return ecs.describe_service_deployments(serviceDeploymentArns=[arn])["serviceDeployments"][0]


def ended(ecs, name, status):
    def check():
        found = newest(ecs, name)
        assert found["status"] == status, found
        return found
    return eventually(check, timeout=120)


def test_the_history_of_a_service(ecs):
    family = unique("web")
    name = create(ecs, healthy(ecs, family))
    first = ended(ecs, name, "SUCCESSFUL")
    assert first["sourceServiceRevisions"] == []
    assert first["targetServiceRevision"]["runningTaskCount"] == 2
    ecs.update_service(service=name, taskDefinition=healthy(ecs, family))
    second = ended(ecs, name, "SUCCESSFUL")
    assert [r["arn"] for r in second["sourceServiceRevisions"]] == [first["targetServiceRevision"]["arn"]]
    assert second["createdAt"] <= second["startedAt"] <= second["finishedAt"]
    revisions = [d["targetServiceRevision"]["arn"] for d in (first, second)]
    described = ecs.describe_service_revisions(serviceRevisionArns=revisions)["serviceRevisions"]
    assert [r["taskDefinition"].rsplit("/")[-1] for r in described] == [f"{family}:1", f"{family}:2"]
    assert [i["containerName"] for i in described[0]["containerImages"]] == ["app"]
    assert service(ecs, name)["currentServiceRevisions"][0]["arn"] == revisions[1]
    assert error_of(ecs.stop_service_deployment, serviceDeploymentArn=second["serviceDeploymentArn"])[0] \
        == "ConflictException"


def test_the_circuit_breaker_rolls_back(ecs):
    family = unique("web")
    name = create(ecs, healthy(ecs, family), deploymentCircuitBreaker={"enable": True, "rollback": True})
    ended(ecs, name, "SUCCESSFUL")
    tasks = set(ecs.list_tasks(serviceName=name)["taskArns"])
    broken = register(ecs, family, [container(environment=[{"name": "ROOST_SIMULATE_START_ERROR", "value": "no"}])])
    ecs.update_service(service=name, taskDefinition=broken)
    found = ended(ecs, name, "ROLLBACK_SUCCESSFUL")
    assert found["deploymentCircuitBreaker"]["status"] == "TRIGGERED"
    assert found["deploymentCircuitBreaker"]["threshold"] == 3
    assert found["rollback"]["serviceRevisionArn"] == found["sourceServiceRevisions"][0]["arn"]
    after = service(ecs, name)
    assert after["taskDefinition"].endswith(f"{family}:1") and len(after["deployments"]) == 1
    assert set(ecs.list_tasks(serviceName=name)["taskArns"]) == tasks, "the tasks that ran go on"
    texts = [event["message"] for event in after["events"]]
    assert any("deployment failed: tasks failed to start." in text for text in texts)
    assert any("rolling back to deployment ecs-svc/" in text for text in texts)


def test_blue_green_pauses_until_it_is_continued(ecs):
    family = unique("web")
    hook = {"targetType": "PAUSE", "lifecycleStages": ["POST_TEST_TRAFFIC_SHIFT"]}
    name = create(ecs, healthy(ecs, family), strategy="BLUE_GREEN", bakeTimeInMinutes=0, lifecycleHooks=[hook])
    ended(ecs, name, "SUCCESSFUL")
    ecs.update_service(service=name, taskDefinition=healthy(ecs, family))

    def paused():
        found = newest(ecs, name)
        assert found.get("lifecycleStage") == "POST_TEST_TRAFFIC_SHIFT", found
        return found
    found = eventually(paused, timeout=120)
    [detail] = found["lifecycleHookDetails"]
    assert (detail["targetType"], detail["status"], detail["timeoutAction"]) == ("PAUSE", "AWAITING_ACTION", "ROLLBACK")
    assert found["targetServiceRevision"]["requestedTestTrafficWeight"] == 100
    assert found["targetServiceRevision"]["requestedProductionTrafficWeight"] == 0
    assert service(ecs, name)["currentServiceDeployment"] == found["serviceDeploymentArn"]
    assert len(ecs.list_tasks(serviceName=name)["taskArns"]) == 4, "blue and green run beside each other"
    assert error_of(ecs.continue_service_deployment, serviceDeploymentArn=found["serviceDeploymentArn"], hookId="x")[0] \
        == "InvalidParameterException"
    ecs.continue_service_deployment(serviceDeploymentArn=found["serviceDeploymentArn"], hookId=detail["hookId"])
    ended(ecs, name, "SUCCESSFUL")
    assert len(ecs.list_tasks(serviceName=name)["taskArns"]) == 2
    ecs.update_service(service=name, forceNewDeployment=True)
    stopped = eventually(paused, timeout=120)
    ecs.stop_service_deployment(serviceDeploymentArn=stopped["serviceDeploymentArn"])
    ended(ecs, name, "ROLLBACK_SUCCESSFUL")


def test_task_sets_of_somebody_elses_deployments(ecs):
    family, name = unique("web"), unique("svc")
    definition = register(ecs, family)
    ecs.create_service(serviceName=name, desiredCount=4, deploymentController={"type": "EXTERNAL"})
    scope = {"cluster": "default", "service": name}
    blue = ecs.create_task_set(**scope, taskDefinition=definition, scale={"value": 50, "unit": "PERCENT"})["taskSet"]

    def steady(count):
        [found] = ecs.describe_task_sets(**scope, taskSets=[blue["id"]])["taskSets"]
        assert (found["runningCount"], found["stabilityStatus"]) == (count, "STEADY_STATE"), found
        return found
    eventually(lambda: steady(2), timeout=15)
    primary = ecs.update_service_primary_task_set(**scope, primaryTaskSet=blue["taskSetArn"])["taskSet"]
    assert primary["status"] == "PRIMARY"
    ecs.update_task_set(**scope, taskSet=blue["id"], scale={"value": 100, "unit": "PERCENT"})
    eventually(lambda: steady(4), timeout=15)
    shown = service(ecs, name)
    assert shown["deployments"] == [] and [s["id"] for s in shown["taskSets"]] == [blue["id"]]
    assert {t["startedBy"] for t in ecs.describe_tasks(tasks=ecs.list_tasks(serviceName=name)["taskArns"])["tasks"]} \
        == {blue["id"]}
    assert error_of(ecs.delete_task_set, **scope, taskSet=blue["id"])[0] == "InvalidParameterException"
    assert ecs.delete_task_set(**scope, taskSet=blue["id"], force=True)["taskSet"]["status"] == "DRAINING"
    eventually(lambda: ecs.describe_task_sets(**scope)["taskSets"] == [], timeout=15)
