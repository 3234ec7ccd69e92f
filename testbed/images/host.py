"""What the machine has to have for building images. Nothing here needs root but installing what is missing."""

import os
import shutil
from pathlib import Path

from testbed.steps import StepError, run, step

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")

DEBIAN_PACKAGES = {
    "apt": "apt-get",
    "dpkg": "dpkg-deb",
    "debian-archive-keyring": str(KEYRING),
    "npm": "npm",
    "zstd": "zstd",
}
"""Debian packages, each with the command or file by which it is recognised."""


def missing_packages() -> list[str]:
    """Give the Debian packages that have to be installed."""
    return [name for name, sign in DEBIAN_PACKAGES.items() if not shutil.which(sign) and not Path(sign).is_file()]


def provide(log: Path) -> None:
    """Install what is missing, saying so; raises StepError where this is not Debian, or not root."""
    missing = missing_packages()
    if not missing:
        return
    words = ["apt-get", "install", "--yes", "--no-install-recommends", *missing]
    if not shutil.which("apt-get"):
        raise StepError(f"{missing[0]} is missing: images are built with Debian's tools, on Debian or Ubuntu.")
    if os.geteuid() != 0:
        raise StepError(
            f"{', '.join(missing)} must be there to build images: `sudo apt-get install {' '.join(missing)}`."
        )
    with step(f"Installing {', '.join(missing)} with apt-get", "images are built with them"):
        run(words, env={"DEBIAN_FRONTEND": "noninteractive"}, log=log, sentence="That cannot be installed.")
