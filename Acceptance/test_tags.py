"""Tags on every kind of resource."""

import pytest

from support.ecs import error_of, instances, register, run_one, stop_everything, unique


@pytest.fixture(scope="module")
def resources(ecs):
    definition = register(ecs)
    service = ecs.create_service(serviceName=unique("tagged"), taskDefinition=definition, desiredCount=0)["service"]
    yield {
        "cluster": ecs.create_cluster(clusterName=unique("tagged"))["cluster"]["clusterArn"],
        "task-definition": definition, "service": service["serviceArn"],
        "task": run_one(ecs, definition)["taskArn"],
        "container-instance": instances(ecs)[0]["containerInstanceArn"],
    }
    stop_everything(ecs)


@pytest.mark.parametrize("kind", ["cluster", "task-definition", "service", "task", "container-instance"])
def test_put_list_remove(ecs, resources, kind):
    arn = resources[kind]
    tags = lambda: {t["key"]: t["value"] for t in ecs.list_tags_for_resource(resourceArn=arn)["tags"]}  # noqa: E731
    before = tags()
    ecs.tag_resource(resourceArn=arn, tags=[{"key": "a", "value": "1"}, {"key": "b", "value": ""}])
    ecs.tag_resource(resourceArn=arn, tags=[{"key": "a", "value": "2"}])
    assert tags() == {**before, "a": "2", "b": ""}
    ecs.untag_resource(resourceArn=arn, tagKeys=["a", "never-there"])
    assert tags() == {**before, "b": ""}
    ecs.untag_resource(resourceArn=arn, tagKeys=["b"])
    assert tags() == before


def test_errors(region, ecs, resources):
    raw = region.unchecked()
    missing = region.arn("cluster/nowhere")
    one = [{"key": "k", "value": "v"}]
    assert error_of(ecs.tag_resource, resourceArn=missing, tags=one)[0] in (
        "ClusterNotFoundException", "ResourceNotFoundException", "InvalidParameterException")
    assert error_of(ecs.tag_resource, resourceArn=region.arn("service/short"), tags=one)[0] == (
        "InvalidParameterException")
    assert error_of(ecs.list_tags_for_resource, resourceArn="not-an-arn")[0] == "InvalidParameterException"
    arn = resources["cluster"]
    for bad in ([{"key": "aws:mine", "value": "v"}], [{"key": "k" * 129, "value": "v"}],
                [{"key": "k", "value": "v" * 257}], [{"value": "v"}]):
        assert error_of(raw.tag_resource, resourceArn=arn, tags=bad)[0] in (
            "InvalidParameterException", "ClientException"), bad
    many = [{"key": f"k{i}", "value": "v"} for i in range(51)]
    assert error_of(raw.tag_resource, resourceArn=arn, tags=many)[0] in (
        "InvalidParameterException", "LimitExceededException")
    assert ecs.list_tags_for_resource(resourceArn=arn)["tags"] == []
