"""Every operation of the newest model answers, and every answer is one that botocore's own parser can read."""

import random

import pytest

from botocore.parsers import create_parser

from support.raw import call
from support.shapes import MODEL, OPERATIONS, valid

IMPLEMENTED = set("""
CreateCluster DescribeClusters ListClusters UpdateCluster DeleteCluster
RegisterTaskDefinition DescribeTaskDefinition ListTaskDefinitions ListTaskDefinitionFamilies DeregisterTaskDefinition
DeleteTaskDefinitions
RunTask StartTask StopTask DescribeTasks ListTasks
CreateService UpdateService DescribeServices ListServices DeleteService
ListServiceDeployments DescribeServiceDeployments StopServiceDeployment ContinueServiceDeployment
DescribeServiceRevisions
CreateTaskSet DescribeTaskSets UpdateTaskSet DeleteTaskSet UpdateServicePrimaryTaskSet
RegisterContainerInstance DeregisterContainerInstance DescribeContainerInstances ListContainerInstances
UpdateContainerInstancesState PutAttributes DeleteAttributes ListAttributes
DiscoverPollEndpoint SubmitTaskStateChange SubmitContainerStateChange SubmitAttachmentStateChanges
TagResource UntagResource ListTagsForResource
CreateGateway UpdateGateway DeleteGateway DescribeGateway ListGateways DescribeGatewayResources
AssociateGatewayWithCluster DisassociateGatewayFromCluster ListGatewayClusterAssociations
ListGatewayRoutes DescribeGatewayRoute
CreateExpressGatewayService DescribeExpressGatewayService UpdateExpressGatewayService DeleteExpressGatewayService
""".split())


def parsed(operation, answer):
    shape = MODEL.operation_model(operation).output_shape
    return create_parser("json").parse(
        {"headers": answer.headers, "status_code": answer.status, "body": answer.body}, shape)


def test_the_model_is_the_newest_we_know():
    assert len(OPERATIONS) == 88
    assert IMPLEMENTED <= set(OPERATIONS)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_answers(region, operation):
    model = MODEL.operation_model(operation)
    for full in (False, True):
        members = valid(model.input_shape, random.Random(operation), full=full)
        answer = call(region, operation, members)
        assert answer.headers["x-amzn-requestid"]
        result = parsed(operation, answer)
        if answer.status == 200:
            assert operation in IMPLEMENTED
            assert "Error" not in result
            continue
        error = result["Error"]
        assert error["Code"] and error["Message"], answer.body
        if operation in IMPLEMENTED:
            known = {e.metadata.get("error", {}).get("code", e.name) for e in model.error_shapes}
            assert 400 <= answer.status < 500, answer.body
            assert error["Code"] in known | {"InvalidParameterException", "ClientException", "SerializationException"}
        else:
            assert 400 <= answer.status <= 501
            assert operation in error["Message"], "the error names the operation that is not built"


@pytest.mark.parametrize("operation", sorted(IMPLEMENTED))
def test_no_body_is_never_our_fault(region, operation):
    answer = call(region, operation, {})
    assert answer.status < 500, answer.body


def test_boto3_sees_an_unbuilt_operation_as_a_client_error(region):
    from support.ecs import error_of

    code, message = error_of(region.ecs.list_daemons)
    assert code and "ListDaemons" in message
