"""What each setting of a stack on Azure changes: in place, as another resource, or refused. Without an engine."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from testbed.cloud import providers
from testbed.cloud.changes import changes
from testbed.cloud.providers import Provider
from tests.support import graph as support
from tests.support.graph import Graph
from tests.support.stack_files import changed
from tests.unit.clouds import test_azure as asked

CLUSTER = {"cluster": "update"}
WINDOWS = {"cluster-upgrades": "update", "node-upgrades": "update"}
pytestmark = pytest.mark.thorough

SERVER = {"server": {"host": "nfs.example.edu", "path": "/export/hub"}}


@pytest.fixture(scope="module")
def provider() -> Provider:
    return providers.open_provider("azure-native")


@pytest.fixture(scope="module", autouse=True)
def azure_that_answers() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(support._Cloud, "call", asked.called)
        patch.setattr(support._Cloud, "new_resource", asked.made)
        yield


@pytest.fixture(scope="module")
def before() -> Graph:
    return asked.opened()[0]


def with_change(path: str, value: object) -> Graph:
    whole = changed({"cloud": asked.LEAST, "homes": {"capacity": "1Ti"}}, path, value)
    return asked.opened(whole["cloud"], whole["homes"])[0]


def told(before: Graph, after: Graph, provider: Provider) -> dict[str, str]:
    """Give what would become of which resource of Azure's."""
    was, now = ({made.name: made for made in asked.azure(graph)} for graph in (before, after))
    ops = {name: "create" for name in now if name not in was} | {name: "delete" for name in was if name not in now}
    for name in was.keys() & now.keys():
        found = changes(was[name].inputs, now[name].inputs, provider.kind(was[name].type), dict(provider.schema))
        if found:
            ops[name] = "replace" if any(each.replaces for each in found) else "update"
    return ops


@pytest.mark.parametrize(
    ("path", "value", "steps"),
    [
        ("cloud.pools.users.max", 20, {"users": "update"}),
        ("cloud.pools.users.min", 1, {"users": "update"}),
        ("cloud.pools.users.machine", "Standard_E16s_v5", {"users": "replace"}),
        ("cloud.pools.users.disk", "200Gi", {"users": "replace"}),
        ("cloud.pools.core.max", 4, CLUSTER),
        ("cloud.pools.spot", {"machine": "Standard_E4s_v5", "max": 2}, {"spot": "create"}),
        ("cloud.cluster.version", "1.36", CLUSTER),
        ("cloud.cluster.reached_from", ["198.51.100.0/24"], CLUSTER),
        ("cloud.cluster.admin_groups", [*asked.ADMINS, "11111111-2222-3333-4444-555555555555"], CLUSTER),
        ("cloud.cluster.upgrades", "none", CLUSTER),
        ("cloud.cluster.node_upgrades", "security_patch", CLUSTER),
        ("cloud.cluster.tier", "free", CLUSTER),
        ("cloud.cluster.maintenance", {"hours": 8, "day": "Saturday"}, WINDOWS),
        ("cloud.filestore.soft_delete", 30, {"homes-service": "update"}),
        ("cloud.filestore.encrypt_in_transit", True, {"homes": "update"}),
        ("homes.capacity", "2Ti", {"homes-share": "update"}),
        ("cloud.dns_zone", {"name": "hubs.example.edu", "resource_group": "dns"}, {"data8-name": "create"}),
    ],
)
def test_a_setting_changes_this_and_nothing_else(
    path: str, value: object, steps: Mapping[str, str], before: Graph, provider: Provider
) -> None:
    after = with_change(path, value)
    assert told(before, after, provider) == steps
    assert after.named("as-made").inputs["settings"] == before.named("as-made").inputs["settings"]


@pytest.mark.parametrize(
    ("path", "value", "setting"),
    [
        ("cloud.region", "northeurope", "region"),
        ("cloud.zones", ["2"], "zones"),
        ("cloud.network.range", "10.30.0.0/15", "network.range"),
        ("cloud.network.nodes", "10.30.32.0/20", "network.nodes"),
        ("cloud.network.endpoints", "10.30.64.0/27", "network.endpoints"),
        ("cloud.network.pods", "10.246.0.0/16", "network.pods"),
        ("cloud.network.services", "10.247.0.0/20", "network.services"),
        ("cloud.network.outbound", "load_balancer", "network.outbound"),
        ("cloud.cluster.reached_from", [], "cluster.reached_from"),
        ("cloud.pools.core.machine", "Standard_E4s_v5", "pools.core.machine"),
        ("cloud.pools.core.disk", "200Gi", "pools.core.disk"),
        ("cloud.filestore.redundancy", "ZRS", "filestore.redundancy"),
        ("cloud.filestore", SERVER, "filestore"),
    ],
)
def test_what_would_cost_peoples_work_is_compared_and_refused(
    path: str, value: object, setting: str, before: Graph
) -> None:
    was: dict[str, Any] = before.named("as-made").inputs["settings"]
    now: dict[str, Any] = with_change(path, value).named("as-made").inputs["settings"]
    assert was[f"hubstack:cloud.{setting}"] != now[f"hubstack:cloud.{setting}"]
