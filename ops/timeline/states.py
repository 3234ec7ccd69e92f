"""The state that belongs to a log: what needs what stands in it, and not in the log."""

import json
from pathlib import Path

from ops.history import states
from ops.timeline.graph import Graph, graph_of
from ops.timeline.log import Run


def graph_for(run: Run, project_folder: Path) -> Graph:
    """Give the graph that knows most of what the run did; an empty one where the backend knows none of it."""
    urns = {span.urn for span in run.spans}
    stack, project = run.stack
    best, known = Graph(), 0
    for deployment in states(project_folder, project, stack):
        graph = graph_of(deployment)
        here = len(urns & graph.by_urn.keys())
        if here > known:
            best, known = graph, here
        if known == len(urns):
            break
    return best


def from_file(file: Path) -> Graph:
    """Give the graph of a saved state."""
    return graph_of(json.loads(file.read_text()))
