"""What all layers share: one cluster, one environment for Pulumi, and the rule that nothing is left out silently."""

from collections.abc import Generator, Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from components import versions
from components.pace import importing_much
from testbed.local import chart, engine, operator_chart, plugins
from testbed.local.ways import Got
from tests.support.memory import in_memory
from tests.support.surroundings import activate
from tests.support.vault import vault as serve_vault
from tests.support.warm import running_on, warm_python

if TYPE_CHECKING:
    from testbed.cluster import Cluster

pytest_plugins = ["tests.layers", "tests.sharing", "tests.support.hubs", "tests.support.simulated"]


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    with importing_much():
        return (yield)


@pytest.fixture(scope="session")
def programs() -> list[Got]:
    """The engine, plugins and charts in whichever way this machine has them."""
    parts = (engine.part(), *plugins.parts(), chart.part(), operator_chart.part())
    return [part.choose().needed().get() for part in parts]


@pytest.fixture(scope="session")
def embedded(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Iterator["Cluster"]:
    """One embedded cluster with all images for the whole session; its API server alone where containers cannot run."""
    from testbed.cluster import Cluster, can_run  # noqa: PLC0415 - unit tests need none of it
    from testbed.images import build_all  # noqa: PLC0415
    from tests.sharing import CLUSTER  # noqa: PLC0415

    folder, contained = tmp_path_factory.mktemp("cluster"), not can_run()
    cluster = Cluster(folder / "state", control_plane_only=not contained, helper_image=versions.BUSYBOX_IMAGE)
    with in_memory(folder) if contained else nullcontext():
        try:
            cluster.up(build_all() if contained else [])
            pytestconfig.stash[CLUSTER] = cluster
            yield cluster
        finally:
            cluster.down()


@pytest.fixture(scope="session")
def python(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The virtual environment that stacks' programs run in: its Python has imported already what they import."""
    with warm_python(tmp_path_factory.mktemp("warm")) as folder:
        yield folder


@pytest.fixture(scope="session")
def vault() -> Iterator[dict[str, str]]:
    """The variables of a vault, which stacks that have them keep their secrets by."""
    with serve_vault() as variables:
        yield variables


@pytest.fixture(scope="session")
def activated(
    tmp_path_factory: pytest.TempPathFactory, programs: list[Got], embedded: "Cluster", python: Path
) -> dict[str, str]:
    """The environment to run `pulumi` with, against the session's cluster and an empty state backend of its own."""
    return running_on(python, activate(tmp_path_factory.mktemp("checkout"), programs, embedded))
