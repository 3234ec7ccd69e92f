"""The calls of the Pulumi CLI that recovering needs. What holds secrets goes through pipes, never through a file."""

import json
import os
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ops.recovery import backend
from ops.recovery.backend import Folder
from ops.recovery.errors import RecoverError

_ANSI = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Engine:
    """The Pulumi CLI for one stack of the project in `project`."""

    project: Path
    stack: str

    def export(self, *, show_secrets: bool) -> dict[str, Any]:
        """Give the stack's deployment."""
        return json.loads(self._run("stack", "export", *(["--show-secrets"] if show_secrets else [])))

    def write(self, deployment: dict[str, Any]) -> None:
        """Make a deployment the stack's state; the engine clears every pending operation when it does."""
        self._run("stack", "import", given=json.dumps(deployment))

    def release_locks(self) -> None:
        """Remove the backend's locks of the stack."""
        command = ["pulumi", "cancel", self.stack, "--yes", "--non-interactive", "--color", "never"]
        done = subprocess.run(command, cwd=self.project, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RecoverError(_sentence(done, "pulumi cancel"))

    def refresh(self, urns: Sequence[str]) -> None:
        """Let the state learn from the clouds and the clusters what became of some of its resources."""
        targets = [word for urn in urns for word in ("--target", urn)]
        self._run("refresh", "--yes", "--skip-preview", "--suppress-outputs", *targets)

    def folder(self) -> Folder | None:
        """Give the stack's backend where it is a folder."""
        url = os.environ.get("PULUMI_BACKEND_URL") or json.loads(self._run_plain("whoami", "--json"))["url"]
        project = yaml.safe_load((self.project / "Pulumi.yaml").read_text())["name"]
        return backend.folder(url, self.project, project, self.stack)

    def _run(self, *words: str, given: str | None = None) -> str:
        return self._run_plain(*words, "--stack", self.stack, given=given)

    def _run_plain(self, *words: str, given: str | None = None) -> str:
        return run(self.project, *words, given=given)


def engine_in(project: Path, stack: str) -> Engine:
    """Give the engine for a stack, the selected one where none is named; RecoverError outside a project's folder."""
    if not (project / "Pulumi.yaml").is_file():
        raise RecoverError("Run this in the folder that holds Pulumi.yaml.")
    return Engine(project, stack or current_stack(project))


def current_stack(project: Path) -> str:
    """Give the name of the selected stack."""
    try:
        return run(project, "stack", "--show-name").strip()
    except RecoverError as error:
        raise RecoverError("No stack is selected: name one with -s, as in `python -m ops.recover -s local`.") from error


def run(project: Path, *words: str, given: str | None = None) -> str:
    """Run `pulumi` in the project's folder and give what it said; raises RecoverError with its own message."""
    command = ["pulumi", *words, "--non-interactive", "--color", "never"]
    try:
        done = subprocess.run(
            command,
            cwd=project,
            input=given,
            stdin=None if given is not None else subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        raise RecoverError("The Pulumi CLI is not on PATH: activate the environment first (`. ./activate`).") from None
    if done.returncode:
        raise RecoverError(_sentence(done, f"pulumi {' '.join(words[:2])}"))
    return done.stdout


def _sentence(done: subprocess.CompletedProcess[str], what: str) -> str:
    lines = [_ANSI.sub("", line).strip() for line in (done.stderr or done.stdout).splitlines()]
    said = " ".join(line for line in lines if line and not line.startswith("warning:"))
    return f"`{what}` failed: {said.removeprefix('error: ')[:1500] or 'it said nothing'}"
