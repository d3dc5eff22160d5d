"""Clusters: life, soft deletion, pages, includes, and what stands in the way of deleting one."""

import pytest

from support.ecs import error_of, register, run_one, stop_everything, unique, wait_stopped
from support.poll import eventually

EMPTY_LISTS = ("statistics", "tags", "settings", "capacityProviders", "defaultCapacityProviderStrategy")


def test_default_exists_with_the_local_instances(region, ecs):
    answer = ecs.describe_clusters()
    assert answer["failures"] == []
    [cluster] = answer["clusters"]
    assert cluster["clusterName"] == "default"
    assert cluster["clusterArn"] == region.arn("cluster/default")
    assert cluster["status"] == "ACTIVE"
    assert cluster["registeredContainerInstancesCount"] == 2
    for count in ("runningTasksCount", "pendingTasksCount", "activeServicesCount"):
        assert cluster[count] == 0
    for name in EMPTY_LISTS:
        assert cluster[name] == [], name


def test_create_answers_with_settings_and_tags(region, ecs):
    name = unique("made")
    made = ecs.create_cluster(clusterName=name, tags=[{"key": "team", "value": "blue"}],
                              settings=[{"name": "containerInsights", "value": "enabled"}])["cluster"]
    assert made["status"] == "ACTIVE"
    assert made["clusterArn"] == region.arn(f"cluster/{name}")
    assert made["settings"] == [{"name": "containerInsights", "value": "enabled"}]
    assert made["tags"] == [{"key": "team", "value": "blue"}]

    plain = ecs.describe_clusters(clusters=[name])["clusters"][0]
    assert plain["tags"] == [] and plain["settings"] == []
    full = ecs.describe_clusters(clusters=[made["clusterArn"]], include=["TAGS", "SETTINGS", "STATISTICS"])["clusters"][0]
    assert full["tags"] == [{"key": "team", "value": "blue"}]
    assert full["settings"] == [{"name": "containerInsights", "value": "enabled"}]
    statistics = {pair["name"]: pair["value"] for pair in full["statistics"]}
    assert statistics["runningEC2TasksCount"] == "0"


def test_creating_again_returns_the_same_cluster(ecs):
    name = unique("again")
    first = ecs.create_cluster(clusterName=name)["cluster"]
    second = ecs.create_cluster(clusterName=name)["cluster"]
    assert first["clusterArn"] == second["clusterArn"]


@pytest.mark.parametrize("name", ["with space", "slash/ed", "x" * 256, "ümlaut"])
def test_bad_names_are_refused(ecs, name):
    code, _ = error_of(ecs.create_cluster, clusterName=name)
    assert code == "InvalidParameterException"


def test_unknown_clusters_are_failures_not_errors(region, ecs):
    answer = ecs.describe_clusters(clusters=["default", "nowhere"])
    assert [c["clusterName"] for c in answer["clusters"]] == ["default"]
    assert answer["failures"] == [{"arn": region.arn("cluster/nowhere"), "reason": "MISSING"}]


def test_list_pages_end_without_a_token(ecs):
    names = [unique("page") for _ in range(5)]
    for name in names:
        ecs.create_cluster(clusterName=name)
    seen, token, pages = [], None, 0
    while True:
        page = ecs.list_clusters(maxResults=2, **({"nextToken": token} if token else {}))
        assert len(page["clusterArns"]) <= 2
        seen += page["clusterArns"]
        pages += 1
        token = page.get("nextToken")
        if "nextToken" not in page:
            break
        assert token and pages < 50
    assert len(seen) == len(set(seen))
    assert {arn.rsplit("/")[-1] for arn in seen} >= set(names)
    paginated = [a for p in ecs.get_paginator("list_clusters").paginate() for a in p["clusterArns"]]
    assert sorted(paginated) == sorted(seen)


def test_a_bad_token_is_an_invalid_parameter(ecs):
    code, _ = error_of(ecs.list_clusters, nextToken="not-a-token")
    assert code == "InvalidParameterException"


@pytest.mark.parametrize("size", [-1, 101])
def test_page_size_is_bounded(region, size):
    code, _ = error_of(region.unchecked().list_clusters, maxResults=size)
    assert code == "InvalidParameterException"


def test_update_settings_and_configuration(ecs):
    name = unique("update")
    ecs.create_cluster(clusterName=name)
    updated = ecs.update_cluster(cluster=name, settings=[{"name": "containerInsights", "value": "enhanced"}],
                                 configuration={"executeCommandConfiguration": {"logging": "DEFAULT"}})["cluster"]
    assert updated["settings"] == [{"name": "containerInsights", "value": "enhanced"}]
    full = ecs.describe_clusters(clusters=[name], include=["SETTINGS", "CONFIGURATIONS"])["clusters"][0]
    assert full["settings"] == [{"name": "containerInsights", "value": "enhanced"}]
    assert full["configuration"]["executeCommandConfiguration"]["logging"] == "DEFAULT"


def test_update_of_an_unknown_cluster(ecs):
    assert error_of(ecs.update_cluster, cluster="nowhere")[0] == "ClusterNotFoundException"


def test_delete_is_soft_and_the_name_is_free_again(ecs):
    name = unique("gone")
    arn = ecs.create_cluster(clusterName=name)["cluster"]["clusterArn"]
    assert ecs.delete_cluster(cluster=name)["cluster"]["status"] == "INACTIVE"
    assert arn not in [a for p in ecs.get_paginator("list_clusters").paginate() for a in p["clusterArns"]]
    assert ecs.describe_clusters(clusters=[name])["clusters"][0]["status"] == "INACTIVE"
    assert error_of(ecs.run_task, cluster=name, taskDefinition=register(ecs))[0] == "ClusterNotFoundException"
    assert ecs.create_cluster(clusterName=name)["cluster"]["status"] == "ACTIVE"


def test_delete_of_an_unknown_cluster(ecs):
    assert error_of(ecs.delete_cluster, cluster="nowhere")[0] == "ClusterNotFoundException"


def test_delete_with_instances_is_refused(ecs):
    code, message = error_of(ecs.delete_cluster, cluster="default")
    assert code == "ClusterContainsContainerInstancesException"
    assert "Container Instances are active or draining" in message


def test_delete_with_services_is_refused(ecs):
    name = unique("serves")
    ecs.create_cluster(clusterName=name)
    ecs.create_service(cluster=name, serviceName="web", taskDefinition=register(ecs), desiredCount=0)
    code, message = error_of(ecs.delete_cluster, cluster=name)
    assert code == "ClusterContainsServicesException"
    assert "Services are active" in message
    ecs.delete_service(cluster=name, service="web")
    eventually(lambda: ecs.delete_cluster(cluster=name)["cluster"]["status"] == "INACTIVE")


def test_counts_follow_tasks_and_services(ecs):
    definition = register(ecs)
    ecs.create_service(serviceName="counted", taskDefinition=definition, desiredCount=0)
    started = run_one(ecs, definition)
    counts = lambda: ecs.describe_clusters()["clusters"][0]  # noqa: E731
    eventually(lambda: counts()["runningTasksCount"] == 1)
    assert counts()["pendingTasksCount"] == 0
    assert counts()["activeServicesCount"] == 1
    ecs.stop_task(task=started["taskArn"])
    wait_stopped(ecs, started["taskArn"])
    assert counts()["runningTasksCount"] == 0
    stop_everything(ecs)
    assert counts()["activeServicesCount"] == 0


def test_more_than_a_hundred_are_too_many(region):
    code, _ = error_of(region.unchecked().describe_clusters, clusters=[f"c{i}" for i in range(101)])
    assert code == "InvalidParameterException"
