"""How several processes share the tests out: `pytest --numprocesses N`.

Most of a test's time is a wait for an engine, an API server or a container, and each process has a cluster of its own.
So a process takes a file at a time, or of a file for all clouds one cloud at a time; and files that use one and the
same pair of hubs stay together. Short files, the unit tests', come last, so that no process is left with a long one at
the end.
"""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.layers import TESTS, layer_of

ON_THE_HUBS = ("cluster/test_hub", "browser/")
"""Tests on the session's two hubs, which take half a minute to come up."""

ON_EACH_CLOUD = re.compile(r"engine/test_faults\.py::.*\[(gcp|aws|azure)\]$")
"""Tests that run once for each cloud, on a stack of that cloud."""

SECONDS_TO_END = 120
"""After a Ctrl-C: each process first takes down what it brought up, and is not killed at it."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: layer_of(item.path) == "unit")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    from xdist.scheduler import LoadScopeScheduling  # noqa: PLC0415 - one process alone needs none of it
    from xdist.workermanage import NodeManager  # noqa: PLC0415

    NodeManager.EXIT_TIMEOUT = SECONDS_TO_END

    class InOurOrder(LoadScopeScheduling):
        """Gives files out as they are ordered here, not the one with the most tests first."""

        def _split_scope(self, nodeid: str) -> str:
            return together(nodeid)

    config.option.loadscopereorder = False
    return InOurOrder(config, log)


def together(nodeid: str) -> str:
    """Give what names the tests that one process runs: their file, its cloud perhaps, or the hubs that they use."""
    file = nodeid.partition("::")[0]
    path = Path(TESTS.parent / file)
    inside = path.relative_to(TESTS).as_posix() if path.is_relative_to(TESTS) else file
    if cloud := ON_EACH_CLOUD.search(nodeid):
        return f"{file}[{cloud[1]}]"
    return "hubs" if inside.startswith(ON_THE_HUBS) else file
