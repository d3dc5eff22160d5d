"""Tasks, on instances that run nothing: placement, filters, tokens, accounting, errors. Milliseconds each."""

import collections

import pytest

from support.ecs import (all_free, amounts, container, error_of, instances, register, run_one, stop_everything, task,
                         unique, wait_running, wait_stopped)
from support.poll import eventually


@pytest.fixture(autouse=True)
def nothing_left(ecs):
    yield
    stop_everything(ecs)


@pytest.fixture(scope="module")
def definition(ecs):
    return register(ecs, containers=[container(cpu=64, memory=64)])


def test_a_task_runs_and_stops(region, ecs, definition):
    started = run_one(ecs, definition, startedBy="me")
    assert started["taskArn"].startswith(region.arn("task/default/"))
    assert started["taskDefinitionArn"] == definition
    assert started["clusterArn"] == region.arn("cluster/default")
    assert started["desiredStatus"] == "RUNNING"
    assert started["lastStatus"] in ("PROVISIONING", "PENDING")
    family = definition.split("/")[-1].split(":")[0]
    assert (started["group"], started["startedBy"], started["launchType"]) == (f"family:{family}", "me", "EC2")
    assert (started["cpu"], started["memory"]) == ("64", "64")
    assert [o["name"] for o in started["overrides"]["containerOverrides"]] == ["app"]
    assert started["version"] >= 1
    [app] = started["containers"]
    assert app["containerArn"].startswith(region.arn("container/default/"))
    assert (app["name"], app["image"], app["lastStatus"]) == ("app", "busybox:latest", "PENDING")
    assert app["taskArn"] == started["taskArn"]

    running = wait_running(ecs, started["taskArn"])
    assert running["createdAt"] <= running["pullStartedAt"] <= running["pullStoppedAt"] <= running["startedAt"]
    assert running["connectivity"] == "CONNECTED" and "connectivityAt" in running
    assert running["version"] > started["version"]
    assert running["containers"][0]["lastStatus"] == "RUNNING" and running["containers"][0]["runtimeId"]
    assert running["availabilityZone"] in ("us-east-1a", "us-east-1b")
    assert running["healthStatus"] == "UNKNOWN"
    assert "stoppedAt" not in running and "stopCode" not in running and "exitCode" not in running["containers"][0]

    stopping = ecs.stop_task(task=started["taskArn"], reason="enough")["task"]
    assert stopping["desiredStatus"] == "STOPPED"
    assert (stopping["stopCode"], stopping["stoppedReason"]) == ("UserInitiated", "enough")
    stopped = wait_stopped(ecs, started["taskArn"])
    assert stopped["desiredStatus"] == "STOPPED"
    assert (stopped["stopCode"], stopped["stoppedReason"]) == ("UserInitiated", "enough")
    assert stopped["startedAt"] <= stopped["stoppingAt"] <= stopped["stoppedAt"]
    assert stopped["startedAt"] <= stopped["executionStoppedAt"] <= stopped["stoppedAt"]
    assert stopped["version"] > running["version"]
    assert "exitCode" in stopped["containers"][0]
    again = ecs.stop_task(task=started["taskArn"], reason="other")["task"]
    assert again["stoppedReason"] == "enough", "the first cause stays"


def test_botocore_waiters(ecs, definition):
    arn = run_one(ecs, definition)["taskArn"]
    fast = {"Delay": 1, "MaxAttempts": 20}
    ecs.get_waiter("tasks_running").wait(tasks=[arn], WaiterConfig=fast)
    ecs.stop_task(task=arn)
    ecs.get_waiter("tasks_stopped").wait(tasks=[arn], WaiterConfig=fast)


def test_the_default_reason_of_a_user(ecs, definition):
    arn = run_one(ecs, definition)["taskArn"]
    assert ecs.stop_task(task=arn)["task"]["stoppedReason"] == "Task stopped by user"


def test_short_ids_work_everywhere(ecs, definition):
    arn = run_one(ecs, definition)["taskArn"]
    short = arn.split("/")[-1]
    assert len(short) == 32 and int(short, 16)
    assert task(ecs, short)["taskArn"] == arn
    assert ecs.stop_task(task=short)["task"]["taskArn"] == arn


def test_many_at_once(ecs, definition):
    answer = ecs.run_task(taskDefinition=definition, count=10)
    assert len(answer["tasks"]) == 10 and answer["failures"] == []
    assert len({t["taskArn"] for t in answer["tasks"]}) == 10
    by_instance = collections.Counter(t["containerInstanceArn"] for t in answer["tasks"])
    assert len(by_instance) == 2, "ten tasks without a strategy use both instances"


@pytest.mark.parametrize("count", [0, -1, 11])
def test_count_is_bounded(region, definition, count):
    assert error_of(region.unchecked().run_task, taskDefinition=definition, count=count)[0] == "InvalidParameterException"


def test_lists_show_what_should_run_by_default(ecs, definition):
    first, second = run_one(ecs, definition)["taskArn"], run_one(ecs, definition)["taskArn"]
    wait_running(ecs, first), wait_running(ecs, second)
    ecs.stop_task(task=second)
    listed = lambda **a: set(ecs.list_tasks(**a)["taskArns"])  # noqa: E731
    assert listed() == {first}
    assert listed(desiredStatus="RUNNING") == {first}
    assert second in listed(desiredStatus="STOPPED") and first not in listed(desiredStatus="STOPPED")
    assert listed(desiredStatus="PENDING") == set()


def test_list_filters(ecs, definition):
    other = register(ecs)
    one = run_one(ecs, definition, startedBy="alpha")
    two = run_one(ecs, other, startedBy="beta")
    listed = lambda **a: set(ecs.list_tasks(**a)["taskArns"])  # noqa: E731
    assert listed(family=definition.split("/")[-1].split(":")[0]) == {one["taskArn"]}
    assert listed(startedBy="beta") == {two["taskArn"]}
    assert one["taskArn"] in listed(containerInstance=one["containerInstanceArn"])
    assert listed(launchType="EC2") == {one["taskArn"], two["taskArn"]}
    assert listed(launchType="FARGATE") == set()
    assert error_of(ecs.list_tasks, startedBy="beta", family="x")[0] == "InvalidParameterException"
    assert error_of(ecs.list_tasks, serviceName="nowhere")[0] == "ServiceNotFoundException"
    assert error_of(ecs.list_tasks, cluster="nowhere")[0] == "ClusterNotFoundException"


def test_list_pages(ecs, definition):
    for _ in range(2):
        ecs.run_task(taskDefinition=definition, count=4)
    pages = list(ecs.get_paginator("list_tasks").paginate(PaginationConfig={"PageSize": 3}))
    assert [len(p["taskArns"]) for p in pages] == [3, 3, 2]
    assert "nextToken" not in pages[-1]


def test_a_client_token_yields_one_result(ecs, definition):
    token = unique("token")
    first = run_one(ecs, definition, clientToken=token)
    assert run_one(ecs, definition, clientToken=token)["taskArn"] == first["taskArn"]
    with pytest.raises(ecs.exceptions.ConflictException) as raised:
        ecs.run_task(taskDefinition=definition, clientToken=token, count=2)
    assert raised.value.response["resourceIds"] == [first["taskArn"]]
    assert len(ecs.list_tasks()["taskArns"]) == 1


def test_missing_tasks_are_failures(region, ecs, definition):
    arn = run_one(ecs, definition)["taskArn"]
    answer = ecs.describe_tasks(tasks=[arn, "f" * 32])
    assert [t["taskArn"] for t in answer["tasks"]] == [arn]
    assert answer["failures"] == [{"arn": region.arn(f"task/default/{'f' * 32}"), "reason": "MISSING"}]


def test_errors_of_describe_and_stop(region, ecs, definition):
    code, message = error_of(ecs.describe_tasks, tasks=[])
    assert (code, message) == ("InvalidParameterException", "Tasks cannot be empty.")
    assert error_of(ecs.describe_tasks, tasks=["f" * 32] * 101)[0] == "InvalidParameterException"
    code, message = error_of(ecs.stop_task, task="f" * 32)
    assert (code, message) == ("InvalidParameterException", "The referenced task was not found.")
    assert error_of(ecs.describe_tasks, tasks=["f" * 32], cluster="nowhere")[0] == "ClusterNotFoundException"
    code, _ = error_of(ecs.stop_task, task=region.arn(f"task/other/{'f' * 32}"))
    assert code == "InvalidParameterException"


def test_an_empty_cluster_has_nowhere_to_run(ecs, definition):
    name = unique("empty")
    ecs.create_cluster(clusterName=name)
    code, message = error_of(ecs.run_task, cluster=name, taskDefinition=definition)
    assert (code, message) == ("InvalidParameterException", "No Container Instances were found in your cluster.")


def test_what_does_not_fit_is_a_failure_per_instance(ecs):
    huge = register(ecs, containers=[container(memory=100_000_000)])
    answer = ecs.run_task(taskDefinition=huge)
    assert answer["tasks"] == []
    assert {f["arn"] for f in answer["failures"]} == {i["containerInstanceArn"] for i in instances(ecs)}
    assert {f["reason"] for f in answer["failures"]} == {"RESOURCE:MEMORY"}
    assert all_free(ecs)


def test_cpu_runs_out(ecs):
    free = min(amounts(i["remainingResources"])["CPU"] for i in instances(ecs))
    definition = register(ecs, containers=[container(cpu=free)])
    run_one(ecs, definition), run_one(ecs, definition)
    assert {f["reason"] for f in ecs.run_task(taskDefinition=definition)["failures"]} == {"RESOURCE:CPU"}


def test_a_static_port_is_taken_once_per_instance(ecs):
    definition = register(ecs, containers=[container(portMappings=[{"containerPort": 80, "hostPort": 18080}])])
    first, second = run_one(ecs, definition), run_one(ecs, definition)
    assert first["containerInstanceArn"] != second["containerInstanceArn"]
    for instance in instances(ecs):
        assert "18080" in amounts(instance["remainingResources"])["PORTS"]
        assert "18080" not in amounts(instance["registeredResources"])["PORTS"]
    assert {f["reason"] for f in ecs.run_task(taskDefinition=definition)["failures"]} == {"RESOURCE:PORTS"}
    ecs.stop_task(task=first["taskArn"])
    wait_stopped(ecs, first["taskArn"])
    assert run_one(ecs, definition)["containerInstanceArn"] == first["containerInstanceArn"]


def test_resources_are_taken_at_once_and_given_back_at_the_end(ecs):
    definition = register(ecs, containers=[container(cpu=100, memory=200, memoryReservation=150)])
    before = {i["containerInstanceArn"]: amounts(i["remainingResources"]) for i in instances(ecs)}
    started = run_one(ecs, definition)
    home = started["containerInstanceArn"]
    after = {i["containerInstanceArn"]: amounts(i["remainingResources"]) for i in instances(ecs)}
    assert before[home]["CPU"] - after[home]["CPU"] == 100
    assert before[home]["MEMORY"] - after[home]["MEMORY"] == 150, "the reservation counts, not the limit"
    ecs.stop_task(task=started["taskArn"])
    wait_stopped(ecs, started["taskArn"])
    assert {i["containerInstanceArn"]: amounts(i["remainingResources"]) for i in instances(ecs)} == before


def test_task_level_sizes_win(ecs):
    definition = register(ecs, containers=[container(cpu=10, memory=20)], cpu="256", memory="512")
    started = run_one(ecs, definition, overrides={"cpu": "512", "memory": "1024"})
    assert (started["cpu"], started["memory"]) == ("512", "1024")
    home = [i for i in instances(ecs) if i["containerInstanceArn"] == started["containerInstanceArn"]][0]
    registered, remaining = amounts(home["registeredResources"]), amounts(home["remainingResources"])
    assert registered["CPU"] - remaining["CPU"] == 512
    assert registered["MEMORY"] - remaining["MEMORY"] == 1024


def test_member_of_constraint(ecs, definition):
    for zone in ("us-east-1a", "us-east-1b"):
        started = run_one(ecs, definition, placementConstraints=[
            {"type": "memberOf", "expression": f"attribute:ecs.availability-zone == {zone}"}])
        assert started["availabilityZone"] == zone
    answer = ecs.run_task(taskDefinition=definition, placementConstraints=[
        {"type": "memberOf", "expression": "attribute:ecs.availability-zone == us-east-1z"}])
    assert answer["tasks"] == []
    assert {f["reason"] for f in answer["failures"]} == {"MemberOf placement constraint unsatisfied."}
    assert error_of(ecs.run_task, taskDefinition=definition, placementConstraints=[
        {"type": "memberOf", "expression": "attribute:x =="}])[0] == "InvalidParameterException"


def test_distinct_instances(ecs, definition):
    answer = ecs.run_task(taskDefinition=definition, count=3, placementConstraints=[{"type": "distinctInstance"}])
    assert len({t["containerInstanceArn"] for t in answer["tasks"]}) == len(answer["tasks"]) == 2
    assert {f["reason"] for f in answer["failures"]} == {"DistinctInstance placement constraint unsatisfied."}


def test_strategies(ecs, definition):
    homes = lambda **a: collections.Counter(  # noqa: E731
        t["containerInstanceArn"] for t in ecs.run_task(taskDefinition=definition, count=4, **a)["tasks"])
    spread = [{"type": "spread", "field": "instanceId"}]
    assert sorted(homes(placementStrategy=spread).values()) == [2, 2]
    stop_everything(ecs)
    assert sorted(homes(placementStrategy=[{"type": "binpack", "field": "memory"}]).values()) == [4]
    assert error_of(ecs.run_task, taskDefinition=definition,
                    placementStrategy=[{"type": "binpack", "field": "smell"}])[0] == "InvalidParameterException"


def test_start_task_goes_where_it_is_told(region, ecs, definition):
    [one, two] = [i["containerInstanceArn"] for i in instances(ecs)]
    answer = ecs.start_task(taskDefinition=definition, containerInstances=[one, two.split("/")[-1], "f" * 32])
    assert {t["containerInstanceArn"] for t in answer["tasks"]} == {one, two}
    [failure] = answer["failures"]
    assert failure["reason"] == "MISSING"
    for started in answer["tasks"]:
        wait_running(ecs, started["taskArn"])


def test_overrides(ecs, definition):
    started = run_one(ecs, definition, overrides={"containerOverrides": [
        {"name": "app", "command": ["true"], "environment": [{"name": "A", "value": "B"}], "memory": 128}]})
    [override] = started["overrides"]["containerOverrides"]
    assert override["command"] == ["true"] and override["environment"] == [{"name": "A", "value": "B"}]
    code, message = error_of(ecs.run_task, taskDefinition=definition,
                             overrides={"containerOverrides": [{"name": "ghost"}]})
    assert code == "InvalidParameterException" and "ghost" in message


def test_groups_and_their_rules(ecs, definition):
    assert run_one(ecs, definition, group="night")["group"] == "night"
    assert error_of(ecs.run_task, taskDefinition=definition, group="service:x")[0] == "InvalidParameterException"


def test_network_configuration_needs_awsvpc(ecs, definition):
    network = {"awsvpcConfiguration": {"subnets": ["subnet-1"]}}
    code, message = error_of(ecs.run_task, taskDefinition=definition, networkConfiguration=network)
    assert code == "InvalidParameterException" and "Network Configuration is not valid" in message
    awsvpc = register(ecs, networkMode="awsvpc")
    code, message = error_of(ecs.run_task, taskDefinition=awsvpc)
    assert code == "InvalidParameterException"
    assert message == "Network Configuration must be provided when networkMode 'awsvpc' is specified."


def test_launch_types(ecs, definition):
    code, message = error_of(ecs.run_task, taskDefinition=definition, launchType="FARGATE")
    assert code == "InvalidParameterException" and "FARGATE" in message
    code, message = error_of(ecs.run_task, taskDefinition=definition, launchType="EC2",
                             capacityProviderStrategy=[{"capacityProvider": "x"}])
    assert code == "InvalidParameterException" and "Specifying both a launch type" in message


def test_tags_and_their_propagation(region, ecs):
    definition = register(ecs, tags=[{"key": "from", "value": "definition"}])
    arn = run_one(ecs, definition, tags=[{"key": "own", "value": "1"}], propagateTags="TASK_DEFINITION",
                  enableECSManagedTags=True)["taskArn"]
    assert task(ecs, arn).get("tags", []) == []
    tags = {t["key"]: t["value"] for t in task(ecs, arn, include=["TAGS"])["tags"]}
    assert tags == {"own": "1", "from": "definition", "aws:ecs:clusterName": "default"}
    assert error_of(ecs.run_task, taskDefinition=definition, propagateTags="SERVICE")[0] == "InvalidParameterException"


def test_timestamps_are_numbers_on_the_wire(region, ecs, definition):
    from support.raw import call

    arn = run_one(ecs, definition)["taskArn"]
    wait_running(ecs, arn)
    answer = call(region, "DescribeTasks", {"tasks": [arn]})
    assert answer.status == 200 and answer.headers["content-type"] == "application/x-amz-json-1.1"
    found = answer.json["tasks"][0]
    for name in ("createdAt", "startedAt", "pullStartedAt"):
        assert isinstance(found[name], (int, float)) and 1.6e9 < found[name] < 1e10, name
    assert round(found["createdAt"], 3) == found["createdAt"]
    assert len(answer.headers["x-amzn-requestid"]) == 36
    assert answer.headers["date"]


def test_stopping_before_running(ecs, definition):
    """Whatever the moment, a stopped task ends STOPPED and gives everything back."""
    arns = [t["taskArn"] for t in ecs.run_task(taskDefinition=definition, count=10)["tasks"]]
    for arn in arns:
        ecs.stop_task(task=arn)
    eventually(lambda: all(t["lastStatus"] == "STOPPED" for t in ecs.describe_tasks(tasks=arns)["tasks"]))
    assert all_free(ecs)
