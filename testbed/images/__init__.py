"""The container images of the testbed, for machines that reach no container registry.

They stand in for the images the chart names, under the same names and with the same versions of JupyterHub and its
packages, but on Debian's Python. Where a registry can be reached, a cluster pulls the real ones and this is not used.
Nothing here needs root: packages are unpacked, not installed, and the owners of files are written into the archive.
"""

from pathlib import Path

from testbed.images.build import build_archive
from testbed.images.host import DEBIAN_PACKAGES
from testbed.images.recipe import DATABASE_IMAGES, IMAGES, UPGRADE_IMAGES

__all__ = ["DEBIAN_PACKAGES", "build_all", "build_for_databases", "build_for_upgrades", "image_names"]


def build_all() -> list[Path]:
    """Give the archives with every image, built now where they are not in the cache."""
    return [build_archive(IMAGES)]


def build_for_databases() -> list[Path]:
    """Give the archives with what databases need beyond `build_all`; building their operator takes minutes once."""
    return [build_archive(DATABASE_IMAGES)]


def build_for_upgrades() -> list[Path]:
    """Give the archives with what a change of PostgreSQL's major version needs beyond `build_all`."""
    return [build_archive(UPGRADE_IMAGES)]


def image_names() -> list[str]:
    """Give the images' names, as pods refer to them."""
    return [image.name for image in IMAGES]
