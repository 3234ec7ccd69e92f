"""From recipes to one archive: the layers side by side, each kept in the cache under a key over all it is made from."""

import errno
import os
import shutil
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from testbed import cache, debian, tools
from testbed.images import archive, host, layers, lockfiles, packages, recipe, slimming, trees
from testbed.images.layers import Blob
from testbed.images.packages import Apt, Package
from testbed.images.recipe import Image, Layer
from testbed.steps import StepError, step

MAKERS = tuple(Path(module.__file__ or "") for module in (packages, trees, slimming, layers))
"""A change of these makes every layer anew."""


def build_archive(images: tuple[Image, ...]) -> Path:
    """Give the archive of these images, built now where it is not in the cache.

    Raises StepError where a package cannot be had, a tool is missing or the disk is full.
    """
    wanted = _layers(images)
    key = cache.content_key(*(layer_key(layer) for layer in wanted), repr(images), Path(archive.__file__))
    try:
        entry = cache.find("images", "archive", key) or _build(images, wanted, key)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise StepError(f"The disk is full: make room where {cache.root()} is, and run this again.") from None
    return entry / "images.tar"


def layer_key(layer: Layer) -> str:
    """Give a key over all that a layer is made from, but for Debian's versions: its archive keeps only the newest.

    Of the layers below it counts which packages they have, as those do not come again.
    """
    own = repr(replace(layer, below=None))
    below = [repr(part.debian) for part in layer.chain()[:-1]]
    pinned: list[str | Path] = [lockfiles.lock_file(part.python) for part in layer.chain() if part.python]
    if layer.node:
        pinned.append(lockfiles.FOLDER / layer.node)
    built = [tools.key(program.tool) for program in _programs(layer)]
    return cache.content_key(own, *below, archive.architecture(), *pinned, *MAKERS, *built)


def _programs(layer: Layer) -> list[recipe.Program]:
    return [extra for extra in layer.extras if isinstance(extra, recipe.Program)]


def _build(images: tuple[Image, ...], wanted: list[Layer], key: str) -> Path:
    with step("Building container images", "no registry can be reached: from Debian, PyPI and npm packages") as now:
        blobs = _blobs(wanted)
        entry = cache.entry("images", "archive", key, lambda out: archive.write(images, blobs, out / "images.tar"))
        megabytes = sum(blob.size for blob in blobs.values()) / 1e6
        now.done(f"{len(images)} images of {len(blobs)} layers, {megabytes:.0f} MB")
    return entry


def _layers(images: tuple[Image, ...]) -> list[Layer]:
    """Give every layer of these images once, each after the one below it."""
    return list(dict.fromkeys(layer for image in images for layer in image.top.chain()))


def _blobs(wanted: list[Layer]) -> dict[Layer, Blob]:
    found = {layer: cache.find("images", layer.name, layer_key(layer)) for layer in wanted}
    missing = sorted((layer for layer, folder in found.items() if folder is None), key=_turn)
    made = _make(missing) if missing else {}
    return {layer: Blob.load(found[layer] or made[layer]) for layer in wanted}


def _turn(layer: Layer) -> int:
    """Sort the layers with most to do, those on top, to the front: none is to be begun when the others are done."""
    return -len(layer.chain())


def _make(missing: list[Layer]) -> dict[Layer, Path]:
    log = cache.root() / "logs" / "images.log"
    log.unlink(missing_ok=True)
    debian.install(debian.missing(host.DEBIAN_PACKAGES), "images are built with them", log)
    scratch = cache.root() / "scratch"
    scratch.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="images-", dir=scratch) as folder:
        work = _Work(Path(folder), log)
        work.get_packages(missing)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            try:
                folders = list(pool.map(work.layer, missing))
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
    return dict(zip(missing, folders, strict=True))


class _Work:
    """What the layers built in one go have in common: Debian's packages, and the images' Python that compiles."""

    def __init__(self, scratch: Path, log: Path) -> None:
        self.scratch = scratch
        self.log = log
        self.packages: dict[Layer, list[Package]] = {}
        self.interpreter = trees.Interpreter(scratch / "interpreter", log)

    def get_packages(self, missing: Iterable[Layer]) -> None:
        """Download the Debian packages of these layers, and of all below them, which say what need not come again."""
        needed = list(dict.fromkeys(part for layer in (recipe.INTERPRETER, *missing) for part in layer.chain()))
        with step("Getting Debian packages", "every image is made of them"), cache.lock("apt"):
            for suite in dict.fromkeys(layer.suite for layer in needed):
                self._get(Apt(suite, self.log), [layer for layer in needed if layer.suite == suite])
        self.interpreter.unpack(package for layer in recipe.INTERPRETER.chain() for package in self.packages[layer])

    def _get(self, apt: Apt, needed: list[Layer]) -> None:
        apt.refresh()
        apt.download(name for layer in needed for name in layer.debian)
        for layer in needed:
            below = [package for part in layer.chain()[:-1] for package in self.packages[part]]
            self.packages[layer] = apt.chosen(layer.debian, below) if layer.debian else []

    def layer(self, layer: Layer) -> Path:
        """Build one layer into the cache."""
        return cache.entry("images", layer.name, layer_key(layer), lambda out: self._layer(layer, out))

    def _layer(self, layer: Layer, out: Path) -> None:
        place = self.scratch / layer.name
        tree = place / "tree"
        tree.mkdir(parents=True)
        with step(f"Building the layer {layer.name}") as now:
            self._fill(layer, tree)
            folders = [extra for extra in layer.extras if isinstance(extra, recipe.Folder)]
            blob = layers.write(tree, folders, out / "layer.tar.zst")
            blob.save()
            now.done(f"{blob.unpacked / 1e6:.0f} MB, compressed {blob.size / 1e6:.0f} MB")
        shutil.rmtree(place)

    def _fill(self, layer: Layer, tree: Path) -> None:
        builder = trees.Builder(tree, self.log)
        builder.debian(self.packages[layer], layer.only)
        if layer.python:
            builder.python(layer)
        if layer.node:
            builder.node(layer.node)
        builder.extras(extra for extra in layer.extras if not isinstance(extra, recipe.Program))
        for program in _programs(layer):
            place = tree / program.path.format(architecture=archive.architecture())
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(tools.tool(program.tool) / program.name, place)
            (tree / program.link).symlink_to(f"/{place.relative_to(tree)}")
        slimming.slim(tree)
        self.interpreter.compile(tree)
