"""Services on instances that run nothing: counts, deployments, events, errors, deletion."""

import collections
import re

import pytest

from support.ecs import (FAST, container, error_of, instances, register, service, stable, stop_everything, task, unique)
from support.poll import eventually, stays


@pytest.fixture(autouse=True)
def nothing_left(ecs):
    yield
    stop_everything(ecs)


@pytest.fixture(scope="module")
def definition(ecs):
    return register(ecs)


def create(ecs, definition, count=2, name=None, **members):
    # Zero percent healthy: a rollout may stop first, so it need not wait for tasks to count as healthy.
    quick = {"minimumHealthyPercent": 0, "maximumPercent": 200}
    return ecs.create_service(serviceName=name or unique("svc"), taskDefinition=definition, desiredCount=count,
                              **{"deploymentConfiguration": quick, **members})["service"]


def running(ecs, name):
    return ecs.list_tasks(serviceName=name)["taskArns"]


def test_a_service_reaches_its_count(region, ecs, definition):
    made = create(ecs, definition, 3, name=unique("web"))
    name = made["serviceName"]
    assert made["serviceArn"] == region.arn(f"service/default/{name}")
    assert made["clusterArn"] == region.arn("cluster/default")
    assert (made["status"], made["desiredCount"], made["taskDefinition"]) == ("ACTIVE", 3, definition)
    assert (made["launchType"], made["schedulingStrategy"]) == ("EC2", "REPLICA")
    assert made["createdBy"] == f"arn:aws:iam::{region.account}:root"
    for member in ("loadBalancers", "serviceRegistries", "events", "placementConstraints", "placementStrategy"):
        assert made[member] == [], member
    assert made["deploymentConfiguration"]["deploymentCircuitBreaker"] == {"enable": False, "rollback": False}
    assert made["propagateTags"] == "NONE"
    assert made["enableECSManagedTags"] is False and made["enableExecuteCommand"] is False
    [deployment] = made["deployments"]
    assert re.fullmatch(r"ecs-svc/\d{19}", deployment["id"])
    assert (deployment["status"], deployment["rolloutState"]) == ("PRIMARY", "IN_PROGRESS")
    assert (deployment["desiredCount"], deployment["failedTasks"]) == (3, 0)

    ecs.get_waiter("services_stable").wait(services=[name], WaiterConfig=FAST)
    found = stable(ecs, name)
    assert (found["runningCount"], found["pendingCount"]) == (3, 0)
    tasks = ecs.describe_tasks(tasks=running(ecs, name))["tasks"]
    assert {t["group"] for t in tasks} == {f"service:{name}"}
    assert {t["startedBy"] for t in tasks} == {deployment["id"]}
    zones = collections.Counter(t["availabilityZone"] for t in tasks)
    assert sorted(zones.values()) == [1, 2], "without a strategy, tasks are spread over the zones"


def test_the_defaults_of_a_deployment(ecs, definition):
    made = ecs.create_service(serviceName=unique("svc"), taskDefinition=definition, desiredCount=0)["service"]
    configuration = made["deploymentConfiguration"]
    assert (configuration["minimumHealthyPercent"], configuration["maximumPercent"]) == (100, 200)
    assert made.get("deploymentController", {"type": "ECS"})["type"] == "ECS"


def test_killed_tasks_are_replaced(ecs, definition):
    name = create(ecs, definition)["serviceName"]
    stable(ecs, name)
    before = set(running(ecs, name))
    ecs.stop_task(task=sorted(before)[0])
    eventually(lambda: len(set(running(ecs, name)) - before) == 1)
    found = stable(ecs, name)
    assert found["runningCount"] == 2 and len(found["deployments"]) == 1


def test_scaling_out_and_in_makes_no_deployment(ecs, definition):
    made = create(ecs, definition, 1)
    name, first = made["serviceName"], made["deployments"][0]["id"]
    stable(ecs, name)
    for count in (5, 2, 0):
        ecs.update_service(service=name, desiredCount=count)
        found = eventually(lambda: (s := service(ecs, name))["runningCount"] == count and s)
        assert [d["id"] for d in found["deployments"]] == [first]
        assert found["deployments"][0]["desiredCount"] == count
        eventually(lambda: len(running(ecs, name)) == count)
    stopped = ecs.describe_tasks(tasks=ecs.list_tasks(desiredStatus="STOPPED", serviceName=name)["taskArns"])["tasks"]
    assert {t["stopCode"] for t in stopped} == {"ServiceSchedulerInitiated"}
    assert {t["stoppedReason"] for t in stopped} == {f"Scaling activity initiated by (deployment {first})"}


def test_a_new_definition_is_rolled_out(ecs, definition):
    made = create(ecs, definition)
    name = made["serviceName"]
    stable(ecs, name)
    newer = register(ecs)
    updated = ecs.update_service(service=name, taskDefinition=newer)["service"]
    assert updated["taskDefinition"] == newer
    assert [d["status"] for d in updated["deployments"]] == ["PRIMARY", "ACTIVE"], "newest first"
    assert updated["deployments"][0]["taskDefinition"] == newer
    found = stable(ecs, name, timeout=90)
    assert found["deployments"][0]["id"] != made["deployments"][0]["id"]
    tasks = ecs.describe_tasks(tasks=running(ecs, name))["tasks"]
    assert {t["taskDefinitionArn"] for t in tasks} == {newer}
    done = eventually(lambda: (d := service(ecs, name)["deployments"][0])["rolloutState"] == "COMPLETED" and d, 90)
    assert done["rolloutStateReason"] == f"ECS deployment {done['id']} completed."


def test_force_makes_a_deployment_and_nothing_new_makes_none(ecs, definition):
    made = create(ecs, definition, 1)
    name, first = made["serviceName"], made["deployments"][0]["id"]
    same = ecs.update_service(service=name, taskDefinition=definition, enableExecuteCommand=False)["service"]
    assert [d["id"] for d in same["deployments"]] == [first]
    forced = ecs.update_service(service=name, forceNewDeployment=True)["service"]
    assert forced["deployments"][0]["id"] != first
    stable(ecs, name, timeout=90)


def test_events_tell_the_story_newest_first(ecs, definition):
    name = create(ecs, definition, 1)["serviceName"]
    eventually(lambda: any("steady state" in e["message"] for e in service(ecs, name)["events"]), 90)
    events = service(ecs, name)["events"]
    messages = [e["message"] for e in events]
    assert all(m.startswith(f"(service {name}) ") or m.startswith(f"(service {name},") for m in messages)
    assert any("has started 1 tasks: (task " in m for m in messages)
    assert f"(service {name}) has reached a steady state." in messages
    times = [e["createdAt"] for e in events]
    assert times == sorted(times, reverse=True)
    assert len({e["id"] for e in events}) == len(events)


def test_what_cannot_be_placed_is_told_and_tried_again(ecs):
    huge = register(ecs, containers=[container(memory=100_000_000)])
    name = create(ecs, huge, 1)["serviceName"]
    event = eventually(lambda: [e["message"] for e in service(ecs, name)["events"] if "unable to place" in e["message"]])
    assert "insufficient memory" in event[0]
    assert service(ecs, name)["runningCount"] == 0
    ecs.update_service(service=name, taskDefinition=register(ecs))
    stable(ecs, name)
    assert service(ecs, name)["runningCount"] == 1


def test_idempotent_creation(ecs, definition):
    name = unique("same")
    first = create(ecs, definition, 1, name=name)
    assert create(ecs, definition, 1, name=name)["serviceArn"] == first["serviceArn"]
    code, message = error_of(create, ecs=ecs, definition=definition, count=2, name=name)
    assert (code, message) == ("InvalidParameterException", "Creation of service was not idempotent.")


@pytest.mark.parametrize("members,code", [
    (dict(taskDefinition="nothing-like-it"), "ClientException"),
    (dict(cluster="nowhere"), "ClusterNotFoundException"),
    (dict(serviceName="with space"), "InvalidParameterException"),
    (dict(desiredCount=-1), "InvalidParameterException"),
    (dict(desiredCount=None), "InvalidParameterException"),
    (dict(schedulingStrategy="SOMETIMES"), "InvalidParameterException"),
    (dict(deploymentConfiguration={"minimumHealthyPercent": 100, "maximumPercent": 100}), "InvalidParameterException"),
    (dict(placementStrategy=[{"type": "spread", "field": "x"}] * 6), "InvalidParameterException"),
    (dict(propagateTags="EVERYWHERE"), "InvalidParameterException"),
])
def test_creation_errors(region, definition, members, code):
    arguments = dict(serviceName=unique("bad"), taskDefinition=definition, desiredCount=1)
    arguments.update(members)
    arguments = {k: v for k, v in arguments.items() if v is not None}
    assert error_of(region.unchecked().create_service, **arguments)[0] == code


def test_unknown_services(region, ecs):
    assert error_of(ecs.update_service, service="ghost")[0] == "ServiceNotFoundException"
    assert error_of(ecs.delete_service, service="ghost")[0] == "ServiceNotFoundException"
    answer = ecs.describe_services(services=["ghost"])
    assert answer["services"] == []
    assert answer["failures"] == [{"arn": region.arn("service/default/ghost"), "reason": "MISSING"}]
    code, message = error_of(ecs.describe_services, services=[])
    assert (code, message) == ("InvalidParameterException", "Services cannot be empty.")
    assert error_of(ecs.describe_services, services=[f"s{i}" for i in range(11)])[0] == "InvalidParameterException"


def test_lists_have_pages_of_ten(ecs, definition):
    names = {create(ecs, definition, 0, name=unique("many"))["serviceArn"] for _ in range(12)}
    page = ecs.list_services()
    assert len(page["serviceArns"]) == 10 and page["nextToken"]
    everything = [a for p in ecs.get_paginator("list_services").paginate() for a in p["serviceArns"]]
    assert set(everything) >= names and len(everything) == len(set(everything))
    assert ecs.list_services(schedulingStrategy="DAEMON")["serviceArns"] == []
    assert ecs.list_services(launchType="FARGATE")["serviceArns"] == []


def test_deletion_is_soft_and_frees_the_name(ecs, definition):
    name = create(ecs, definition, 1)["serviceName"]
    stable(ecs, name)
    code, message = error_of(ecs.delete_service, service=name)
    assert code == "InvalidParameterException" and "scaled above 0" in message
    deleted = ecs.delete_service(service=name, force=True)["service"]
    assert deleted["status"] == "DRAINING" and deleted["desiredCount"] == 0
    assert not [a for a in ecs.list_services()["serviceArns"] if a.endswith(f"/{name}")]
    ecs.get_waiter("services_inactive").wait(services=[name], WaiterConfig=FAST)
    found = service(ecs, name)
    assert (found["status"], found["runningCount"]) == ("INACTIVE", 0)
    assert (found["taskDefinition"], found["deployments"]) == (definition, [])
    assert error_of(ecs.update_service, service=name, desiredCount=1)[0] == "ServiceNotActiveException"
    again = create(ecs, definition, 0, name=name)
    assert again["status"] == "ACTIVE" and again["serviceName"] == name


def test_scaled_to_zero_needs_no_force(ecs, definition):
    name = create(ecs, definition, 1)["serviceName"]
    stable(ecs, name)
    ecs.update_service(service=name, desiredCount=0)
    ecs.delete_service(service=name)
    eventually(lambda: service(ecs, name)["status"] == "INACTIVE")


def test_a_daemon_runs_once_on_each_instance(ecs, definition):
    name = unique("daemon")
    made = ecs.create_service(serviceName=name, taskDefinition=definition, schedulingStrategy="DAEMON")["service"]
    configuration = made["deploymentConfiguration"]
    assert (configuration["minimumHealthyPercent"], configuration["maximumPercent"]) == (0, 100)
    assert made["desiredCount"] == 2, "known at once, so that the waiter waits"
    ecs.get_waiter("services_stable").wait(services=[name], WaiterConfig=FAST)
    found = eventually(lambda: (s := service(ecs, name))["runningCount"] == 2 and s)
    assert found["desiredCount"] == 2 and found["schedulingStrategy"] == "DAEMON"
    assert found["deployments"][0]["desiredCount"] == 2
    tasks = ecs.describe_tasks(tasks=running(ecs, name))["tasks"]
    assert len({t["containerInstanceArn"] for t in tasks}) == 2
    ecs.delete_service(service=name)
    eventually(lambda: service(ecs, name)["status"] == "INACTIVE")


def test_a_daemon_goes_where_its_constraint_holds(ecs, definition):
    [one, two] = [i["containerInstanceArn"] for i in instances(ecs)]
    name = unique("daemon")
    ecs.put_attributes(attributes=[{"name": "role", "value": "web", "targetId": one}])
    ecs.create_service(serviceName=name, taskDefinition=definition, schedulingStrategy="DAEMON",
                       placementConstraints=[{"type": "memberOf", "expression": "attribute:role == web"}])

    def homes():
        arns = running(ecs, name)
        tasks = ecs.describe_tasks(tasks=arns)["tasks"] if arns else []
        return {t["containerInstanceArn"] for t in tasks if t["lastStatus"] == "RUNNING"}
    eventually(lambda: homes() == {one} and service(ecs, name)["desiredCount"] == 1)
    ecs.put_attributes(attributes=[{"name": "role", "value": "db", "targetId": one},
                                   {"name": "role", "value": "web", "targetId": two}])
    eventually(lambda: homes() == {two} and service(ecs, name)["desiredCount"] == 1)
    ecs.delete_attributes(attributes=[{"name": "role", "targetId": arn} for arn in (one, two)])
    eventually(lambda: homes() == set() and service(ecs, name)["desiredCount"] == 0)


def test_tags_reach_the_tasks(ecs, definition):
    name = create(ecs, definition, 1, tags=[{"key": "team", "value": "red"}], propagateTags="SERVICE",
                  enableECSManagedTags=True)["serviceName"]
    stable(ecs, name)
    assert service(ecs, name).get("tags", []) == []
    assert service(ecs, name, include=["TAGS"])["tags"] == [{"key": "team", "value": "red"}]
    tags = task(ecs, running(ecs, name)[0], include=["TAGS"])["tags"]
    assert {t["key"]: t["value"] for t in tags} == {
        "team": "red", "aws:ecs:clusterName": "default", "aws:ecs:serviceName": name}


def test_nothing_happens_when_nothing_is_to_do(ecs, definition):
    name = create(ecs, definition, 2)["serviceName"]
    stable(ecs, name)
    before = sorted(running(ecs, name))
    stays(lambda: sorted(running(ecs, name)) == before, 1.5)


def test_a_service_says_when_its_tasks_never_start(ecs):
    broken = register(ecs, containers=[container(image="missing/app")])
    name = create(ecs, broken, 1)["serviceName"]
    throttled = f"(service {name}) is unable to consistently start tasks successfully."

    def said():
        return [e["message"] for e in service(ecs, name)["events"]].count(throttled)
    eventually(lambda: said() == 1, 60)
    ecs.update_service(service=name, taskDefinition=register(ecs))
    eventually(lambda: service(ecs, name)["runningCount"] == 1)
    assert service(ecs, name)["deployments"][0]["failedTasks"] == 0
    assert said() == 1, "a series of failures is told once"


def test_a_draining_instance_loses_its_service_tasks(ecs, definition):
    name = create(ecs, definition, 2)["serviceName"]
    stable(ecs, name)
    [one, two] = [i["containerInstanceArn"] for i in instances(ecs)]
    ecs.update_container_instances_state(containerInstances=[one], status="DRAINING")
    try:
        def moved():
            tasks = ecs.describe_tasks(tasks=running(ecs, name))["tasks"]
            return len(tasks) == 2 and {t["containerInstanceArn"] for t in tasks} == {two} and all(
                t["lastStatus"] == "RUNNING" for t in tasks)
        eventually(moved, 90)
    finally:
        ecs.update_container_instances_state(containerInstances=[one], status="ACTIVE")


def test_behind_a_load_balancer_every_target_is_healthy(region, ecs):
    elb, ec2 = region.client("elbv2"), region.client("ec2")
    subnets = ec2.describe_subnets()["Subnets"][:2]
    made = elb.create_load_balancer(Name=unique("lb"), Subnets=[s["SubnetId"] for s in subnets])["LoadBalancers"][0]
    group = elb.create_target_group(
        Name=unique("tg"), Protocol="HTTP", Port=80, VpcId=subnets[0]["VpcId"])["TargetGroups"][0]["TargetGroupArn"]
    elb.modify_target_group_attributes(TargetGroupArn=group, Attributes=[
        {"Key": "deregistration_delay.timeout_seconds", "Value": "1"}])
    elb.create_listener(LoadBalancerArn=made["LoadBalancerArn"], Protocol="HTTP", Port=80,
                        DefaultActions=[{"Type": "forward", "TargetGroupArn": group}])
    definition = register(ecs, containers=[container(portMappings=[{"containerPort": 80}])])
    name = unique("balanced")
    ecs.create_service(serviceName=name, taskDefinition=definition, desiredCount=3, loadBalancers=[
        {"targetGroupArn": group, "containerName": "app", "containerPort": 80}])
    ecs.get_waiter("services_stable").wait(services=[name], WaiterConfig=FAST)
    health = elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
    assert [h["TargetHealth"]["State"] for h in health] == ["healthy"] * 3
    eventually(lambda: elb.describe_load_balancers(
        LoadBalancerArns=[made["LoadBalancerArn"]])["LoadBalancers"][0]["State"]["Code"] == "active")
