"""A stack's states, the newest first: the current one, then those that the backend's history keeps.

After a `destroy` only the history says what there was. A backend that is a folder and Pulumi's own service keep one; of
a bucket's stack, save the state before it goes: `pulumi stack export > FILE`.
"""

import gzip
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

_VERSIONS_LOOKED_AT = 20


def states(folder: Path, project: str, stack: str) -> Iterator[dict[str, Any]]:
    """Give the stack's deployments and checkpoints, secrets not in clear; none where the backend knows no such one."""
    current = pulumi(folder, "stack", "export", "--stack", stack)
    if current:
        yield json.loads(current)
    for file in _checkpoints(folder, project, stack):
        content = file.read_bytes()
        yield json.loads(gzip.decompress(content) if file.suffix == ".gz" else content)
    history: list[dict[str, Any]] = json.loads(pulumi(folder, "stack", "history", "--stack", stack, "--json") or "[]")
    for entry in history[:_VERSIONS_LOOKED_AT]:
        older = pulumi(folder, "stack", "export", "--stack", stack, "--version", str(entry.get("version")))
        if not older:
            return
        yield json.loads(older)


def pulumi(folder: Path, *words: str) -> str:
    """Give what `pulumi` answers; an empty text where it cannot, as much can be said without it."""
    command = ["pulumi", *words, "--non-interactive", "--color", "never"]
    try:
        done = subprocess.run(
            command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=120
        )
    except FileNotFoundError:
        return ""
    return "" if done.returncode else done.stdout


def _checkpoints(folder: Path, project: str, stack: str) -> list[Path]:
    """Give the history of a backend that is a folder, the newest first."""
    url = os.environ.get("PULUMI_BACKEND_URL") or json.loads(pulumi(folder, "whoami", "--json") or "{}").get("url", "")
    parsed = urlparse(url)
    if parsed.scheme != "file":
        return []
    root = folder / Path(unquote(parsed.netloc + parsed.path)).expanduser()
    found = (root / ".pulumi" / "history" / project / stack).glob("*.checkpoint.json*")
    return sorted((file for file in found if file.suffix in {".json", ".gz"}), reverse=True)
