"""Where the bench works: a folder that is thrown away, and the environment of its engines."""

import shutil
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from testbed.cluster import Cluster
from testbed.local import chart, engine, operator_chart, plugins
from testbed.local.ways import Got
from tests.support.engine import Stack, new_stack
from tests.support.surroundings import activate

PATIENCE = 3600
"""Seconds that one command may take: clocks run at nearly life's own speed, and a hundred hubs take their time."""


@contextmanager
def scratch(name: str) -> Generator[Path]:
    """Give a folder for the time of a measurement."""
    folder = Path(tempfile.mkdtemp(prefix=f"hubstack-bench-{name}-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def environment(folder: Path, cluster: Cluster) -> dict[str, str]:
    """Give the environment of `pulumi` for a cluster."""
    return activate(folder / "checkout", programs(), cluster)


def programs() -> list[Got]:
    """Give the engine, the plugins and the charts in whichever way this machine has them."""
    parts = (engine.part(), *plugins.parts(), chart.part(), operator_chart.part())
    return [part.choose().needed().get() for part in parts]


def patient_stack(folder: Path, name: str, variables: Mapping[str, str]) -> Stack:
    """Give an empty stack whose commands may take long."""
    return replace(new_stack(folder, name, variables), patience=PATIENCE)
