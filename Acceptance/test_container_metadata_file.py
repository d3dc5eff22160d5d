"""The file in which a container finds what concerns it, where the agent was told to write one."""

import json
import pathlib

from support.ecs import container, register, run_one, stop_everything, unique, wait_running
from support.poll import eventually
from support.tasks import SLEEP, end, lines, of_task


def test_the_file_is_there_from_the_start_and_soon_complete(new_region, engine):
    region = new_region(engine="docker", instances=1, env={
        "ECS_ENABLE_CONTAINER_METADATA": "true", "ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION": "1s"}).start()
    region.wait_for_instances()
    try:
        command = ("f=$ECS_CONTAINER_METADATA_FILE; cat $f; echo; until grep -q READY $f; do sleep 0.1; done; cat $f; "
                   "echo; sleep 3600")
        family = unique("file")
        definition = register(region.ecs, family=family, containers=[container(
            **{**SLEEP, "command": ["sh", "-c", command]}, user="1000", portMappings=[{"containerPort": 80}])])
        arn = run_one(region.ecs, definition)["taskArn"]
        task = wait_running(region.ecs, arn)
        first, last = [json.loads(line) for line in lines(engine, arn, 2)]
        known = {"Cluster": "default", "TaskARN": arn, "ContainerInstanceARN": task["containerInstanceArn"],
                 "TaskDefinitionFamily": family, "TaskDefinitionRevision": "1", "ContainerName": "app"}
        assert known.items() <= first.items() and known.items() <= last.items()
        found = of_task(engine, arn)["app"]
        assert last["MetadataFileStatus"] == "READY" and last["ContainerID"] == found["Id"]
        assert last["PortMappings"][0]["HostPort"] == task["containers"][0]["networkBindings"][0]["hostPort"]
        [folder] = [pathlib.Path(m["Source"]) for m in found["Mounts"]]
        assert folder.is_dir()
        end(region.ecs, arn)
        eventually(lambda: not folder.exists(), 20, message="the folder goes with the container")
    finally:
        stop_everything(region.ecs)
