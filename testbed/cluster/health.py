"""Looking at each component now: `python -m testbed.cluster.health <state folder>`, on the node, prints it as JSON."""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from testbed.cluster import control_plane, node_parts
from testbed.cluster.state import Settings, State, load_settings
from testbed.cluster.supervisor import Component


@dataclass(frozen=True)
class ComponentStatus:
    """How one component fares; `trouble` is empty while it is well."""

    name: str
    trouble: str
    restarts: int
    seconds_to_start: float


def look(state: State, settings: Settings) -> list[ComponentStatus]:
    """Ask every component."""
    components = control_plane.components(state, settings)
    if not settings.control_plane_only:
        components += node_parts.components(state, settings)
    told: dict[str, dict[str, Any]] = json.loads(state.supervisor_file.read_text())["components"]
    with ThreadPoolExecutor(len(components)) as pool:
        looks = [pool.submit(_look_at, component, told.get(component.name, {})) for component in components]
        return [done.result() for done in looks]


def _look_at(component: Component, told: dict[str, Any]) -> ComponentStatus:
    trouble = component.check.trouble() if told.get("pid") else "its process does not run"
    return ComponentStatus(component.name, trouble, int(told.get("restarts", 0)), float(told.get("took", 0)))


def main() -> None:
    """Print how the components fare."""
    state = State(Path(sys.argv[1]))
    settings = load_settings(state)
    statuses = look(state, settings) if settings else []
    print(json.dumps([asdict(status) for status in statuses]))


if __name__ == "__main__":
    main()
