"""What the machine has to have for building images. Nothing here needs root but installing what is missing."""

from pathlib import Path

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")

DEBIAN_PACKAGES = {
    "apt": "apt-get",
    "dpkg": "dpkg-deb",
    "debian-archive-keyring": str(KEYRING),
    "npm": "npm",
    "zstd": "zstd",
}
"""Debian packages, each with the command or file by which it is recognised."""
