"""Gateways: from creation through the routes of services to deletion, with what waits for what on the way."""

import pytest

from support.ecs import container, error_of, register, stable, stop_everything, unique
from support.poll import eventually

ROLE = "arn:aws:iam::000000000000:role/infrastructure"


@pytest.fixture(autouse=True)
def clean(ecs):
    yield
    stop_everything(ecs)


def gateway(ecs, name=None, **members):
    return ecs.create_gateway(name=name or unique("gateway"), infrastructureRoleArn=ROLE,
                              configuration={"hostSharedAlb": members}, deletionProtection=False)


def routed_service(ecs, **members):
    port = {"containerPort": 80, "name": "http"}
    definition = register(ecs, containers=[container(command=["sleep", "3600"], portMappings=[port])])
    return ecs.create_service(serviceName=unique("routed"), taskDefinition=definition, desiredCount=1,
                              gatewayConnectors=[{"portName": "http"}], **members)["service"]


def routes(ecs, **filters):
    return ecs.list_gateway_routes(**filters)["gatewayRoutes"]


def test_the_whole_life(region, ecs):
    made = gateway(ecs)
    name, arn = made["name"], made["gatewayArn"]
    assert (made["status"], arn) == ("ACTIVE", region.arn(f"gateway/{name}"))
    assert ecs.associate_gateway_with_cluster(gateway=name, cluster="default")["status"] == "ACTIVE"

    service = routed_service(ecs)
    [route] = routes(ecs, service=service["serviceArn"], gateway=arn)
    assert route["status"] == "CREATE_IN_PROGRESS"
    shown = ecs.describe_gateway_route(gatewayRouteArn=route["gatewayRouteArn"])["gatewayRoute"]
    assert "serviceUrl" not in shown and shown["serviceContainerPortName"] == "http"
    stable(ecs, service["serviceName"])

    # The association waits for the route, and the route for the tasks of the deployment that had it.
    assert ecs.disassociate_gateway_from_cluster(gateway=arn, cluster="default")["status"] == "DISASSOCIATING"
    assert error_of(ecs.delete_gateway, gateway=name)[0] == "ClientException"
    ecs.update_service(service=service["serviceName"], gatewayConnectors=[])
    assert routes(ecs, service=service["serviceArn"])[0]["status"] == "DELETE_IN_PROGRESS"
    eventually(lambda: routes(ecs, gateway=name) == [], 90)
    eventually(lambda: ecs.list_gateway_cluster_associations(gateway=name)["gatewayClusterAssociations"] == [])

    assert ecs.delete_gateway(gateway=name)["status"] == "DELETED"
    assert error_of(ecs.describe_gateway, gateway=name)[0] == "GatewayNotFoundException"


def test_an_update_completes(ecs):
    name = gateway(ecs, scheme="internal")["name"]
    answer = ecs.update_gateway(gateway=name, configuration={"hostSharedAlb": {"maxAlbCount": 3}})
    assert answer["status"] == "UPDATE_IN_PROGRESS"
    eventually(lambda: ecs.describe_gateway(gateway=name)["gateway"]["status"] == "UPDATE_COMPLETE")
    shown = ecs.describe_gateway(gateway=name)["gateway"]
    assert shown["configuration"]["hostSharedAlb"]["maxAlbCount"] == 3
    assert shown["accessType"] == "PRIVATE"


def test_routes_of_a_deleted_service_go(ecs):
    name = gateway(ecs)["name"]
    ecs.associate_gateway_with_cluster(gateway=name, cluster="default")
    service = routed_service(ecs)
    assert len(routes(ecs, service=service["serviceName"])) == 1
    ecs.delete_service(service=service["serviceName"], force=True)
    eventually(lambda: routes(ecs, gateway=name) == [], 60)


def test_everything_survives_a_restart(region, ecs):
    name = gateway(ecs)["name"]
    ecs.associate_gateway_with_cluster(gateway=name, cluster="default")
    service = routed_service(ecs)
    before = (ecs.describe_gateway(gateway=name)["gateway"], routes(ecs, service=service["serviceName"]))
    region.terminate()
    region.start()
    region.wait_for_instances()
    ecs = region.ecs
    assert (ecs.describe_gateway(gateway=name)["gateway"], routes(ecs, service=service["serviceName"])) == before
