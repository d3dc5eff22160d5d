"""`roost exec`: with and without a terminal."""

import fcntl
import hashlib
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time

import pytest

from support.ecs import register, unique
from support.poll import eventually
from support.region import BINARY, clean_environment
from support.sessions import arn, processes, roost_exec, seq, sleeper  # noqa: F401


@pytest.fixture(scope="module")
def ecs(real_region):
    return real_region.ecs


def test_roost_exec(real_region, arn):
    done = roost_exec(real_region, arn, "--", "sh", "-c", "echo out; echo error >&2; exit 7", stdin=subprocess.DEVNULL)
    assert (done.returncode, done.stdout, done.stderr) == (7, b"out\n", b"error\n")
    done = roost_exec(real_region, arn.split("/")[-1], "--", "echo", "it's", "two  words", "$HOME", "*")
    assert (done.returncode, done.stdout) == (0, b"it's two  words $HOME *\n")
    done = roost_exec(real_region, arn, "--container", "nobody")
    assert done.returncode != 0 and b"The container nobody does not exist" in done.stderr


def test_roost_exec_carries_bytes(real_region, arn):
    data = os.urandom(3 << 20)
    done = roost_exec(real_region, arn, "--", "cat", input=data)
    assert done.returncode == 0 and done.stdout == data
    done = roost_exec(real_region, arn, "--", "sha256sum", input=data)
    assert done.stdout.split()[0].decode() == hashlib.sha256(data).hexdigest()


def test_fifty_megabytes(real_region, arn):
    count = 6_550_000  # a little more than 50 MB
    done = roost_exec(real_region, arn, "--", "seq", "1", str(count), timeout=300)
    assert done.returncode == 0 and len(done.stdout) > 50e6
    assert hashlib.sha256(done.stdout.replace(b"\n", b"\r\n")).hexdigest() == seq(count)


def test_roost_exec_for_a_service(real_region, ecs):
    definition = register(ecs, containers=[sleeper()], taskRoleArn=f"arn:aws:iam::{real_region.account}:role/exec")
    name = unique("service")
    ecs.create_service(serviceName=name, taskDefinition=definition, desiredCount=1, enableExecuteCommand=True)
    eventually(lambda: ecs.list_tasks(serviceName=name)["taskArns"], 20)
    eventually(lambda: roost_exec(real_region, name, "--", "echo", "hello").stdout == b"hello\n", 20)
    ecs.delete_service(service=name, force=True)
    eventually(lambda: b"no running task" in roost_exec(real_region, name).stderr, 20)


def test_roost_exec_in_a_terminal(real_region, arn):
    process, terminal = pty.fork()
    if process == 0:
        os.execve(str(BINARY), ["roost", "exec", "--data", str(real_region.data), arn],
                  {**clean_environment(), "TERM": "xterm"})
    seen = bytearray()

    def until(text, timeout=20):
        end = time.monotonic() + timeout
        while text not in seen:
            assert select.select([terminal], [], [], max(0, end - time.monotonic()))[0], bytes(seen)
            seen.extend(os.read(terminal, 4096))
        del seen[:seen.index(text) + len(text)]

    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 33, 88, 0, 0))
    until(b"# ")
    os.write(terminal, b"stty size\r")
    until(b"33 88\r\n")
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 44, 99, 0, 0))
    os.write(terminal, b"sleep 0.5; stty size\r")
    until(b"44 99\r\n")
    os.write(terminal, b"sleep 1000\r")
    time.sleep(0.3)
    os.write(terminal, b"\x03")
    os.write(terminal, b"exit 5\r")
    assert os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) == 5
    os.close(terminal)


def test_roost_exec_that_is_interrupted_leaves_nothing(real_region, engine, arn):
    process = subprocess.Popen([str(BINARY), "exec", "--data", str(real_region.data), arn, "--", "sleep", "9876"],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=clean_environment())
    eventually(lambda: any("sleep 9876" in p for p in processes(engine, arn)), 20)
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 130
    eventually(lambda: not any("sleep 9876" in p for p in processes(engine, arn)), 10)
