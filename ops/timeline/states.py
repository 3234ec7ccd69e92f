"""The state that belongs to a log: what needs what stands in it, and not in the log.

After an `up` the stack has it; after a `destroy` only the backend's history does, which a folder and Pulumi's own
service keep. Of a bucket's stack, save the state before it goes: `pulumi stack export > FILE`.
"""

import gzip
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

from ops.timeline.graph import Graph, graph_of
from ops.timeline.log import Run

_VERSIONS_LOOKED_AT = 10


def graph_for(run: Run, project_folder: Path) -> Graph:
    """Give the graph that knows most of what the run did; an empty one where the backend knows none of it."""
    urns = {span.urn for span in run.spans}
    best, known = Graph(), 0
    for deployment in _deployments(run, project_folder):
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


def _deployments(run: Run, folder: Path) -> Iterator[dict[str, Any]]:
    stack, project = run.stack
    current = _pulumi(folder, "stack", "export", "--stack", stack)
    if current:
        yield json.loads(current)
    for file in _checkpoints(folder, stack, project):
        content = file.read_bytes()
        yield json.loads(gzip.decompress(content) if file.suffix == ".gz" else content)
    history: list[dict[str, Any]] = json.loads(_pulumi(folder, "stack", "history", "--stack", stack, "--json") or "[]")
    for entry in history[:_VERSIONS_LOOKED_AT]:
        older = _pulumi(folder, "stack", "export", "--stack", stack, "--version", str(entry.get("version")))
        if not older:
            return
        yield json.loads(older)


def _checkpoints(folder: Path, stack: str, project: str) -> list[Path]:
    """Give the history of a backend that is a folder, the newest first."""
    url = os.environ.get("PULUMI_BACKEND_URL") or json.loads(_pulumi(folder, "whoami", "--json") or "{}").get("url", "")
    parsed = urlparse(url)
    if parsed.scheme != "file":
        return []
    root = folder / Path(unquote(parsed.netloc + parsed.path)).expanduser()
    return sorted((root / ".pulumi" / "history" / project / stack).glob("*.checkpoint.json*"), reverse=True)


def _pulumi(folder: Path, *words: str) -> str:
    """Give what `pulumi` answers; an empty text where it cannot, as a log can be looked at without a backend."""
    command = ["pulumi", *words, "--non-interactive", "--color", "never"]
    try:
        done = subprocess.run(
            command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=120
        )
    except FileNotFoundError:
        return ""
    return "" if done.returncode else done.stdout
