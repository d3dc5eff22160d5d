"""The endpoints for those who operate a region: health, metrics, reset."""

import json
import time
import urllib.error
import urllib.request

import pytest

from support.ecs import register, run_one, stable, unique, wait_running
from support.poll import eventually


def get(region, path):
    with urllib.request.urlopen(region.endpoint + path, timeout=10) as response:
        return response.status, response.headers, response.read().decode()


def post(region, path):
    request = urllib.request.Request(region.endpoint + path, method="POST", data=b"")
    with urllib.request.urlopen(request, timeout=10) as response:
        return response.status


def test_health(region):
    status, headers, body = get(region, "/_roost/health")
    assert status == 200 and json.loads(body)["status"] == "ready"
    assert headers["Content-Type"].startswith("application/json")


def test_metrics_are_prometheus_text(region, ecs):
    arn = run_one(ecs, register(ecs))["taskArn"]
    wait_running(ecs, arn)
    ecs.list_clusters()
    status, headers, body = get(region, "/_roost/metrics")
    assert status == 200 and headers["Content-Type"].startswith("text/plain")
    samples = {}
    for line in body.splitlines():
        if line and not line.startswith("#"):
            name, value = line.rsplit(" ", 1)
            samples[name] = float(value)
    assert all(name.startswith(("roost_", "process_")) for name in samples)
    assert any("RunTask" in name and value >= 1 for name, value in samples.items()), "requests are counted by operation"
    assert any("task" in name and value >= 1 for name, value in samples.items())
    for line in body.splitlines():
        assert not line.startswith("#") or line.startswith(("# HELP ", "# TYPE "))
    ecs.stop_task(task=arn)


@pytest.mark.parametrize("query", ["period=0", "period=x", "minutes=1441", "statistic=p101", "statistic=Median",
                                   "period=1&minutes=60"])
def test_questions_for_metrics_are_checked(region, query):
    with pytest.raises(urllib.error.HTTPError) as raised:
        get(region, f"/_roost/telemetry?{query}")
    assert raised.value.code == 400 and json.load(raised.value)["message"]


def test_a_region_without_traffic_has_no_metrics_of_it(region):
    status, headers, body = get(region, "/_roost/telemetry?namespace=AWS/ApplicationELB&dimension=LoadBalancer=a/b")
    assert status == 200 and headers["Content-Type"] == "application/json"
    assert json.loads(body) == {"metrics": [], "isComplete": True}


def test_reset_needs_permission(region):
    with pytest.raises(urllib.error.HTTPError) as raised:
        post(region, "/_roost/reset")
    assert raised.value.code in (403, 404)


def test_reset_drops_everything_at_once(new_region):
    region = new_region(arguments=["--allow-reset"]).start()
    region.wait_for_instances()
    ecs = region.ecs
    for _ in range(3):
        definition = register(ecs)
        ecs.create_cluster(clusterName=unique("gone"))
        name = unique("svc")
        ecs.create_service(serviceName=name, taskDefinition=definition, desiredCount=2)
        stable(ecs, name)
        started = time.monotonic()
        assert post(region, "/_roost/reset") in (200, 204)
        assert time.monotonic() - started < 2
        assert ecs.list_task_definitions()["taskDefinitionArns"] == []
        assert ecs.list_services()["serviceArns"] == []
        assert ecs.list_tasks()["taskArns"] == []
        assert [a.split("/")[-1] for a in ecs.list_clusters()["clusterArns"]] == ["default"]
        # The local instances come back by themselves, and the region is as new.
        region.wait_for_instances()
        wait_running(ecs, run_one(ecs, register(ecs))["taskArn"])
    assert register(ecs, "again").endswith("/again:1")


def test_reset_survives_a_restart(new_region):
    region = new_region(instances=0, arguments=["--allow-reset"]).start()
    register(region.ecs, "before")
    post(region, "/_roost/reset")
    region.kill()
    region.start()
    assert region.ecs.list_task_definitions()["taskDefinitionArns"] == []
    eventually(lambda: [a.split("/")[-1] for a in region.ecs.list_clusters()["clusterArns"]] == ["default"])
