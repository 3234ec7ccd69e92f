"""An `up` and a `destroy` on a simulated cloud, in simulated time.

What is measured is the real time of the whole command, the starts of the engine, the program and the plugins with it,
times the clock's speed: a second that the engine takes counts as many simulated ones as the clock runs faster. So the
clock runs only a little faster than life, and the less so the shorter the bound.
"""

import json
import time
from pathlib import Path

from ops.timeline.graph import graph_of
from ops.timeline.log import read
from testbed.bench.figures import CloudFigures
from testbed.bench.simulation import STACKS, simulated
from testbed.bench.staged import staged_seconds
from testbed.bench.stamping import Stamper
from testbed.local.places import CHECKOUT
from testbed.steps import step
from tests.support.engine import Stack

SPEEDS = {"gke": 1.5, "eks": 2.0, "aks": 1.25}
"""Simulated seconds in a real one."""

LOGS = CHECKOUT / "build"


def measure(name: str, speed: float | None = None) -> CloudFigures:
    """Bring a cloud's example stack up and take it down; leaves both event logs and the state in build/."""
    pace = speed or SPEEDS[name]
    with simulated(STACKS[name], pace) as stack:
        up = _timed(stack, name, "up", pace)
        exported = {"deployment": stack.exported()}
        _state(name).write_text(json.dumps(exported))
        with (LOGS / f"bench-{name}-up.jsonl").open() as log:
            staged = staged_seconds(read(log), graph_of(exported))
        down = _timed(stack, name, "destroy", pace)
    return CloudFigures(name, up, down, staged, pace)


def _timed(stack: Stack, name: str, command: str, pace: float) -> float:
    log, stamped = stack.folder / f"{command}.jsonl", LOGS / f"bench-{name}-{command}.jsonl"
    LOGS.mkdir(exist_ok=True)
    words = (command, "--yes", "--skip-preview", "--event-log", str(log))
    with step(f"{name}: {command} in simulated time", f"a clock {pace:g} times as fast as life's") as current:
        began = time.monotonic()
        with Stamper(log, stamped, pace):
            stack.succeed(*words, PULUMI_DEBUG_COMMANDS="true")
            seconds = (time.monotonic() - began) * pace
        show = f"python -m ops.timeline {_said(stamped)} --state {_said(_state(name))}"
        current.done(f"{seconds:.0f} simulated seconds; `{show}` shows them")
    return seconds


def _state(name: str) -> Path:
    return LOGS / f"bench-{name}-state.json"


def _said(file: Path) -> str:
    return str(file.relative_to(CHECKOUT))
