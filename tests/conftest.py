"""What all layers share: one cluster, one environment for Pulumi, and the rule that nothing is left out silently."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from testbed.local import chart, engine, environment, plugins
from testbed.local.places import Places
from testbed.local.ways import Got

if TYPE_CHECKING:
    from testbed.cluster import Cluster

pytest_plugins = ["tests.layers"]


@pytest.fixture(scope="session")
def programs() -> list[Got]:
    """The engine, plugins and chart in whichever way this machine has them."""
    parts = (engine.part(), *plugins.parts(), chart.part())
    return [part.choose().needed().get() for part in parts]


@pytest.fixture(scope="session")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Cluster"]:
    """One embedded cluster with all images for the whole session."""
    from testbed.cluster import Cluster  # noqa: PLC0415 - unit tests need none of it
    from testbed.images import build_all  # noqa: PLC0415

    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    try:
        cluster.up(build_all())
        yield cluster
    finally:
        cluster.down()


@pytest.fixture(scope="session")
def activated(tmp_path_factory: pytest.TempPathFactory, programs: list[Got], embedded: "Cluster") -> dict[str, str]:
    """The environment to run `pulumi` with, against the session's cluster and an empty state backend of its own."""
    places = Places(tmp_path_factory.mktemp("checkout") / ".hubstack")
    places.state.mkdir(parents=True)
    environment.passphrase_file(places.passphrase)
    environment.link_programs(places, programs)
    cluster = Got(variables={"HUBSTACK_KUBECONFIG": str(embedded.kubeconfig), "HUBSTACK_CONTEXT": embedded.context})
    return environment.whole(places, environment.variables(places, [*programs, cluster]))
