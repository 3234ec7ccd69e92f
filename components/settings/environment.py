"""What the environment says where the stack file does not."""

from collections.abc import Mapping
from typing import Any, cast

from components.settings.source import Path

KUBECONFIG = "HUBSTACK_KUBECONFIG"
CONTEXT = "HUBSTACK_CONTEXT"
NODE_PORTS = "HUBSTACK_NODE_PORTS"
CHART = "HUBSTACK_JUPYTERHUB_CHART"


def fill_in(config: Mapping[str, Any], environ: Mapping[str, str]) -> tuple[dict[str, Any], dict[Path, str]]:
    """Give the settings with the environment's defaults in them, and which variable each of those came from.

    What the stack file says wins. The environment's context belongs to its kubeconfig: it is not put beside another file,
    where it might lead to another cluster.
    """
    filled = dict(config)
    origins: dict[Path, str] = {}

    def default(section: str, key: str, variable: str) -> None:
        given: Any = filled.get(section) or {}
        if environ.get(variable) and isinstance(given, Mapping) and key not in given:
            filled[section] = {**cast("Mapping[str, Any]", given), key: environ[variable]}
            origins[section, key] = variable

    default("cloud", "kubeconfig", KUBECONFIG)
    if origins:
        default("cloud", "context", CONTEXT)
    default("cloud", "node_ports", NODE_PORTS)
    chart: Any = config.get("chart")
    if not (isinstance(chart, Mapping) and "repository" in chart):
        default("chart", "path", CHART)
    return filled, origins
