"""The supervisor's process: `python -m testbed.cluster.node <state folder>`, started by `up` and by nothing else.

It tells `up` on its standard output how far it is, one JSON object a line: `process`, then `well` for each component,
then `all` or `failed`. After the first it waits for a line on its standard input: the host has plugged in the cable.
"""

import json
import logging
import os
import signal
import sys
import threading
from contextlib import suppress
from pathlib import Path

from testbed.cluster import control_plane, node_parts, node_setup, objects
from testbed.cluster.api import Api
from testbed.cluster.commands import ENVIRONMENT
from testbed.cluster.processes import find
from testbed.cluster.state import Settings, State, load_settings
from testbed.cluster.supervisor import StartError, Supervisor, Task
from testbed.steps import StepError

log = logging.getLogger(__name__)


def main() -> None:
    """Make the node, start all on it, and watch over it to the end."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    state = State(Path(sys.argv[1]))
    settings = load_settings(state)
    process = find("self")
    if settings is None or process is None:
        raise SystemExit(f"There is no cluster in {state.folder}.")
    supervisor = Supervisor(state, process, ENVIRONMENT, lambda name: _tell({"well": name}))
    supervisor.tell_host()
    _tell({"process": process.pid})
    if not settings.control_plane_only:
        _make_node(state, settings)
    threading.Thread(target=_start, args=(supervisor, state, settings), name="start", daemon=True).start()
    signal.signal(signal.SIGTERM, lambda _signal, _frame: _end(supervisor))
    supervisor.reap_forever()


def _make_node(state: State, settings: Settings) -> None:
    try:
        node_setup.enter_cgroup(state)
        node_setup.mount_all(state, settings)
        _wait_for_cable()
        node_setup.connect(settings)
        node_setup.install_cni(state)
    except (OSError, StepError) as error:
        log.exception("making the node")
        _tell({"failed": f"The node could not be made: {error}"})
        raise SystemExit(1) from None


def _wait_for_cable() -> None:
    if not sys.stdin.readline():
        raise StepError("the host did not lay a cable to it.")


def _start(supervisor: Supervisor, state: State, settings: Settings) -> None:
    where = control_plane.place(settings)
    api = Api(where.address, where.ports["api"], state.pki, "supervisor")
    parts = control_plane.components(state, settings)
    tasks: list[Task] = []
    if not settings.control_plane_only:
        parts += node_parts.components(state, settings)
        tasks = [
            Task("objects", lambda: objects.make_objects(api, settings), ("kube-apiserver",)),
            Task("node", lambda: objects.wait_for_node(api), ("kubelet", "kube-controller-manager")),
            Task("defaults", lambda: objects.wait_for_defaults(api), ("objects", "kube-controller-manager")),
        ]
    try:
        supervisor.start_all(parts, tasks)
    except StartError as error:
        log.warning("%s", error)
        _tell({"failed": str(error)})
        _end(supervisor)
    log.info("all is well")
    _tell({"all": True})


def _end(supervisor: Supervisor) -> None:
    supervisor.end_all()
    os._exit(1)


def _tell(fact: dict[str, object]) -> None:
    """Tell `up`; one that was ended hears nothing, and the node goes on."""
    with suppress(BrokenPipeError):
        print(json.dumps(fact), flush=True)


if __name__ == "__main__":
    main()
