"""Capacity providers: what they are, who may use them, tasks that wait for an instance of theirs."""

import pytest

from support.ecs import error_of, register, stop_everything, unique
from support.poll import eventually


@pytest.fixture(scope="module")
def definition(ecs):
    return register(ecs)


def group(ecs, scaled):
    name = unique("group")
    ecs.create_capacity_provider(name=name, autoScalingGroupProvider={
        "autoScalingGroupArn": name, "managedScaling": {"status": "ENABLED" if scaled else "DISABLED"}})
    return name


def give(ecs, cluster, *providers):
    ecs.put_cluster_capacity_providers(
        cluster=cluster, capacityProviders=list(providers), defaultCapacityProviderStrategy=[])


def strategy(*names):
    return [{"capacityProvider": name, "weight": 1} for name in names]


@pytest.fixture
def cluster(ecs, join):
    # After `join`, so that its instances are there to stop what runs on them.
    name = unique("cluster")
    ecs.create_cluster(clusterName=name)
    yield name
    stop_everything(ecs, cluster=name)


def statuses(ecs, cluster, arns):
    return [t["lastStatus"] for t in ecs.describe_tasks(cluster=cluster, tasks=arns)["tasks"]]


def test_a_provider_from_creation_to_deletion(region, ecs, cluster):
    name = group(ecs, scaled=True)
    [shown] = ecs.describe_capacity_providers(capacityProviders=[name])["capacityProviders"]
    assert shown["capacityProviderArn"] == region.arn(f"capacity-provider/{name}")
    assert (shown["status"], shown["type"]) == ("ACTIVE", "EC2_AUTOSCALING")
    give(ecs, cluster, name, "FARGATE")
    [found] = ecs.describe_clusters(clusters=[cluster], include=["ATTACHMENTS"])["clusters"]
    assert found["capacityProviders"] == [name, "FARGATE"]
    assert found["attachmentsStatus"] == "UPDATE_COMPLETE"
    failed = ecs.delete_capacity_provider(capacityProvider=name)["capacityProvider"]
    assert (failed["status"], failed["updateStatus"]) == ("ACTIVE", "DELETE_FAILED")
    assert cluster in failed["updateStatusReason"]
    give(ecs, cluster)
    gone = ecs.delete_capacity_provider(capacityProvider=name)["capacityProvider"]
    assert (gone["status"], gone["updateStatus"]) == ("INACTIVE", "DELETE_COMPLETE")


def test_all_pages(ecs):
    made = {group(ecs, scaled=False) for _ in range(12)}
    names, token = [], None
    while True:
        page = ecs.describe_capacity_providers(**({"nextToken": token} if token else {}))
        assert len(page["capacityProviders"]) <= 10
        names += [p["name"] for p in page["capacityProviders"]]
        token = page.get("nextToken")
        if not token:
            break
    assert names == sorted(set(names)) and made | {"FARGATE", "FARGATE_SPOT"} <= set(names)
    for name in made:
        ecs.delete_capacity_provider(capacityProvider=name)


def test_a_task_waits_for_an_instance_of_its_provider(ecs, cluster, definition, join):
    spot, other = group(ecs, scaled=True), group(ecs, scaled=True)
    give(ecs, cluster, spot, other)
    answer = ecs.run_task(cluster=cluster, taskDefinition=definition, capacityProviderStrategy=strategy(spot), count=2)
    assert answer["failures"] == []
    arns = [t["taskArn"] for t in answer["tasks"]]
    assert {(t["lastStatus"], t["capacityProviderName"]) for t in answer["tasks"]} == {("PROVISIONING", spot)}
    assert all("containerInstanceArn" not in t for t in answer["tasks"])
    join(cluster, other)
    eventually(lambda: ecs.describe_clusters(clusters=[cluster])["clusters"][0]["registeredContainerInstancesCount"])
    assert statuses(ecs, cluster, arns) == ["PROVISIONING"] * 2, "the instance is of another provider"
    assert error_of(ecs.put_cluster_capacity_providers, cluster=cluster, capacityProviders=[other],
                    defaultCapacityProviderStrategy=[])[0] == "ResourceInUseException"
    join(cluster, spot)
    eventually(lambda: statuses(ecs, cluster, arns) == ["RUNNING"] * 2)


def test_a_service_shares_its_tasks_out(ecs, cluster, definition, join):
    first, second = group(ecs, scaled=True), group(ecs, scaled=False)
    give(ecs, cluster, first, second)
    join(cluster, first)
    join(cluster, second)
    eventually(
        lambda: ecs.describe_clusters(clusters=[cluster])["clusters"][0]["registeredContainerInstancesCount"] == 2)
    shares = [{"capacityProvider": first, "base": 1, "weight": 1}, {"capacityProvider": second, "weight": 3}]
    made = ecs.create_service(cluster=cluster, serviceName="web", taskDefinition=definition, desiredCount=5,
                              capacityProviderStrategy=shares)["service"]
    assert "launchType" not in made and len(made["capacityProviderStrategy"]) == 2

    def providers():
        arns = ecs.list_tasks(cluster=cluster, serviceName="web")["taskArns"]
        tasks = ecs.describe_tasks(cluster=cluster, tasks=arns)["tasks"] if arns else []
        return sorted(t["capacityProviderName"] for t in tasks if t["lastStatus"] == "RUNNING")

    eventually(lambda: providers() == sorted([first] * 2 + [second] * 3))
    ecs.update_service(cluster=cluster, service="web", desiredCount=1)
    eventually(lambda: providers() == [first], message="the base stays")
