"""Rendering charts for the tests: which chart is meant, and what Helm makes of it and some values."""

import base64
import os
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from components import versions
from testbed.tools import tool

ROOT = Path(__file__).parents[2]
STAND_IN = ROOT / "testbed/charts/jupyterhub"
SAMPLES = Path(__file__).parent / "chart"
GIVEN = os.environ.get("HUBSTACK_JUPYTERHUB_CHART", "")
REAL = Path(GIVEN) if GIVEN and Path(GIVEN).resolve() != STAND_IN else None

Values = Mapping[str, Any]


class RefusedError(Exception):
    """Helm would not render the chart with these values; the message is what it said."""


class Objects(dict[tuple[str, str], dict[str, Any]]):
    """What a chart renders to, by kind and name."""

    def content(self, kind: str, name: str) -> dict[str, str]:
        """Give the texts in a Secret or ConfigMap, whichever way they were written."""
        found = self[kind, name]
        data: dict[str, str] = found.get("data") or {}
        if kind == "Secret":
            data = {key: base64.b64decode(value).decode() for key, value in data.items()}
        return data | (found.get("stringData") or {})

    def pod(self, name: str) -> dict[str, Any]:
        return self["Deployment", name]["spec"]["template"]["spec"]

    def annotations(self, name: str) -> dict[str, str]:
        return self["Deployment", name]["spec"]["template"]["metadata"]["annotations"]


def sample(name: str) -> dict[str, Any]:
    return yaml.safe_load((SAMPLES / f"{name}.yaml").read_text())


def render(chart: Path, *values: Values) -> Objects:
    """Render a chart as release `data8` in namespace `course`; later values go over earlier ones."""
    command = [str(tool("helm") / "helm"), "template", "data8", str(chart), "--namespace", "course"]
    command += ["--kube-version", versions.KUBERNETES]
    with tempfile.TemporaryDirectory() as folder:
        for number, given in enumerate(values):
            path = Path(folder) / f"{number}.yaml"
            path.write_text(yaml.safe_dump(dict(given)))
            command += ["--values", str(path)]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise RefusedError(ran.stderr)
    found = [rendered for rendered in yaml.load_all(ran.stdout, Loader=yaml.CSafeLoader) if rendered]
    return Objects({(rendered["kind"], rendered["metadata"]["name"]): rendered for rendered in found})
