"""Starting a supervisor, in namespaces of its own or plainly, and hearing from it until all is well."""

import json
import os
import subprocess
import time
from collections.abc import Callable, Generator
from typing import IO, Any

from testbed.cluster.commands import ENVIRONMENT, PYTHON
from testbed.cluster.prerequisites import UNSHARE
from testbed.cluster.processes import readable
from testbed.cluster.state import Settings, State
from testbed.cluster.supervisor import rotate_logs
from testbed.steps import StepError

_SILENCE = 150
"""Seconds without a word after which a supervisor counts as stuck; it gives up by itself before."""


def launch(
    state: State, settings: Settings, *, connect: Callable[[int], None], well: Callable[[str], None]
) -> dict[str, float]:
    """Start the supervisor and return when all its components are well, with the seconds until each was.

    `connect` is given the node's first process once the node waits for its cable; `well` hears each component's name.
    Raises StepError with the supervisor's own sentence where a component does not come up.
    """
    rotate_logs(state.logs)
    times: dict[str, float] = {}
    started = time.monotonic()
    with (state.logs / "supervisor.log").open("a") as log, _supervisor(state, settings, log) as process:
        for fact in _facts(process, state):
            if "failed" in fact:
                raise StepError(str(fact["failed"]))
            if "process" in fact and not settings.control_plane_only:
                connect(int(fact["process"]))
                _answer(process)
            if "well" in fact:
                times[str(fact["well"])] = time.monotonic() - started
                well(str(fact["well"]))
            if "all" in fact:
                return times
    raise StepError(f"The cluster's supervisor ended before all was well; {state.logs}/supervisor.log says why.")


def _supervisor(state: State, settings: Settings, log: IO[str]) -> subprocess.Popen[str]:
    namespaces = [] if settings.control_plane_only else UNSHARE
    # It outlives this process, and whoever is left as the parent reaps it.
    command = ["setsid", "--fork", *namespaces, *PYTHON, "testbed.cluster.node", str(state.folder)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=log, env=ENVIRONMENT, cwd="/", text=True)


def _facts(process: subprocess.Popen[str], state: State) -> Generator[dict[str, Any]]:
    """Give what the supervisor tells, until it ends."""
    if process.stdout is None:
        return
    told = process.stdout.fileno()
    rest = b""
    while readable(told, _SILENCE):
        heard = os.read(told, 65536)
        if not heard:
            return
        *lines, rest = (rest + heard).split(b"\n")
        yield from map(json.loads, lines)
    raise StepError(f"The cluster's supervisor is stuck; see {state.logs}/supervisor.log.")


def _answer(process: subprocess.Popen[str]) -> None:
    if process.stdin:
        process.stdin.write("connected\n")
        process.stdin.flush()
