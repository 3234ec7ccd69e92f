"""Debian packages by apt, in a folder of our own: nothing is installed here, and no root is needed.

apt checks every package against the archive's signature. Which packages an image needs, it works out against a list of
installed packages that we write: what lies in the layers below, and what nothing in an image runs.
"""

import os
import re
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from testbed import cache
from testbed.debian import mirrors
from testbed.images.host import KEYRING
from testbed.steps import StepError, run

NEEDLESS = (
    # Installing and configuring packages.
    "adduser", "base-passwd", "debconf", "dpkg", "init-system-helpers", "login.defs", "openssl", "passwd",
    "readline-common", "sensible-utils", "ucf",
    # Perl: Debian's wrappers of PostgreSQL, and the parts of git that mail patches.
    "perl", "perl-base", "liberror-perl", "libio-pty-perl", "libipc-run-perl", "libjson-perl",
    "postgresql-client-common", "postgresql-common", "ssl-cert",
    # PostgreSQL compiles queries with LLVM, 130 MB of it, where it finds it.
    "libllvm19",
    # What is read by people and by other languages' speakers.
    "libc-l10n", "locales", "media-types", "node-corepack",
)  # fmt: skip


@dataclass(frozen=True)
class Package:
    """One Debian package, downloaded."""

    file: Path

    def field(self, *names: str) -> str:
        """Give these fields of what the package says of itself, as lines of `name: value`."""
        return subprocess.run(["dpkg-deb", "-f", self.file, *names], capture_output=True, text=True, check=True).stdout

    def unpack(self, tree: Path, log: Path) -> None:
        """Lay the package's files into a folder."""
        run(["dpkg-deb", "--extract", self.file, tree], log=log, sentence=f"{self.file.name} cannot be unpacked.")


class Apt:
    """apt for one release of Debian, with sources, lists and state of its own in the cache."""

    def __init__(self, suite: str, log: Path) -> None:
        self.suite = suite
        self.log = log
        self.folder = cache.root() / "apt" / suite
        self.config = self.folder / "apt.conf"

    def refresh(self) -> None:
        """Get the archive's lists of packages."""
        for name in ("lists/partial", "archives/partial"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        archives = mirrors()
        (self.folder / "debian.sources").write_text(
            _source(archives["debian"], self.suite, f"{self.suite}-updates")
            + _source(archives["debian-security"], f"{self.suite}-security")
        )
        self.config.write_text(
            f'Dir::State::lists "{self.folder}/lists";\n'
            f'Dir::State::status "{self.folder}/status";\n'
            f'Dir::Cache "{self.folder}";\n'
            f'Dir::Cache::archives "{self.folder}/archives";\n'
            f'Dir::Etc::sourcelist "{self.folder}/debian.sources";\n'
            'Dir::Etc::sourceparts "/dev/null";\n'
            'Dir::Etc::preferencesparts "/dev/null";\n'
            'Acquire::Languages "none";\n'
            'APT::Install-Recommends "false";\n'
            'APT::Sandbox::User "";\n'
        )
        self._assume_installed([])
        self._apt("update", sentence="Debian's lists of packages cannot be had.")

    def download(self, names: Iterable[str]) -> None:
        """Download packages and all they depend on."""
        self._assume_installed([])
        self._apt("--download-only", "install", *names, sentence="Debian's packages cannot be downloaded.")

    def chosen(self, names: tuple[str, ...], below: list[Package]) -> list[Package]:
        """Give downloaded packages and what they depend on, but for what lies in the layers below."""
        self._assume_installed(below)
        asked = subprocess.run(
            ["apt-get", "--simulate", "install", *names],
            env={**os.environ, **self._environment()},
            capture_output=True,
            text=True,
            check=False,
        )
        if asked.returncode:
            raise StepError(f"Debian {self.suite} cannot give {', '.join(names)}: {asked.stderr.strip()[-400:]}")
        plan: list[tuple[str, str, str]] = re.findall(r"^Inst (\S+) \((\S+) .*\[(\w+)\]\)", asked.stdout, re.MULTILINE)
        files = ("_".join(parts).replace(":", "%3a") for parts in sorted(plan))
        return [Package(self.folder / "archives" / f"{file}.deb") for file in files]

    def _assume_installed(self, packages: list[Package]) -> None:
        state = "Status: install ok installed\n"
        fields = ("Package", "Version", "Architecture", "Multi-Arch", "Provides")
        lies_below = [package.field(*fields) + state for package in packages]
        newest = f"Version: 9999:1\nArchitecture: all\nMulti-Arch: foreign\n{state}"
        needless = [f"Package: {name}\n{newest}" for name in NEEDLESS]
        (self.folder / "status").write_text("\n".join([*lies_below, *needless]))

    def _apt(self, *words: str, sentence: str) -> None:
        command = ["apt-get", "--yes", "-o", "Acquire::Retries=3", *words]
        run(command, env=self._environment(), log=self.log, sentence=sentence)

    def _environment(self) -> dict[str, str]:
        return {"APT_CONFIG": str(self.config), "LC_ALL": "C"}


def _source(address: str, *suites: str) -> str:
    return f"Types: deb\nURIs: {address}\nSuites: {' '.join(suites)}\nComponents: main\nSigned-By: {KEYRING}\n\n"
