"""A real API server with real controllers, and stacks of our own program on it. No container runs: support/nodes.py.

It ends with this layer: a control plane that nobody needs any more still costs a tenth of a core.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from testbed.cluster import Cluster
from testbed.local.ways import Got
from tests.support.engine import Stack, new_stack
from tests.support.kube import Kube
from tests.support.nodes import StandInNodes
from tests.support.stack_files import one_hub
from tests.support.surroundings import activate
from tests.support.warm import running_on


@pytest.fixture(scope="package")
def api_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """An API server that needs neither root nor containers."""
    cluster = Cluster(tmp_path_factory.mktemp("api-server"), control_plane_only=True)
    try:
        cluster.up()
        yield cluster
    finally:
        cluster.down()


@pytest.fixture(scope="package")
def kube(api_server: Cluster) -> Kube:
    """The cluster, as its administrator sees it."""
    return Kube(api_server.kubeconfig, api_server.context)


@pytest.fixture(scope="package")
def nodes(api_server: Cluster) -> Iterator[StandInNodes]:
    """What makes pods seem to run."""
    with StandInNodes(api_server) as standing_in:
        yield standing_in


@pytest.fixture(scope="package")
def environment(
    tmp_path_factory: pytest.TempPathFactory,
    programs: list[Got],
    api_server: Cluster,
    nodes: StandInNodes,
    python: Path,
) -> dict[str, str]:
    """The environment to run `pulumi` with."""
    return running_on(python, activate(tmp_path_factory.mktemp("activated"), programs, api_server))


@pytest.fixture(scope="module")
def stack(
    tmp_path_factory: pytest.TempPathFactory,
    environment: dict[str, str],
    vault: dict[str, str],
    request: pytest.FixtureRequest,
) -> Iterator[Stack]:
    """A stack of a copy of the program, with one hub of the same name; it goes when the module is done."""
    name = request.module.__name__.rpartition(".")[2].removeprefix("test_").replace("_", "-")
    made = new_stack(tmp_path_factory.mktemp(name), name, environment | vault)
    made.configure(one_hub(name))
    yield made
    if made.resources():
        made.recover("--yes")
        made.destroy()
