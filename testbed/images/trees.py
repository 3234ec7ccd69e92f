"""The files of a layer, laid out in a folder as they will lie in the image, whoever owns them here."""

import os
import re
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from testbed import bootstrap, cache
from testbed.images import lockfiles
from testbed.images.packages import Package
from testbed.images.recipe import CERTIFICATES, PYTHON, Folder, Layer, Link, Text
from testbed.steps import run

PYTHON_PACKAGES = f"usr/local/lib/python{PYTHON}/dist-packages"  # where Debian's Python looks for what is not Debian's


class Builder:
    """Lays the parts of one layer into `tree`; what commands say goes to `log`."""

    def __init__(self, tree: Path, log: Path) -> None:
        self.tree = tree
        self.log = log

    def debian(self, packages: Iterable[Package], only: tuple[str, ...]) -> None:
        """Unpack Debian packages, keeping just the files in `only` where it names any."""
        unpacked = self.tree.with_name("debian") if only else self.tree
        for package in packages:
            package.unpack(unpacked, self.log)
        for name in only:
            (self.tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.move(unpacked / name, self.tree / name)
        if not only:
            self._certificates()

    def python(self, layer: Layer) -> None:
        """Install the locked Python packages that no layer below has."""
        wanted = self.tree.with_name("requirements.txt")
        wanted.write_text(lockfiles.requirements(layer))
        into = self.tree.with_name("python")
        run(
            [bootstrap.uv(), "pip", "install", "--no-config", "--require-hashes", "--no-deps", "--link-mode", "copy",
             "--python", sys.executable, "--python-version", PYTHON,
             "--python-platform", f"{os.uname().machine}-manylinux_2_28",
             "--target", into, "--requirements", wanted],
            env={"UV_CACHE_DIR": str(cache.root() / "uv")},
            log=self.log,
            sentence=f"The Python packages of {layer.name} cannot be installed.",
        )  # fmt: skip
        self._settle_python(into)

    def node(self, name: str) -> None:
        """Install the locked npm packages of locks/<name>, and put the commands of the ones it names on PATH."""
        project = self.tree.with_name("node")
        shutil.copytree(lockfiles.FOLDER / name, project)
        run(
            ["npm", "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--cache", cache.root() / "npm"],
            cwd=project,
            log=self.log,
            sentence=f"The npm packages of {name} cannot be installed.",
        )
        modules = self.tree / "usr/local/lib/node_modules"
        modules.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(project / "node_modules", modules)
        commands = self.tree / "usr/local/bin"
        commands.mkdir(parents=True)
        for package in (name for name in modules.glob("*/bin/*") if name.parts[-3] == name.name):
            (commands / package.name).symlink_to(f"../lib/node_modules/{package.parts[-3]}/bin/{package.name}")
        shutil.rmtree(modules / ".bin")
        (modules / ".package-lock.json").unlink()

    def extras(self, parts: Iterable[Folder | Text | Link]) -> None:
        """Add folders, small files and links."""
        for part in parts:
            place = self.tree / part.path
            place.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(part, Folder):
                place.mkdir(exist_ok=True)
                continue
            if place.is_dir() and not place.is_symlink():
                place.rmdir()
            place.unlink(missing_ok=True)
            if isinstance(part, Text):
                place.write_text(part.content)
            else:
                place.symlink_to(part.target)

    def _certificates(self) -> None:
        """Join the certificates into one file, which Debian does when it installs them."""
        authorities = sorted((self.tree / "usr/share/ca-certificates").rglob("*.crt"))
        if authorities:
            bundle = self.tree / CERTIFICATES.lstrip("/")
            bundle.parent.mkdir(parents=True, exist_ok=True)
            bundle.write_text("".join(certificate.read_text() for certificate in authorities))
            shutil.rmtree(self.tree / "usr/share/ca-certificates")

    def _settle_python(self, packages: Path) -> None:
        for folder in ("bin", "etc", "share"):
            if (packages / folder).is_dir():
                shutil.move(packages / folder, self.tree / "usr/local" / folder)
        shutil.rmtree(packages / "include", ignore_errors=True)
        for stray in (path for path in packages.iterdir() if path.is_file() and path.suffix not in (".py", ".so")):
            stray.unlink()  # readmes and the like that some packages install at the top
        for script in (self.tree / "usr/local/bin").glob("*"):
            name_interpreter(script)
        for record in packages.glob("*.dist-info/RECORD"):
            lines = record.read_text().splitlines(keepends=True)
            record.write_text("".join(line for line in lines if not line.startswith(("bin/", "../../bin/"))))
        place = self.tree / PYTHON_PACKAGES
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(packages, place)


class Interpreter:
    """The images' own Python, run from its unpacked packages: only it writes byte code that it will take."""

    def __init__(self, root: Path, log: Path) -> None:
        self.root = root
        self.log = log

    def unpack(self, packages: Iterable[Package]) -> None:
        """Lay the interpreter and the libraries it needs into the folder."""
        for package in packages:
            package.unpack(self.root, self.log)

    def compile(self, tree: Path) -> None:
        """Compile all Python in a tree ahead, so that no start of a container has to.

        Byte code that is never held against its source does not change with the source's time of change.
        """
        folders = [tree / name for name in (f"usr/lib/python{PYTHON}", PYTHON_PACKAGES) if (tree / name).is_dir()]
        if not folders:
            return
        library = next(self.root.glob("usr/lib/*-linux-gnu"))
        loader = next(self.root.glob("usr/lib*/**/ld-linux-*.so.*"))
        python = [loader, "--library-path", library, self.root / f"usr/bin/python{PYTHON}"]
        words = ["-q", "-f", "--invalidation-mode", "unchecked-hash", "-s", tree, "-p", "/"]
        run(
            [*python, "-m", "compileall", *words, *folders],
            env={"PYTHONHOME": str(self.root / "usr"), "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"},
            log=self.log,
            sentence="The Python packages of an image cannot be compiled.",
        )


def name_interpreter(script: Path) -> None:
    """Let a command name the image's Python: uv names its own, in one line, or in three where that is long."""
    content = script.read_bytes()
    script.write_bytes(re.sub(rb"\A#!.*\n(?:'''exec' .*\n' '''\n)?", b"#!/usr/bin/python3\n", content, count=1))
