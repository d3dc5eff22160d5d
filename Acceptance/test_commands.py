"""The commands beside `up`: env, status, doctor, simulate, help; and what a user reads when something is wrong."""

import json
import shlex
import signal
import socket
import subprocess
import time

import pytest

from support.ecs import register, run_one, stable, unique, wait_running
from support.poll import eventually
from support.region import BINARY, KEY, SECRET, clean_environment


def test_help_names_every_command(region):
    text = region.roost("--help").stdout
    for command in ("up", "server", "agent", "balancer", "env", "status", "doctor", "simulate", "bench"):
        assert command in text, command
        done = region.roost(command, "--help")
        assert done.returncode == 0 and "USAGE" in done.stdout
    options = region.roost("up", "--help").stdout
    for option in ("--data", "--listen", "--instances", "--zones", "--engine", "--auth", "--account", "--region",
                   "--root-credentials", "--allow-reset"):
        assert option in options, option


def test_wrong_options_are_explained(region):
    for arguments in (["up", "--engine", "steam"], ["up", "--instances", "-1"], ["up", "--listen", "nonsense"],
                      ["up", "--auth", "maybe"], ["up", "--root-credentials", "nocolon"], ["fly"],
                      ["up", "--account", "12"]):
        done = region.roost(*arguments, "--data", region.data.parent / "unused", timeout=20) if arguments[0] == "up" \
            else region.roost(*arguments)
        assert done.returncode not in (0, None), arguments
        assert done.stderr.strip() and "Fatal error" not in done.stderr, (arguments, done.stderr)


def test_env_as_shell_and_json(region):
    printed = region.roost("env", "--data", region.data).stdout
    lines = dict(shlex.split(line.removeprefix("export "))[0].split("=", 1) for line in printed.splitlines() if line)
    assert lines == {"AWS_ENDPOINT_URL": region.endpoint, "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET,
                     "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1"}
    assert json.loads(region.roost("env", "--data", region.data, "--format", "json").stdout) == lines
    shell = f'eval "$({BINARY} env --data {region.data})"; echo "$AWS_ENDPOINT_URL|$AWS_SECRET_ACCESS_KEY"'
    done = subprocess.run(["sh", "-c", shell], capture_output=True, text=True, env=clean_environment())
    assert done.stdout.strip() == f"{region.endpoint}|{SECRET}"


def test_env_without_a_region(region, tmp_path):
    done = region.roost("env", "--data", tmp_path / "nothing")
    assert done.returncode != 0 and "nothing" in done.stderr


def test_status_shows_what_runs(region, ecs):
    name = unique("shown")
    ecs.create_service(serviceName=name, taskDefinition=register(ecs), desiredCount=2)
    stable(ecs, name)
    text = region.roost("status", "--data", region.data).stdout
    assert "default" in text and name in text and "2/2" in text
    ecs.delete_service(service=name, force=True)


def test_status_is_drawn_again_and_again(region):
    watching = subprocess.Popen([str(BINARY), "status", "--watch", "--data", str(region.data)], env=clean_environment(),
                                stdout=subprocess.PIPE, text=True)
    try:
        screens = 0
        while screens < 2:
            line = watching.stdout.readline()
            assert line, "the watch has ended"
            screens += "region http://" in line
    finally:
        watching.kill()
        watching.wait()


def test_status_without_a_region(region, tmp_path):
    done = region.roost("status", "--data", tmp_path / "nothing")
    assert done.returncode != 0 and done.stderr.strip()


def test_doctor_says_how_to_mend(region, tmp_path):
    done = region.roost("doctor", "--data", tmp_path / "data")
    assert "engine" in done.stdout.lower()
    broken = subprocess.run([str(BINARY), "doctor", "--data", str(tmp_path / "data")], capture_output=True, text=True,
                            timeout=60, env=clean_environment(DOCKER_HOST=f"unix://{tmp_path}/no.sock"))
    assert broken.returncode != 0
    assert "no.sock" in broken.stdout + broken.stderr


def test_doctor_sees_a_taken_port(region, tmp_path):
    ours = region.roost("doctor", "--data", tmp_path / "data", "--listen", f"127.0.0.1:{region.port}")
    assert f"a region serves at 127.0.0.1:{region.port}" in ours.stdout
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        theirs = region.roost("doctor", "--data", tmp_path / "data", "--listen", f"127.0.0.1:{port}")
    assert theirs.returncode != 0 and f"PROBLEM 127.0.0.1:{port}" in theirs.stdout and "--listen" in theirs.stdout


def test_up_announces_itself(region):
    text = eventually(lambda: (t := region.log_text()) and "Roost is ready." in t and t)
    assert region.endpoint in text
    assert "roost env" in text and "instances    2" in text


def test_up_on_a_taken_port(region, tmp_path):
    done = region.roost("up", "--data", tmp_path / "data", "--listen", f"127.0.0.1:{region.port}", "--engine",
                        "simulated", timeout=20)
    assert done.returncode != 0 and str(region.port) in done.stdout + done.stderr


def test_up_without_an_engine(tmp_path):
    done = subprocess.run([str(BINARY), "up", "--data", str(tmp_path / "data"), "--listen", "127.0.0.1:0"],
                          capture_output=True, text=True, timeout=30,
                          env=clean_environment(DOCKER_HOST=f"unix://{tmp_path}/no.sock"))
    assert done.returncode != 0
    assert "no.sock" in done.stdout + done.stderr and "doctor" in done.stdout + done.stderr


def test_settings_from_the_environment(new_region):
    region = new_region(instances=1, env={"ROOST_ZONES": "c", "ROOST_REGION": "eu-west-1"}).start()
    client = region.client(region_name="eu-west-1")
    [arn] = eventually(lambda: client.list_container_instances()["containerInstanceArns"])
    assert arn.startswith(f"arn:aws:ecs:eu-west-1:{region.account}:")
    [found] = client.describe_container_instances(containerInstances=[arn])["containerInstances"]
    zones = [a["value"] for a in found["attributes"] if a["name"] == "ecs.availability-zone"]
    assert zones == ["eu-west-1c"]


def test_no_instances(new_region):
    region = new_region(instances=0).start()
    assert region.ecs.describe_clusters()["clusters"][0]["registeredContainerInstancesCount"] == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_end_it_cleanly(new_region, number):
    region = new_region(instances=1).start()
    region.process.signal(number)
    assert region.process.process.wait(15) == 0
    assert "error" not in region.log_text().lower()


def test_a_quick_start(new_region):
    """Not a benchmark: only that a start is a moment and not a wait."""
    region = new_region()
    started = time.monotonic()
    region.launch()
    eventually(region.healthy, 10, 0.01)
    assert time.monotonic() - started < 5


def test_simulation_is_the_same_every_time(region):
    first = region.roost("simulate", "--seed", "7", "--steps", "40", timeout=120)
    second = region.roost("simulate", "--seed", "7", "--steps", "40", timeout=120)
    assert first.returncode == 0, first.stdout + first.stderr
    assert first.stdout == second.stdout and first.stdout
    several = region.roost("simulate", "--seeds", "1..3", "--steps", "40", timeout=300)
    assert several.returncode == 0, several.stdout[-2000:]


def test_the_simulated_engine_takes_its_time(new_region):
    region = new_region(arguments=["--delays", "pull=200ms,start=700ms,stop=1s"]).start()
    region.wait_for_instances()
    ecs = region.ecs
    began = time.monotonic()
    running = wait_running(ecs, run_one(ecs, register(ecs))["taskArn"])
    assert time.monotonic() - began > 0.8
    assert running["pullStoppedAt"] > running["pullStartedAt"]
    done = region.roost("up", "--engine", "simulated", "--delays", "start=soon")
    assert done.returncode != 0 and "--delays" in done.stderr
