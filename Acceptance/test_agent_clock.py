"""A machine whose clock jumps: its agent goes on, and what happens to its tasks stays in order."""

import shutil
import subprocess

import pytest

from support.ecs import container, instances, register, run_one, task, wait_running, wait_stopped
from support.region import KEY, SECRET, RoostProcess
from support.tasks import SLEEP

#: Shifts the wall clock of a process by the seconds in a file. The monotonic clock stays, as when a clock is set.
SHIFT = r"""
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long shift(void) {
    char text[32] = {0};
    int file = open(getenv("CLOCK_SHIFT"), O_RDONLY);
    if (file < 0) return 0;
    if (read(file, text, sizeof text - 1) < 0) text[0] = 0;
    close(file);
    return atol(text);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    int result = syscall(SYS_clock_gettime, clock, now);
    if (clock == CLOCK_REALTIME) now->tv_sec += shift();
    return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    now->tv_sec = time.tv_sec;
    now->tv_usec = time.tv_nsec / 1000;
    return 0;
}
"""


@pytest.fixture(scope="module")
def machine(new_region, tmp_path_factory):
    """A region without instances of its own, and an agent whose clock can be set."""
    folder = tmp_path_factory.mktemp("clock")
    (folder / "shift.c").write_text(SHIFT)
    compiler = shutil.which("clang") or shutil.which("cc")
    subprocess.run([compiler, "-shared", "-fPIC", "-O", "-o", folder / "shift.so", folder / "shift.c"], check=True)
    clock = folder / "shift"
    clock.write_text("0")
    server = new_region(role="server", engine="docker").start()
    agent = RoostProcess(["agent", "--data", folder / "agent"], folder / "agent.log", {
        "AWS_ENDPOINT_URL": server.endpoint, "AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_REGION": "us-east-1", "LD_PRELOAD": folder / "shift.so", "CLOCK_SHIFT": clock})
    server.wait_for_instances(1)
    yield server, clock
    agent.kill()


def in_order(stopped):
    """The times of a task that ended, as ECS has them one after another."""
    times = [stopped[name] for name in (
        "createdAt", "pullStartedAt", "pullStoppedAt", "startedAt", "executionStoppedAt", "stoppedAt")]
    return times == sorted(times)


def test_a_clock_that_jumps(machine):
    server, clock = machine
    ecs = server.ecs
    definition = register(ecs, containers=[container(**SLEEP)])
    lasting = wait_running(ecs, run_one(ecs, definition)["taskArn"])["taskArn"]
    # A little, then beyond what signatures allow, back beyond it, by more than a session of a role lasts, and right again.
    for seconds in (600, 5_400, -5_400, 100_000, 0):
        clock.write_text(str(seconds))
        arn = wait_running(ecs, run_one(ecs, definition)["taskArn"])["taskArn"]
        ecs.stop_task(task=arn)
        stopped = wait_stopped(ecs, arn)
        assert stopped["containers"][0]["exitCode"] == 143, seconds
        assert in_order(stopped), (seconds, stopped)
        assert task(ecs, lasting)["lastStatus"] == "RUNNING", seconds
    server.kill()  # Sessions are signed for, too.
    clock.write_text("-100000")
    server.start()
    server.wait_for_instances(1)
    assert len(instances(ecs)) == 1
    ecs.stop_task(task=lasting)
    assert in_order(wait_stopped(ecs, lasting))
