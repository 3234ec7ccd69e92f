"""Every object in the cluster that a stack makes: the graph's own, and what charts render to."""

import subprocess
import tempfile
from pathlib import Path
from typing import Any

import yaml

from components import versions
from tests.support.engine import CHECKOUT
from tests.support.graph import Graph, Secret
from tests.support.judges import tool

CHARTS = CHECKOUT / "testbed" / "charts"
Object = dict[str, Any]


def objects(graph: Graph) -> list[Object]:
    """Give the objects of a stack."""
    made = [each for each in graph.kubernetes() if not each.was_read]
    releases = [opened(each.inputs) for each in made if each.type.endswith(":Release")]
    own = [opened(each.inputs) for each in made if not each.type.endswith(":Release")]
    return [*own, *(rendered for release in releases for rendered in _render(release))]


def opened(value: Any) -> Any:
    """Give inputs as they are sent: secrets in clear, whole numbers whole."""
    if isinstance(value, Secret):
        return opened(value.value)
    if isinstance(value, dict):
        return {key: opened(item) for key, item in value.items()}
    if isinstance(value, list):
        return [opened(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _render(release: Object) -> list[Object]:
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as values:
        values.write(yaml.safe_dump(release["values"]))
        values.flush()
        command = [tool("helm"), "template", release["name"], CHARTS / release["chart"], "--include-crds"]
        command += ["--namespace", release["namespace"], "--kube-version", versions.KUBERNETES, "--values", values.name]
        text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = [each for each in yaml.load_all(text, Loader=yaml.CSafeLoader) if each]
    for each in found:
        each["metadata"].setdefault("namespace", release["namespace"])
    return found


def write(stacks: dict[str, list[Object]], folder: Path) -> list[Path]:
    """Write the objects of each stack into a file of its own."""
    files: list[Path] = []
    for stack, found in stacks.items():
        files.append(folder / f"{stack}.yaml")
        files[-1].write_text(yaml.safe_dump_all(found))
    return files
