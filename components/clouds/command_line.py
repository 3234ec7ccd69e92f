"""The cloud's own command line, for what a destroy has to ask of the cloud and no resource can."""

import json
import shutil
import subprocess
from collections.abc import Sequence
from typing import Any


class CommandLineError(Exception):
    """The command line is not there or refused; the text says so and what to do."""


def ask(*words: str, seconds: int) -> Any:
    """Run a command that answers in JSON, and give the answer; None where it says nothing.

    It runs as the person who runs Pulumi, with their credentials. Raise CommandLineError after `seconds`, or where the
    command fails.
    """
    program = shutil.which(words[0])
    if program is None:
        raise CommandLineError(f"{words[0]} is not installed. Install it, log in with it, and run this again.")
    try:
        done = subprocess.run([program, *words[1:]], capture_output=True, text=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        raise CommandLineError(
            f"`{_said(words)}` was not done after {seconds} s. See to it, and run this again."
        ) from None
    if done.returncode:
        reason = (done.stderr.strip() or done.stdout.strip() or f"it ended with {done.returncode}").splitlines()[-1]
        raise CommandLineError(f"`{_said(words)}` failed: {reason}")
    return json.loads(done.stdout) if done.stdout.strip() else None


def _said(words: Sequence[str]) -> str:
    return " ".join(words)
