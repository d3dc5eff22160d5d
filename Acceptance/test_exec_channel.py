"""The data channel of sessions: losses, tokens, broken messages, ends and restarts."""

import hashlib
import struct
import time

import botocore.exceptions
import pytest

from support.ecs import error_of, stop_everything
from support.poll import eventually
from support.region import KEY, SECRET, RoostProcess
from support.session_plugin import SessionClient, encode
from support.sessions import arn, at_prompt, audit, ended, opened, processes, seq, start  # noqa: F401


def test_output_arrives_whole_through_losses(real_region, opened):
    """Every tenth message to the client is lost, and the cable is pulled twice."""
    counts = {"all": 0, "lost": 0}

    def lose(message):
        if message.kind == "channel_closed":
            return False  # nobody sends that again
        counts["all"] += 1
        counts["lost"] += counts["all"] % 10 == 0
        return counts["all"] % 10 == 0

    digest, seen = hashlib.sha256(), [0]

    def take(data, _):
        digest.update(data)
        seen[0] += len(data)

    session = opened("seq 1 200000", lose=lose, on_output=take)
    for number in (1, 2):
        mark = seen[0]  # more has to come over this connection
        session.wait(lambda: seen[0] > mark + 30_000, 60)
        session.cut()
        session.wait(lambda: session.connections > number)
    session.wait_over(60)
    assert digest.hexdigest() == seq(200_000) and counts["lost"] > 10 and session.connections == 3
    ended(real_region, session.session)
    names = [line["eventName"] for line in audit(real_region, session.session)]
    assert names[0] == "SessionStarted" and names.count("SessionResumed") == 2


def test_a_shell_survives_its_connection(opened):
    shell = opened()
    at_prompt(shell)
    shell.type("A=kept\r")
    at_prompt(shell)
    shell.cut()
    shell.type("echo $A\r")  # goes out again over the next connection
    shell.expect("\r\nkept\r\n")
    assert shell.connections == 2


def test_a_client_that_does_not_read_costs_no_memory(real_region, opened):
    session = opened("yes")
    session.wait(lambda: len(session.output) > 10_000)
    before = real_region.process.resident_kib()
    session.deaf = True
    time.sleep(5)
    grown = real_region.process.resident_kib() - before
    session.deaf = False
    assert grown < 24 << 10, f"{grown} KiB more"
    session.type("\x03")
    session.wait_over(30)


def test_a_token_opens_once(real_region, opened):
    shell = opened()
    at_prompt(shell)
    again = SessionClient(shell.session["streamUrl"], shell.session["tokenValue"])
    again.wait_over()
    assert again.web.close_code == 1008 and not again.output
    wrong = SessionClient(shell.session["streamUrl"], "x" * 44)
    wrong.wait_over()
    assert wrong.web.close_code == 1008
    eventually(lambda: [l["eventName"] for l in audit(real_region, shell.session)].count("SessionRefused") == 2, 10)
    shell.type("echo still $((1 + 1))\r")
    shell.expect("still 2\r\n")
    with pytest.raises(ConnectionRefusedError, match="404"):
        SessionClient(shell.session["streamUrl"].replace("ecs-execute-command-", "ecs-execute-command-f"), "x")
    database = b"".join(p.read_bytes() for p in real_region.data.glob("state.sqlite*"))
    assert shell.session["sessionId"].encode() in database and shell.session["tokenValue"].encode() not in database
    assert shell.session["tokenValue"] not in real_region.log_text()


BROKEN = [
    b"", b"\0" * 10, b"\xff" * 200, encode("input_stream_data", b"x")[:-1], encode("nonsense", b"x"),
    encode("input_stream_data", b"x")[:80] + b"\0" * 32 + encode("input_stream_data", b"x")[112:],
    encode("input_stream_data", b"x")[:116] + struct.pack(">I", 0xFFFFFFFF) + b"x",
    encode("input_stream_data", b"x" * 70_000),
]


@pytest.mark.parametrize("raw", BROKEN, ids=range(len(BROKEN)))
def test_what_is_no_message_ends_the_connection_but_not_the_session(real_region, opened, raw):
    shell = opened()
    at_prompt(shell)
    shell.web.send(2, raw)
    shell.wait(lambda: shell.connections == 2)
    shell.type("echo still $((1 + 1))\r")
    shell.expect("still 2\r\n")
    assert real_region.healthy()


def test_messages_that_mean_nothing_change_nothing(opened):
    shell = opened()
    at_prompt(shell)
    for odd in (encode("acknowledge", b"{"), encode("acknowledge", b'{"AcknowledgedMessageSequenceNumber":-1}'),
                encode("acknowledge", b'{"AcknowledgedMessageSequenceNumber":9223372036854775807}'),
                encode("input_stream_data", b"x", sequence=-5), encode("input_stream_data", b"x", sequence=2**62),
                encode("output_stream_data", b"x"), encode("channel_closed", b"x"), encode("pause_publication", b"")):
        shell.web.send(2, odd)
    for kind, payload in ((3, b"{}"), (3, b'{"cols":0,"rows":-1}'), (3, b'{"cols":1e99,"rows":1}'), (99, b"\xff\xfe")):
        shell.send(payload, kind)
    shell.type("echo still $((1 + 1))\r")
    shell.expect("still 2\r\n")
    assert shell.connections == 1


def test_a_session_can_be_terminated(real_region, engine, arn, opened):
    ssm = real_region.client("ssm")
    session = opened("sh -c 'sleep 7654; true'")
    eventually(lambda: any("sleep 7654" in p for p in processes(engine, arn)), 10)
    [active] = [s for s in ssm.describe_sessions(State="Active", Filters=[
        {"key": "SessionId", "value": session.session["sessionId"]}])["Sessions"]]
    assert active["Status"] == "Connected" and active["Target"].startswith("ecs:default_" + arn.split("/")[-1])
    assert ssm.terminate_session(SessionId=session.session["sessionId"])["SessionId"] == session.session["sessionId"]
    assert "terminated" in session.wait_over()["Output"]
    eventually(lambda: not any("sleep 7654" in p for p in processes(engine, arn)), 10)
    assert "TokenValue" not in ssm.resume_session(SessionId=session.session["sessionId"])
    [over] = ssm.describe_sessions(State="History", Filters=[
        {"key": "SessionId", "value": session.session["sessionId"]}])["Sessions"]
    assert over["Status"] == "Terminated" and over["EndDate"] >= over["StartDate"]
    assert error_of(ssm.resume_session, SessionId="ecs-execute-command-0")[0] == "DoesNotExistException"


def test_a_client_can_end_its_session(engine, arn, opened):
    session = opened("sleep 8765")
    eventually(lambda: any("sleep 8765" in p for p in processes(engine, arn)), 10)
    session.terminate()
    session.wait_over()
    eventually(lambda: not any("sleep 8765" in p for p in processes(engine, arn)), 10)


def test_a_simulated_container_says_what_it_is(region):
    arn = start(region)["taskArn"]
    session = region.ecs.execute_command(task=arn, command="sh", interactive=True)["session"]
    client = SessionClient(session["streamUrl"], session["tokenValue"])
    assert "the container is simulated" in client.wait_over()["Output"]
    stop_everything(region.ecs)


def test_restarts(new_region, engine, opened, tmp_path):
    """The agent is killed, then the server: sessions end, and new ones work."""
    region = new_region(role="server", engine="docker", instances=1).start()

    def join():
        return RoostProcess(["agent", "--server", region.endpoint, "--data", tmp_path / "agent", "--name", "one"],
                            tmp_path / "agent.log", env={"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET})

    agent = join()
    region.wait_for_instances(1)
    arn = start(region)["taskArn"]
    first = opened(task=arn, region=region)
    at_prompt(first)
    first.type("sleep 5432\r")
    eventually(lambda: any("sleep 5432" in p for p in processes(engine, arn)), 10)
    agent.kill()
    assert "container agent was lost" in first.wait_over()["Output"]
    agent = join()
    region.wait_for_instances(1)
    eventually(lambda: len(processes(engine, arn)) == 1, 10)  # the agent's next life ends what is left

    def again():
        def attempt():
            try:
                return opened(task=arn, region=region)
            except botocore.exceptions.ClientError as error:
                # Until the agent is there again.
                assert error.response["Error"]["Code"] == "TargetNotConnectedException"

        return eventually(attempt, 20)

    second = again()
    at_prompt(second)
    region.kill()
    region.start()
    region.wait_for_instances(1)
    second.wait_over()
    assert second.closed is None  # it was told that there is no other token
    last = ended(region, second.session)
    assert last["reason"] == "The server was restarted."
    third = again()
    at_prompt(third)
    third.type("exit\r")
    third.wait_over()
    fourth = again()
    at_prompt(fourth)
    agent.terminate()
    assert fourth.wait_over()
    region.terminate()
