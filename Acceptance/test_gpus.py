"""GPUs of an instance are given to its tasks, each to one container."""

from support.ecs import amounts, container, instances, register, stop_everything, unique, wait_running
from support.poll import eventually


def test_each_gpu_is_one_containers(ecs, join):
    cluster = unique("cluster")
    ecs.create_cluster(clusterName=cluster)
    join(cluster, "gpus", "--gpus", "GPU-1,GPU-2")
    [instance] = eventually(lambda: [i for i in instances(ecs, cluster) if i["agentConnected"]], 30)
    assert amounts(instance["registeredResources"])["GPU"] == {"GPU-1", "GPU-2"}
    definition = register(ecs, containers=[container(resourceRequirements=[{"type": "GPU", "value": "1"}])])

    tasks = ecs.run_task(cluster=cluster, taskDefinition=definition, count=3)
    assert [t["containers"][0]["gpuIds"] for t in tasks["tasks"]] == [["GPU-1"], ["GPU-2"]]
    assert [f["reason"] for f in tasks["failures"]] == ["RESOURCE:GPU"]
    arns = [t["taskArn"] for t in tasks["tasks"]]
    for arn in arns:
        wait_running(ecs, arn, cluster=cluster)
    [full] = instances(ecs, cluster)
    assert amounts(full["remainingResources"])["GPU"] == set()

    ecs.stop_task(cluster=cluster, task=arns[0])
    eventually(lambda: amounts(instances(ecs, cluster)[0]["remainingResources"])["GPU"] == {"GPU-1"}, 30)
    two = {"containerOverrides": [{"name": "app", "resourceRequirements": [{"type": "GPU", "value": "2"}]}]}
    refused = ecs.run_task(cluster=cluster, taskDefinition=definition, overrides=two)
    assert [f["reason"] for f in refused["failures"]] == ["RESOURCE:GPU"]
    [next_task] = ecs.run_task(cluster=cluster, taskDefinition=definition)["tasks"]
    assert next_task["containers"][0]["gpuIds"] == ["GPU-1"]
    stop_everything(ecs, cluster)
