"""How several processes share the tests out: `pytest --numprocesses N`.

A process takes a file at a time, or of a file for all clouds one cloud at a time; and files that use one and the same
pair of hubs stay together.

Tests with containers mostly wait, those with an engine mostly compute: so two processes take the former first, on an
embedded cluster each, and the others the latter. One begins with what only computes, the checkers and the unit tests,
of which the latter give way to all others: so no processor idles while those wait, and short ones are left at the end.
"""

import os
import re
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.layers import TESTS, layer_of

if TYPE_CHECKING:
    from testbed.cluster import Cluster

ON_THE_HUBS = ("cluster/test_hub", "browser/")
"""Tests on the session's two hubs, which take half a minute to come up."""

HUBS = "hubs"

LAST = {"lint": 1, "unit": 2}
"""Layers that come after all others, in this order; they only compute."""

ON_EACH_CLOUD = re.compile(r"engine/test_faults\.py::.*\[(gcp|aws|azure)\]$")
"""Tests that run once for each cloud, on a stack of that cloud."""

EMBEDDED = ("cluster", "browser", "conformance")
"""Layers whose tests run on the process's embedded cluster. In the whole run a process takes them without a break."""

WITH_CLUSTERS = 2
"""Processes that run those first: a cluster takes half a minute, a gibibyte, and 15 of the host's 128 inotify instances
or so."""

COMPUTING = 3
"""The process that runs the last layers first."""

GIVING_WAY = 5
"""How nice a process is at unit tests; a checker that gave way took six of the ten minutes that a test may take."""

CLUSTER: pytest.StashKey["Cluster"] = pytest.StashKey()
"""The process's embedded cluster, once there is one."""

SECONDS_TO_END = 120
"""After a Ctrl-C: each process first takes down what it brought up, and is not killed at it."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: LAST.get(layer_of(item.path), 0))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """End the cluster once a process has no more tests for it: until the end of all it would take a tenth of a core.

    Unit tests give way to what others wait for.
    """
    if item.config.getoption("whole") and CLUSTER in item.config.stash and not _is_embedded(item.path):
        item.config.stash[CLUSTER].down()
        del item.config.stash[CLUSTER]
    with suppress(PermissionError):  # only root may be less nice again
        os.setpriority(os.PRIO_PROCESS, 0, GIVING_WAY if layer_of(item.path) == "unit" else 0)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    from xdist.scheduler import LoadScopeScheduling  # noqa: PLC0415 - one process alone needs none of it
    from xdist.workermanage import NodeManager  # noqa: PLC0415

    NodeManager.EXIT_TIMEOUT = SECONDS_TO_END

    class InOurOrder(LoadScopeScheduling):
        """Gives files out as they are ordered here, not the one with the most tests first."""

        def _split_scope(self, nodeid: str) -> str:
            return together(nodeid)

        def _assign_work_unit(self, node: Any) -> None:
            self.workqueue.move_to_end(chosen(self.workqueue, int(node.gateway.id.removeprefix("gw"))), last=False)
            super()._assign_work_unit(node)

    config.option.loadscopereorder = False
    return InOurOrder(config, log)


def chosen(scopes: Iterable[str], process: int) -> str:
    """Give the scope that a process takes next: the first of its kind, or else the first."""
    waiting = list(scopes)
    return next((scope for scope in waiting if _suits(scope, process)), waiting[0])


def _suits(scope: str, process: int) -> bool:
    if process == COMPUTING:
        return layer_of(TESTS.parent / scope) in LAST
    return (process < WITH_CLUSTERS) == _takes_cluster(scope)


def _takes_cluster(scope: str) -> bool:
    return scope == HUBS or _is_embedded(TESTS.parent / scope.partition("[")[0])


def _is_embedded(file: Path) -> bool:
    return layer_of(file) in EMBEDDED


def together(nodeid: str) -> str:
    """Give what names the tests that one process runs: their file, its cloud perhaps, or the hubs that they use."""
    file = nodeid.partition("::")[0]
    path = Path(TESTS.parent / file)
    inside = path.relative_to(TESTS).as_posix() if path.is_relative_to(TESTS) else file
    if cloud := ON_EACH_CLOUD.search(nodeid):
        return f"{file}[{cloud[1]}]"
    return HUBS if inside.startswith(ON_THE_HUBS) else file
