"""Tasks on a real engine, seen from both sides: what tests of their containers share."""

from .ecs import wait_stopped
from .poll import eventually

#: With an init process, which hands SIGTERM on, `sleep` ends at once.
INIT = {"initProcessEnabled": True}
SLEEP = dict(command=["sleep", "3600"], stopTimeout=5, linuxParameters=INIT, memory=16)


def of_task(engine, arn):
    """The containers of a task by name, as the engine's `inspect` shows them."""
    return {c["Labels"]["com.amazonaws.ecs.container-name"]: engine.inspect(c["Id"]) for c in engine.of_task(arn)}


def output(engine, arn, name="app"):
    return engine.logs(of_task(engine, arn)[name]["Id"])


def lines(engine, arn, count, name="app"):
    return eventually(lambda: (t := output(engine, arn, name)).count("\n") >= count and t).splitlines()


def end(ecs, arn):
    ecs.stop_task(task=arn)
    return wait_stopped(ecs, arn)
