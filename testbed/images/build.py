"""From recipes to one archive: the layers side by side, each kept in the cache under a key over all it is made from."""

import os
import shutil
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from testbed import cache
from testbed.images import archive, debian, layers, recipe, trees
from testbed.images.debian import Apt, Package
from testbed.images.layers import Blob
from testbed.images.recipe import Image, Layer
from testbed.steps import step

MAKERS = tuple(Path(module.__file__ or "") for module in (debian, trees, layers))
"""A change of these makes every layer anew."""


def build(images: tuple[Image, ...]) -> Path:
    """Give the archive of these images, built now where it is not in the cache.

    Raises StepError where a package cannot be had or a tool is missing.
    """
    wanted = _layers(images)
    key = cache.content_key(*(layer_key(layer) for layer in wanted), repr(images), Path(archive.__file__))
    entry = cache.find("images", "archive", key) or _build(images, wanted, key)
    return entry / "images.tar"


def layer_key(layer: Layer) -> str:
    """Give a key over all that a layer is made from. Debian's versions are not in it: its archive keeps only the newest."""
    locks: list[str | Path] = [trees.lock_file(below.python) for below in layer.chain() if below.python]
    if layer.node:
        locks.append(trees.LOCKS / layer.node)
    return cache.content_key(repr(layer), archive.architecture(), *locks, *MAKERS)


def _build(images: tuple[Image, ...], wanted: list[Layer], key: str) -> Path:
    with step("Building the images' layers", "a container registry cannot be reached; from Debian, PyPI and npm packages") as now:
        blobs = _blobs(wanted)
        now.done(f"{sum(blob.size for blob in blobs.values()) / 1e6:.0f} MB in {len(blobs)} layers")
    with step("Joining the images into one archive", "a node imports it in one go"):
        return cache.entry("images", "archive", key, lambda out: archive.write(images, blobs, out / "images.tar"))


def _layers(images: tuple[Image, ...]) -> list[Layer]:
    """Give every layer of these images once, each after the one below it."""
    return list(dict.fromkeys(layer for image in images for layer in image.top.chain()))


def _blobs(wanted: list[Layer]) -> dict[Layer, Blob]:
    found = {layer: cache.find("images", layer.name, layer_key(layer)) for layer in wanted}
    missing = sorted((layer for layer, folder in found.items() if folder is None), key=_work_in)
    made = _make(missing) if missing else {}
    return {layer: Blob.load(found[layer] or made[layer]) for layer in wanted}


def _work_in(layer: Layer) -> int:
    """Sort the layers with most to do, those on top, to the front: none is to be begun when the others are done."""
    return -len(layer.chain())


def _make(missing: list[Layer]) -> dict[Layer, Path]:
    log = cache.root() / "logs" / "images.log"
    log.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="hubstack-images-") as scratch:
        work = _Work(Path(scratch), log)
        work.get_packages(missing)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            folders = pool.map(work.layer, missing)
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
        apt = Apt(self.log)
        with step("Getting Debian's packages", "every image is made of them"), cache.lock("apt"):
            apt.refresh()
            needed = list(dict.fromkeys(part for layer in [recipe.INTERPRETER, *missing] for part in layer.chain()))
            apt.download(name for layer in needed for name in layer.debian)
            for layer in needed:
                below = [package for part in layer.chain()[:-1] for package in self.packages[part]]
                self.packages[layer] = apt.chosen(layer.debian, below) if layer.debian else []
        self.interpreter.unpack(package for layer in recipe.INTERPRETER.chain() for package in self.packages[layer])

    def layer(self, layer: Layer) -> Path:
        """Build one layer into the cache."""
        return cache.entry("images", layer.name, layer_key(layer), lambda out: self._layer(layer, out))

    def _layer(self, layer: Layer, out: Path) -> None:
        place = self.scratch / layer.name
        tree = place / "tree"
        tree.mkdir(parents=True)
        builder = trees.Builder(tree, self.log)
        with step(f"Building the layer {layer.name}") as now:
            builder.debian(self.packages[layer], layer.only)
            if layer.python:
                builder.python(layer)
            if layer.node:
                builder.node(layer.node)
            builder.extras(layer.extras)
            builder.slim()
            self.interpreter.compile(tree)
            folders = [extra for extra in layer.extras if isinstance(extra, recipe.Folder)]
            blob = layers.write(tree, folders, out / "layer.tar.zst")
            blob.save()
            now.done(f"{blob.unpacked / 1e6:.0f} MB, compressed {blob.size / 1e6:.0f} MB")
        shutil.rmtree(place)
