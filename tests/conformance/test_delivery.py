"""What hubstack delivers through the chart arrives as it was sent: the hub's runtime, its settings, Jupyter's files."""

import json
from pathlib import Path
from typing import Any

import pytest

from components.hub.runtime.settings import RuntimeSettings
from components.hub.values import runtime
from tests.conformance.charts import REAL, STAND_IN, Objects, render, sample
from tests.support.stacks import stack

HUB: dict[str, Any] = {
    "auth": {"dummy": {}},
    "shared": {"public": True, "groups": True},
    "extra_claims": [{"name": "scratch", "class": "disks", "capacity": "2Ti", "mount": "/scratch"}],
    "user_database": {"class": "disks", "max_capacity": "5Gi", "extensions": ["pg_trgm"]},
}
RUNTIME = Path(__file__).parents[2] / "components/hub/runtime"


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Objects:
    hub = stack(tmp_path_factory.mktemp("stack"), {"data8": HUB}).hubs["data8"]
    return render(REAL or STAND_IN, sample("least"), runtime.values(hub, {}))


def mounted(delivered: Objects) -> dict[str, str]:
    """Give the content of each file that the hub sees below hubstack's folder, by its path there."""
    content = delivered.content("Secret", "hub")
    mounts = delivered.pod("hub")["containers"][0]["volumeMounts"]
    folder = "/usr/local/share/hubstack/"
    return {
        mount["mountPath"].removeprefix(folder): content[mount["subPath"]]
        for mount in mounts
        if mount["mountPath"].startswith(folder)
    }


def test_every_module_of_the_runtime_is_where_it_is_imported_from(delivered: Objects):
    found = mounted(delivered)
    for module in RUNTIME.glob("*.py"):
        assert found[f"runtime/{module.name}"].rstrip("\n") == module.read_text().rstrip("\n")


def test_the_settings_arrive_whole_however_large_their_numbers(delivered: Objects, tmp_path: Path):
    text = mounted(delivered)["runtime/settings.json"]
    hub = stack(tmp_path, {"data8": HUB}).hubs["data8"]
    assert RuntimeSettings.model_validate_json(text) == runtime.runtime_settings(hub)
    assert [claim["capacity"] for claim in json.loads(text)["claims"]] == [2 * 1024**4, 1024**3]


def test_the_hub_is_another_pod_when_they_change(delivered: Objects, tmp_path: Path):
    hub = stack(tmp_path, {"data8": {**HUB, "shared": False}}).hubs["data8"]
    changed = render(REAL or STAND_IN, sample("least"), runtime.values(hub, {}))
    assert changed.annotations("hub") != delivered.annotations("hub")
