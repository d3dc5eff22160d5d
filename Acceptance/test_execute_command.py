"""ExecuteCommand and UpdateContainerAgent as a client sees them."""

from support.ecs import error_of, instances, register, run_one, stop_everything, wait_running


def test_a_session_is_opened_for_a_running_task(region, ecs):
    definition = register(ecs, taskRoleArn=f"arn:aws:iam::{region.account}:role/exec")
    plain = run_one(ecs, definition)
    wait_running(ecs, plain["taskArn"])
    code, message = error_of(ecs.execute_command, task=plain["taskArn"], command="sh", interactive=True)
    assert code == "InvalidParameterException" and "execute command was not enabled" in message
    task = run_one(ecs, definition, enableExecuteCommand=True)
    wait_running(ecs, task["taskArn"])
    answer = ecs.execute_command(task=task["taskArn"], command="sh", interactive=True)
    assert answer["containerName"] == "app" and answer["taskArn"] == task["taskArn"]
    session = answer["session"]
    assert session["streamUrl"] == (
        f"{region.endpoint.replace('http', 'ws')}/v1/data-channel/{session['sessionId']}?role=publish_subscribe")
    assert len(session["tokenValue"]) >= 32
    stop_everything(ecs)


def test_an_agent_of_this_build_has_nothing_to_update(ecs):
    [one, _] = instances(ecs)
    assert error_of(ecs.update_container_agent, containerInstance=one["containerInstanceArn"])[0] == (
        "NoUpdateAvailableException")
