"""Services of real containers behind load balancers of the region: made with boto3, reached with HTTP."""

import http.client
import re
import shutil

import pytest

from support.balanced import Balancer, Load, balancers_of, create, web
from support.ecs import FAST, service, stop_everything, unique
from support.poll import eventually

pytestmark = pytest.mark.skipif(not shutil.which("haproxy"), reason="needs haproxy: scripts/setup.sh installs it")


@pytest.fixture(scope="module")
def balanced_region(real_region):
    yield real_region
    done = real_region.roost("balancer", "--remove", "--name", "local", "--data", real_region.data)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def ecs(balanced_region):
    return balanced_region.ecs


@pytest.fixture(scope="module")
def elb(balanced_region):
    return balanced_region.client("elbv2")


@pytest.fixture(autouse=True)
def nothing_left(ecs):
    yield
    stop_everything(ecs)


@pytest.fixture
def balancer(balanced_region, elb):
    made = Balancer(balanced_region, elb)
    yield made
    made.delete()


def test_tasks_are_reached_by_name_and_by_address(ecs, balancer):
    name = create(ecs, balancer, web(ecs, "one", unique("web")), 2)
    (address,) = set(eventually(balancer.is_active, message=balancer.states))
    eventually(lambda: balancer.states() == ["healthy", "healthy"], message=balancer.states)
    assert balancer.name.endswith(".elb.localhost")
    assert balancer.get() == (200, "one")
    direct = http.client.HTTPConnection(address, balancer.port, timeout=10)
    assert balancer.get(direct) == (200, "one")
    said = " ".join(e["message"] for e in service(ecs, name)["events"])
    registered = re.findall(r"registered (\d+) targets in \(target-group " + re.escape(balancer.group), said)
    assert sum(map(int, registered)) == 2, said


def test_the_last_task_gone_is_503_and_a_group_in_use_stays(ecs, elb, balancer):
    name = create(ecs, balancer, web(ecs, "one", unique("web")), 1)
    ecs.update_service(service=name, desiredCount=0)
    eventually(lambda: balancer.states() == [], 60)
    assert eventually(lambda: balancer.get()[0] == 503)
    with pytest.raises(elb.exceptions.ResourceInUseException):
        elb.delete_target_group(TargetGroupArn=balancer.group)


def test_blue_green_moves_the_traffic(ecs, elb, balancer):
    family, name = unique("web"), unique("web")
    other = balancer.make_group()
    rule = elb.create_rule(
        ListenerArn=balancer.listener, Priority=1, Conditions=[{"Field": "path-pattern", "Values": ["*"]}],
        Actions=[{"Type": "forward", "ForwardConfig": {"TargetGroups": [
            {"TargetGroupArn": balancer.group, "Weight": 1}, {"TargetGroupArn": other, "Weight": 0}]}}],
    )["Rules"][0]["RuleArn"]
    advanced = {"alternateTargetGroupArn": other, "productionListenerRule": rule,
                "roleArn": "arn:aws:iam::000000000000:role/ecs"}
    ecs.create_service(
        serviceName=name, taskDefinition=web(ecs, "blue", family), desiredCount=1,
        deploymentConfiguration={"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 0},
        loadBalancers=[{**balancers_of(balancer)[0], "advancedConfiguration": advanced}])
    ecs.get_waiter("services_stable").wait(services=[name], WaiterConfig=FAST)
    eventually(lambda: balancer.get() == (200, "blue"))
    load = Load(*balancer.loopback, clients=2)
    try:
        ecs.update_service(service=name, taskDefinition=web(ecs, "green", family))
        eventually(lambda: balancer.get() == (200, "green"), 90)
        ecs.get_waiter("services_stable").wait(services=[name], WaiterConfig=FAST)
    finally:
        load.end()
    assert load.failed == []
    weights = {t["TargetGroupArn"]: t["Weight"]
               for t in elb.describe_rules(RuleArns=[rule])["Rules"][0]["Actions"][0]["ForwardConfig"]["TargetGroups"]}
    assert weights[balancer.group] == 0 and weights[other] > 0
    elb.delete_rule(RuleArn=rule)
    elb.delete_target_group(TargetGroupArn=other)
