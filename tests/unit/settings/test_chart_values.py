"""The values that hubstack keeps to itself are ones that the chart has, and the settings to use instead are there."""

import json
from pathlib import Path
from typing import Any

import pytest

from components import versions
from components.settings import SettingsError, load
from components.settings.checks.own_values import OWN
from components.settings.outline import as_written, every_key

ENVIRON = {"HUBSTACK_KUBECONFIG": "files/kubeconfig.yaml", "HUBSTACK_CONTEXT": "hubstack"}
SCHEMA = Path(__file__).parents[3] / f"components/hub/jupyterhub-{versions.JUPYTERHUB_CHART}.values.schema.json"
SETTINGS = {".".join(part for part in as_written(place) if part != "*") for place in every_key()}


def mistakes(values: Any) -> dict[str, str]:
    config = {"cloud": {"provider": "local"}, "hubs": {"hub": {"auth": {"dummy": {}}, "chart_values": values}}}
    try:
        load(config, ENVIRON)
    except SettingsError as error:
        return {".".join(map(str, mistake.path[3:])): mistake.mend for mistake in error.mistakes}
    return {}


@pytest.mark.parametrize("own", OWN)
def test_the_chart_has_each_value_of_our_own(own: str) -> None:
    schema = json.loads(SCHEMA.read_text())
    for key in own.split("."):
        schema = schema.get("properties", {}).get(key, {} if schema.get("additionalProperties", True) else None)
        if schema is None and own.startswith("hub.config."):
            return
        assert schema is not None, key


@pytest.mark.parametrize("own", OWN)
def test_each_value_of_our_own_is_refused(own: str) -> None:
    values: Any = None
    for key in reversed(own.split(".")):
        values = {key: values}
    assert mistakes(values)[own] == OWN[own]


@pytest.mark.parametrize("mend", sorted({mend for mend in OWN.values() if mend.startswith("set ")}))
def test_each_setting_to_use_instead_is_there(mend: str) -> None:
    setting = mend.removeprefix("set ").split(",")[0].removeprefix("hubstack:")
    assert setting in SETTINGS or f"hubs.{setting}" in SETTINGS


@pytest.mark.parametrize(
    "values",
    [
        {"hub": {"concurrentSpawnLimit": 10}},
        {"hub": {"config": {"JupyterHub": {"shutdown_on_logout": True}}}},
        {"hub": {"extraConfig": {"x": "pass"}}},
        {"singleuser": {"extraEnv": {"A": "b"}, "networkPolicy": {"ingress": []}}},
        {"custom": {"x": [1]}, "debug": {"enabled": True}},
        {"hub": {"image": {"pullPolicy": "Always"}}},
    ],
)
def test_all_else_goes_through_though_it_is_only_a_part(values: Any) -> None:
    assert mistakes(values) == {}
