"""Metrics of services and clusters, from what agents measure of real containers."""

import json
import urllib.request

import pytest

from support.ecs import container, register, stable, stop_everything, unique
from support.poll import eventually


@pytest.fixture(autouse=True)
def nothing_left(real_region):
    yield
    stop_everything(real_region.ecs)


def test_what_a_service_uses_is_measured(real_region):
    ecs, name = real_region.ecs, unique("busy")
    busy = ["sh", "-c", "while :; do sleep 0.01; done"]
    definition = register(ecs, containers=[container(cpu=64, memory=32, command=busy, stopTimeout=1)])
    ecs.create_service(serviceName=name, taskDefinition=definition, desiredCount=2)
    stable(ecs, name)

    def points(metric, **dimensions):
        query = f"namespace=AWS/ECS&name={metric}" + "".join(f"&dimension={k}={v}" for k, v in dimensions.items())
        with urllib.request.urlopen(f"{real_region.endpoint}/_roost/telemetry?{query}", timeout=10) as answer:
            metrics = json.load(answer)["metrics"]
        return [p for m in metrics if m["dimensions"] == dimensions for p in m["datapoints"]]

    # The second report, 20 seconds after the first, has the CPU time in between.
    cpu = eventually(lambda: points("CPUUtilization", ClusterName="default", ServiceName=name), 60)
    memory = points("MemoryUtilization", ClusterName="default", ServiceName=name)
    whole = eventually(lambda: points("CPUUtilization", ClusterName="default"), 60)
    assert all(p["unit"] == "Percent" for p in cpu + memory + whole)
    assert 0 < cpu[-1]["Average"] < 1_600, "64 of 1,024 units are reserved"
    # A shell takes less than the 32 MiB it may have, and the agent tells whole MiB.
    assert 0 <= memory[-1]["Average"] < 100 and sum(p["SampleCount"] for p in memory) >= 2
    assert points("MemoryUtilization", ClusterName="default")
