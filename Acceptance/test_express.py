"""Express services: everything but their tasks, which wait for AWS Fargate, and say so."""

from support.ecs import error_of, service, unique
from support.poll import eventually, stays

ROLES = {"infrastructureRoleArn": "arn:aws:iam::000000000000:role/infrastructure",
         "executionRoleArn": "arn:aws:iam::000000000000:role/execution"}


def test_the_whole_life(region, ecs):
    name = unique("express")
    made = ecs.create_express_gateway_service(serviceName=name, primaryContainer={"image": "nginx"}, **ROLES)["service"]
    assert made["serviceArn"] == region.arn(f"service/default/{name}")
    assert made["status"]["statusCode"] == "ACTIVE" and "Fargate" in made["status"]["statusReason"]
    [active] = made["activeConfigurations"]
    assert (active["cpu"], active["memory"], active["healthCheckPath"]) == ("256", "512", "/ping")
    assert active["ingressPaths"] == []
    definition = ecs.describe_task_definition(taskDefinition=active["taskDefinitionArn"])["taskDefinition"]
    assert definition["requiresCompatibilities"] == ["FARGATE"]
    assert definition["containerDefinitions"][0]["name"] == "Main"

    # It is a service, which says why it has no tasks, and says it once.
    eventually(lambda: len(service(ecs, name)["events"]) == 1)
    assert "Capacity is unavailable" in service(ecs, name)["events"][0]["message"]
    stays(lambda: len(service(ecs, name)["events"]) == 1 and service(ecs, name)["runningCount"] == 0)
    assert ecs.list_services(resourceManagementType="ECS")["serviceArns"] == [made["serviceArn"]]
    assert made["serviceArn"] not in ecs.list_services(resourceManagementType="CUSTOMER")["serviceArns"]

    updated = ecs.update_express_gateway_service(
        serviceArn=made["serviceArn"], primaryContainer={"image": "httpd", "containerPort": 8080})["service"]
    target = updated["targetConfiguration"]
    assert target["primaryContainer"]["image"] == "httpd"
    assert target["taskDefinitionArn"] != active["taskDefinitionArn"]

    assert ecs.delete_express_gateway_service(serviceArn=made["serviceArn"])["service"]["status"]["statusCode"] in (
        "DRAINING", "INACTIVE")
    shown = lambda: ecs.describe_express_gateway_service(serviceArn=made["serviceArn"])["service"]  # noqa: E731
    eventually(lambda: shown()["status"]["statusCode"] == "INACTIVE")
    assert error_of(ecs.update_express_gateway_service, serviceArn=made["serviceArn"], cpu="512")[0] == (
        "ServiceNotActiveException")


def test_survives_a_restart(region, ecs):
    made = ecs.create_express_gateway_service(
        primaryContainer={"image": "nginx"}, tags=[{"key": "a", "value": "b"}], **ROLES)["service"]
    eventually(lambda: service(ecs, made["serviceName"])["events"])
    describe = lambda: region.ecs.describe_express_gateway_service(  # noqa: E731
        serviceArn=made["serviceArn"], include=["TAGS"])["service"]
    before = describe()
    region.terminate()
    region.start()
    assert describe() == before
