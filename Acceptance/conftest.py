"""Fixtures: regions that live as long as a test module, and the ends of their logs beside every failure."""

import pathlib
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from support import region as regions  # noqa: E402
from support.balancer import ControlPlane, Node, Target  # noqa: E402
from support.engine import Engine  # noqa: E402
from support.region import KEY, SECRET, Region, RoostProcess  # noqa: E402


@pytest.fixture(scope="module")
def new_region(tmp_path_factory):
    """Makes regions; every one is closed at the end of the module, and its containers are removed."""
    made = []

    def make(**settings):
        region = Region(tmp_path_factory.mktemp("region") / "data", **settings)
        made.append(region)
        return region

    yield make
    for region in made:
        region.close()


@pytest.fixture(scope="module")
def region(new_region):
    """A region with two simulated instances, shared by the tests of a module."""
    region = new_region().start()
    region.wait_for_instances()
    return region


@pytest.fixture(scope="module")
def engine():
    engine = Engine()
    assert engine.answers(), "these tests need a Docker Engine: scripts/start-engine.sh starts one"
    return engine


@pytest.fixture(scope="module")
def real_region(new_region, engine):
    """A region with two instances on the real engine, shared by the tests of a module."""
    region = new_region(engine="docker").start()
    region.wait_for_instances()
    return region


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    """A load balancer node with a scripted server, shared by the tests of a module."""
    control = ControlPlane()
    node = Node(tmp_path_factory.mktemp("node"), control)
    node.start()
    yield node
    node.close()
    control.close()


@pytest.fixture(scope="module")
def pem(tmp_path_factory):
    """Makes certificates: PEM with key for some names."""
    directory = tmp_path_factory.mktemp("pem")

    def make(*names):
        base = directory / names[0]
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                        "-days", "9", "-subj", f"/CN={names[0]}", "-addext",
                        "subjectAltName=" + ",".join(f"DNS:{name}" for name in names), "-keyout", f"{base}.key",
                        "-out", f"{base}.crt"], check=True, capture_output=True)
        return (directory / f"{names[0]}.crt").read_text() + (directory / f"{names[0]}.key").read_text()

    return make


@pytest.fixture
def blue():
    """A target that says its name."""
    made = Target("blue")
    yield made
    made.close()


@pytest.fixture(scope="module")
def ecs(region):
    return region.ecs


@pytest.fixture
def join(region, tmp_path):
    """Starts an instance of a capacity provider, with further options if need be."""
    agents = []

    def start(cluster, provider, *options):
        agents.append(RoostProcess(
            ["agent", "--server", region.endpoint, "--cluster", cluster, "--engine", "simulated", "--data", tmp_path,
             "--name", f"agent{len(agents)}", "--capacity-provider", provider, *options],
            tmp_path / f"agent{len(agents)}.log",
            env={"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET}))

    yield start
    for agent in agents:
        agent.terminate()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    if report.failed:
        for name, path in regions.LOGS[-2:]:
            if path.exists():
                tail = path.read_text(errors="replace").splitlines()[-25:]
                report.sections.append((f"end of the log of `roost {name}` ({path})", "\n".join(tail)))


def pytest_configure(config):
    assert regions.BINARY.exists(), f"no binary at {regions.BINARY}; build it, or name one in ROOST_BINARY"
