"""Custom attributes of container instances, and placement by them."""

import pytest

from support.ecs import error_of, instances, register, run_one, stop_everything, unique


@pytest.fixture(scope="module")
def pair(ecs):
    return [i["containerInstanceArn"] for i in instances(ecs)]


def put(ecs, target, name, value=None):
    attribute = {"name": name, "targetId": target, "targetType": "container-instance"}
    return ecs.put_attributes(attributes=[{**attribute, **({"value": value} if value is not None else {})}])


def test_put_list_place_delete(ecs, pair):
    name = unique("stack")
    [put_back] = put(ecs, pair[0], name, "blue")["attributes"]
    assert (put_back["name"], put_back["value"], put_back["targetId"]) == (name, "blue", pair[0])
    listed = ecs.list_attributes(targetType="container-instance", attributeName=name)["attributes"]
    assert [(a["targetId"], a["value"]) for a in listed] == [(pair[0], "blue")]

    put(ecs, pair[0].split("/")[-1], name, "green")
    listed = ecs.list_attributes(targetType="container-instance", attributeName=name, attributeValue="green")
    assert len(listed["attributes"]) == 1, "the second put replaced the value"
    assert ecs.list_attributes(targetType="container-instance", attributeName=name,
                               attributeValue="blue")["attributes"] == []

    started = run_one(ecs, register(ecs), placementConstraints=[
        {"type": "memberOf", "expression": f"attribute:{name} == green"}])
    assert started["containerInstanceArn"] == pair[0]
    stop_everything(ecs)

    ecs.delete_attributes(attributes=[{"name": name, "targetId": pair[0], "targetType": "container-instance"}])
    assert ecs.list_attributes(targetType="container-instance", attributeName=name)["attributes"] == []


def test_an_attribute_without_a_value(ecs, pair):
    name = unique("flag")
    put(ecs, pair[1], name)
    found = ecs.list_container_instances(filter=f"attribute:{name} exists")["containerInstanceArns"]
    assert found == [pair[1]]
    ecs.delete_attributes(attributes=[{"name": name, "targetId": pair[1], "targetType": "container-instance"}])


def test_errors(region, ecs, pair):
    code, message = error_of(put, ecs=ecs, target="0" * 32, name="x")
    assert code == "TargetNotFoundException" and "0" * 32 in message
    assert error_of(ecs.list_attributes, targetType="container-instance", attributeValue="v")[0] == (
        "InvalidParameterException")
    assert error_of(region.unchecked().put_attributes, attributes=[
        {"name": f"n{i}", "targetId": pair[0]} for i in range(11)])[0] == "InvalidParameterException"
    assert error_of(region.unchecked().list_attributes, targetType="moon")[0] == "InvalidParameterException"
    assert error_of(region.unchecked().put_attributes, attributes=[
        {"name": "n" * 129, "targetId": pair[0]}])[0] == "InvalidParameterException"


def test_lists_have_pages(ecs, pair):
    pages = list(ecs.get_paginator("list_attributes").paginate(targetType="container-instance",
                                                                PaginationConfig={"PageSize": 5}))
    names = [(a["targetId"], a["name"]) for p in pages for a in p["attributes"]]
    assert len(names) == len(set(names)) > 10
    assert "nextToken" not in pages[-1]
