"""The layers of tests: what each needs, how long each took, and the rule that none is left out silently.

A layer is a folder of `tests/`. Where this machine lacks what one needs, its tests are left out and the summary says so
and why. So are those marked `nightly`, but with `--nightly`. A test that leaves itself out says why with `leave_out`; a
skip without that counts as a failure.

`pytest --numprocesses N` runs them in several processes (tests/sharing.py). What was left out is then known in those,
and the summary is made in the process that started them.
"""

from collections import Counter, defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest

TESTS = Path(__file__).parent
LAYERS = ("lint", "unit", "engine", "cluster", "browser", "conformance")
WITH_CONTAINERS = ("cluster", "browser")
"""Layers whose every test needs containers; in others, those marked `containers` do."""
SAID = "left out: "
AT_NIGHT = "`make test-nightly` runs them"

_seconds: dict[str, float] = defaultdict(float)
_results: dict[str, Counter[str]] = defaultdict(Counter)
_not_here: dict[str, Counter[str]] = defaultdict(Counter)
_left_out: dict[str, Counter[str]] = defaultdict(Counter)


def leave_out(why: str) -> None:
    """Leave the running test out, and let the summary say why."""
    pytest.skip(SAID + why)


def lacks(item: pytest.Item) -> str:
    """Say what this machine or this run lacks for a test; empty where it can run."""
    if item.get_closest_marker("nightly") and not item.config.getoption("nightly"):
        return AT_NIGHT
    needs_containers = layer_of(item.path) in WITH_CONTAINERS or item.get_closest_marker("containers")
    return _lacks_containers() if needs_containers else ""


@cache
def _lacks_containers() -> str:
    from testbed.cluster import can_run  # noqa: PLC0415 - unit tests need none of it

    return can_run() or ""


def layer_of(path: Path) -> str:
    """Give the folder of `tests/` that a test lies in."""
    parts = path.relative_to(TESTS).parts if path.is_relative_to(TESTS) else ()
    return parts[0] if len(parts) > 1 else ""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--nightly", action="store_true", help="run what takes long for what it adds, too")
    parser.addoption(
        "--whole", action="store_true", help="fail where a layer neither ran nor was left out for a reason"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    here: list[pytest.Item] = []
    elsewhere: list[pytest.Item] = []
    for item in sorted(items, key=lambda item: _order(layer_of(item.path))):
        layer = layer_of(item.path)
        if layer in LAYERS and layer != "unit":
            item.add_marker(layer)
        why = lacks(item)
        if why:
            _not_here[layer][why] += 1
        (elsewhere if why else here).append(item)
    if elsewhere:
        config.hook.pytest_deselected(items=elsewhere)
    items[:] = here


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    report: pytest.TestReport = yield
    if report.skipped and not hasattr(report, "wasxfail"):
        why = str(report.longrepr[2]) if isinstance(report.longrepr, tuple) else str(report.longrepr)
        why = why.removeprefix("Skipped: ")
        if why.startswith(SAID):
            _left_out[layer_of(item.path)][why.removeprefix(SAID)] += 1
        else:
            report.outcome = "failed"
            report.longrepr = f"Skipped without `leave_out`, which would have the summary say it: {why}"
    return report


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    layer = layer_of(TESTS.parent / report.nodeid.partition("::")[0])
    _seconds[layer] += report.duration
    if report.when == "call" or report.outcome != "passed":
        _results[layer][report.outcome] += 1


def pytest_sessionfinish(session: pytest.Session) -> None:
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["not_here"] = {layer: dict(reasons) for layer, reasons in _not_here.items()}
        output["left_out"] = {layer: dict(reasons) for layer, reasons in _left_out.items()}
    elif session.config.getoption("whole") and _silent() and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over what one of several processes left out; what cannot run here, each of them has left out alike."""
    output = getattr(node, "workeroutput", {})
    _not_here.update({layer: Counter(reasons) for layer, reasons in output.get("not_here", {}).items()})
    for layer, reasons in output.get("left_out", {}).items():
        _left_out[layer].update(reasons)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    terminalreporter.section("layers")
    for layer in sorted({*_results, *_not_here, *_left_out}, key=_order):
        counts = ", ".join(f"{number} {outcome}" for outcome, number in sorted(_results[layer].items()))
        terminalreporter.line(f"{layer or '(none)':12} {_seconds[layer]:6.0f} s  {counts or 'nothing ran'}")
        for why, number in (_not_here[layer] + _left_out[layer]).items():
            terminalreporter.line(f"{'':12} left out: {number} tests, because {why}", yellow=True)
    if config.getoption("whole"):
        for layer in _silent():
            terminalreporter.line(f"{layer:12} left out SILENTLY: no test ran and no reason was given", red=True)


def _silent() -> list[str]:
    return [layer for layer in LAYERS if not {layer} & {*_results, *_not_here, *_left_out}]


def _order(layer: str) -> int:
    return LAYERS.index(layer) if layer in LAYERS else len(LAYERS)
