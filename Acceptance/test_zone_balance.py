"""Services are balanced over the zones again, also when the region is killed in between."""

import collections
import re

import pytest

from support.ecs import container, instances, register, service, stable
from support.poll import eventually, stays

COUNT = 4


@pytest.fixture(scope="module")
def region(new_region):
    region = new_region().start()
    region.wait_for_instances()
    return region


def spread(ecs, name):
    tasks = ecs.list_tasks(serviceName=name)["taskArns"]
    found = ecs.describe_tasks(tasks=tasks)["tasks"] if tasks else []
    return collections.Counter(t["availabilityZone"][-1] for t in found)


def instance_in(ecs, zone):
    [arn] = [i["containerInstanceArn"] for i in instances(ecs)
             if {"name": "ecs.availability-zone", "value": zone} in i["attributes"]]
    return arn


def test_a_zone_that_comes_back_gets_its_share(region):
    ecs = region.ecs
    definition = register(ecs, containers=[container(cpu=0, memory=6)])
    # Zero percent healthy: a zone is emptied at once.
    quick = {"minimumHealthyPercent": 0, "maximumPercent": 200}
    ecs.create_service(
        serviceName="web", taskDefinition=definition, desiredCount=COUNT, deploymentConfiguration=quick)
    eventually(lambda: service(ecs, "web")["deployments"][0]["rolloutState"] == "COMPLETED", 60)
    assert service(ecs, "web")["availabilityZoneRebalancing"] == "ENABLED"
    assert spread(ecs, "web") == {"a": 2, "b": 2}

    away = instance_in(ecs, "us-east-1b")
    ecs.update_container_instances_state(containerInstances=[away], status="DRAINING")
    eventually(lambda: spread(ecs, "web") == {"a": COUNT}, 90)
    ecs.update_container_instances_state(containerInstances=[away], status="ACTIVE")
    eventually(lambda: spread(ecs, "web") == {"a": COUNT, "b": 2}, 60, message="new tasks before old ones go")
    assert service(ecs, "web")["runningCount"] >= COUNT

    region.kill()
    region.start()
    region.wait_for_instances()
    ecs = region.ecs
    eventually(lambda: spread(ecs, "web") == {"a": 2, "b": 2}, 90, message=lambda: f"balanced: {spread(ecs, 'web')}")
    stays(lambda: spread(ecs, "web") == {"a": 2, "b": 2}, 5)
    found = stable(ecs, "web")
    texts = [re.sub(r" ?\(task \w+\)", "", e["message"]) for e in found["events"]]
    # Both tasks that go do so together, or one a moment after the other.
    told = [re.sub(r"stopped \d running", "stopped N running", t) for t in texts if "AZ" in t]
    assert list(dict.fromkeys(told)) == [
        "(service web) is AZ balanced with 2 tasks in us-east-1a and 2 tasks in us-east-1b.",
        "(service web) has stopped N running tasks in us-east-1a due to AZ rebalancing:.",
        "(service web) has started 2 tasks in us-east-1b to AZ Rebalance:.",
        "(service web) is not AZ balanced with 4 tasks in us-east-1a and 0 in us-east-1b. AZ Rebalancing in progress.",
    ]
