"""Running programs: the small system ones (ip, nft, mount, openssl …), and the surroundings that all of ours get."""

import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from testbed.steps import StepError

ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LANG": "C.UTF-8",
    "PYTHONPATH": str(Path(__file__).parents[2]),
    "PYTHONDONTWRITEBYTECODE": "1",
}
"""What the cluster's programs get of an environment: nothing of the caller's, whose proxies would come between them."""

PYTHON = [sys.executable, "-m"]
"""What runs a module of ours on the node as here."""


def output(command: Sequence[str], given: str | None = None) -> str:
    """Run a command, with `given` on its standard input, and give what it printed; raises StepError where it fails."""
    try:
        finished = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise StepError(f"The program {command[0]} is missing; install it and run this again.") from None
    if finished.returncode:
        said = (finished.stderr or finished.stdout).strip().splitlines()
        raise StepError(f"The command `{shlex.join(command)}` failed: {said[-1] if said else finished.returncode}")
    return finished.stdout


def succeeds(command: Sequence[str]) -> bool:
    """Say whether a command can be run and ends well; what it prints is thrown away."""
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False
