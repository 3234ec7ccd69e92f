"""A platform with a database: the real operator and a real PostgreSQL."""

import json
from collections.abc import Iterator

import pytest

from testbed.cluster import Cluster
from testbed.images import build_for_databases
from tests.support.engine import Stack, new_stack
from tests.support.kube import Kube, wait_for
from tests.support.stack_files import one_hub

NAME = "analytics"
_SAYS = ["psql", "--tuples-only", "--no-align", "--command", "SELECT 6 * 7"]


@pytest.fixture(scope="module")
def kube(embedded: Cluster) -> Kube:
    """The cluster, with the operator's image on its node."""
    embedded.load_images(build_for_databases())
    return Kube(embedded.kubeconfig, embedded.context)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory, activated: dict[str, str], kube: Kube) -> Iterator[Stack]:
    """A stack with one hub and one database."""
    made = new_stack(tmp_path_factory.mktemp("database"), "database", activated)
    databases = {NAME: {"instances": 1, "storage": "1Gi", "on_destroy": "delete"}}
    made.configure({**one_hub("database"), "databases": databases})
    made.up()
    yield made
    if made.resources():
        made.recover("--yes")
        made.destroy()


def test_the_database_answers(stack: Stack, kube: Kube):
    assert stack.preview() == {}
    assert kube.run_in_pod(NAME, f"{NAME}-1", _SAYS).strip() == "42"


def test_destroy_leaves_nothing_and_takes_the_operator_last(stack: Stack, kube: Kube):
    platform = stack.output("platform")
    operators = f"hubstack-{platform}-operators"
    assert kube.pods(operators)
    assert kube.volumes_of(NAME)

    log = stack.folder / "destroy.jsonl"
    words = ("--yes", "--skip-preview", "--event-log", str(log))
    stack.succeed("destroy", *words, PULUMI_DEBUG_COMMANDS="true")

    events = [json.loads(line) for line in log.read_text().splitlines() if "resOutputsEvent" in line]
    order = [event["resOutputsEvent"]["metadata"]["urn"].rpartition("::")[2] for event in events]
    assert order.index(f"{NAME}-database") < order.index("databases-operator")
    wait_for("the namespaces to go", lambda: {NAME, operators}.isdisjoint(kube.namespaces()))
    assert kube.volumes_of(NAME) == set()
    assert kube.labelled(platform) == set()
