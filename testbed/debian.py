"""Debian packages on this machine: which are missing, how they are installed, and where they come from."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from testbed.steps import StepError, run, step


def missing(packages: Mapping[str, str]) -> list[str]:
    """Give the packages that are not installed; each stands with a command or a file by which it is recognised."""
    return [name for name, sign in packages.items() if not Path(sign).exists() and not shutil.which(sign)]


def install(packages: Sequence[str], why: str, log: Path) -> None:
    """Install packages with apt-get, saying so; raises StepError where this is not Debian, not root, or it fails."""
    if not packages:
        return
    names = ", ".join(packages)
    if not shutil.which("apt-get"):
        raise StepError(f"{names} must be installed, as {why}; this machine has no apt-get to do it with.")
    if os.geteuid() != 0:
        raise StepError(f"{names} must be installed, as {why}: `sudo apt-get install {' '.join(packages)}`.")
    with step(f"Installing {names} with apt-get", why):
        quiet = {"DEBIAN_FRONTEND": "noninteractive"}
        run(["apt-get", "update"], log=log, env=quiet, sentence="The lists of Debian packages could not be fetched.")
        words = ["apt-get", "install", "--yes", "--no-install-recommends", *packages]
        run(words, log=log, env=quiet, sentence=f"{names} could not be installed.")


def mirrors() -> dict[str, str]:
    """Give the addresses of the archives `debian` and `debian-security` that this machine's own apt is set up with.

    Raises StepError where it is set up with none, as on another distribution.
    """
    asked = subprocess.run(["apt-get", "update", "--print-uris"], capture_output=True, text=True, check=False)
    found = re.findall(r"'(\S+/(debian|debian-security))/dists/", asked.stdout)
    archives = {name: address for address, name in found}
    absent = {"debian", "debian-security"} - archives.keys()
    if absent:
        raise StepError(
            f"This machine's apt knows no archive {' and '.join(sorted(absent))}, which images are made from: use a"
            " Debian, kind, or a cluster of your own (docs/own-cluster.md)."
        )
    return archives
