"""Account settings: defaults, pages, what they do, and that they survive a restart."""

from support.ecs import error_of, unique


def insights(ecs, cluster):
    [found] = ecs.describe_clusters(clusters=[cluster], include=["SETTINGS"])["clusters"]
    return {s["name"]: s["value"] for s in found["settings"]}["containerInsights"]


def test_settings(new_region):
    region = new_region(instances=0).start()
    ecs = region.ecs
    pages = ecs.get_paginator("list_account_settings").paginate(effectiveSettings=True)
    settings = [s for page in pages for s in page["settings"]]
    assert {"containerInsights": "disabled", "taskLongArnFormat": "enabled"}.items() <= {
        s["name"]: s["value"] for s in settings}.items()
    assert {s["type"] for s in settings} == {"user", "aws_managed"}
    assert ecs.list_account_settings()["settings"] == []

    root = f"arn:aws:iam::{region.account}:root"
    made = ecs.put_account_setting_default(name="containerInsights", value="enhanced")["setting"]
    assert made == {"name": "containerInsights", "value": "enhanced", "principalArn": root, "type": "user"}
    region.kill()
    region.start()
    ecs.create_cluster(clusterName="after")
    assert insights(ecs, "after") == "enhanced"
    ecs.delete_account_setting(name="containerInsights")
    name = unique("cluster")
    ecs.create_cluster(clusterName=name)
    assert insights(ecs, name) == "disabled"
    ecs.update_cluster_settings(cluster=name, settings=[{"name": "containerInsights", "value": "enabled"}])
    assert insights(ecs, name) == "enabled"
    assert error_of(ecs.put_account_setting, name="taskLongArnFormat", value="disabled")[0] == (
        "InvalidParameterException")
