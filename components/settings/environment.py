"""What the environment says where the stack file does not."""

from collections.abc import Mapping
from typing import Any

from components.settings.shapes import keys
from components.settings.source import Path

KUBECONFIG = "HUBSTACK_KUBECONFIG"
CONTEXT = "HUBSTACK_CONTEXT"
NODE_PORTS = "HUBSTACK_NODE_PORTS"
CHART = "HUBSTACK_JUPYTERHUB_CHART"
OPERATOR_CHART = "HUBSTACK_CLOUDNATIVE_PG_CHART"


def fill_in(config: Mapping[str, Any], environ: Mapping[str, str]) -> tuple[dict[str, Any], dict[Path, str]]:
    """Give the settings with the environment's defaults in them, and the variable that each of them came from.

    What the stack file says wins. The environment's context belongs to its kubeconfig: it is not put beside another
    file, where it might lead to another cluster.
    """
    filled = dict(config)
    origins: dict[Path, str] = {}

    def default(section: str, key: str, variable: str) -> None:
        given = filled.get(section)
        is_section = given is None or isinstance(given, Mapping)
        if environ.get(variable) and is_section and key not in keys(given):
            filled[section] = {**keys(given), key: environ[variable]}
            origins[section, key] = variable

    if keys(config.get("cloud")).get("provider") == "local":
        default("cloud", "kubeconfig", KUBECONFIG)
        if origins:
            default("cloud", "context", CONTEXT)
        default("cloud", "node_ports", NODE_PORTS)
    if "repository" not in keys(config.get("chart")):
        default("chart", "path", CHART)
    if "repository" not in keys(config.get("operator_chart")):
        default("operator_chart", "path", OPERATOR_CHART)
    return filled, origins
