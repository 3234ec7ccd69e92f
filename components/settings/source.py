"""Where a setting stands, and how to say so."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from components.settings.shapes import entries, keys

Path = tuple[str | int, ...]
"""Where a setting stands below `hubstack:`, such as `("hubs", "data8", "users", "most")`."""

NAMESPACE = "hubstack:"
"""What the keys of a stack file's `config:` begin with where they are ours: the name of the project in Pulumi.yaml."""


def written(path: Path) -> str:
    """Write a path as `pulumi config set --path` takes it: `hubstack:hubs.data8.auth.admins[0]`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif part.isidentifier() or part.replace("-", "a").isalnum():
            text += f".{part}" if text else part
        else:
            text += '["' + part.encode("unicode_escape").decode().replace('"', '\\"') + '"]'
    return NAMESPACE + text


def how_to_encrypt(path: Path) -> str:
    """Say how a secret comes into a stack file without being readable in it, or in the shell's history."""
    return f"run pulumi config set --secret --path '{written(path)}', which asks for the value and encrypts it"


@dataclass(frozen=True)
class Source:
    """The file that settings came from: its name, and where in it each setting stands."""

    name: str = "the stack file"
    lines: Mapping[Path, int] = field(default_factory=dict[Path, int])
    """The line of each setting; empty where the file itself was not at hand."""

    encrypted: frozenset[Path] = frozenset()
    """What the file holds as Pulumi encrypted it."""

    def is_encrypted(self, path: Path) -> bool:
        """Whether a setting is encrypted, by itself or with the section round it."""
        return any(path[:end] in self.encrypted for end in range(1, len(path) + 1))

    def line(self, path: Path) -> int | None:
        """Give the line of a setting; of the section it is missing from, where it is not there."""
        return nearest_place(path, self.lines)


def nearest_place(path: Path, places: Mapping[Path, int]) -> int | None:
    """Give the place of a setting, or of the innermost section round it that has one."""
    return next((places[path[:end]] for end in range(len(path), 0, -1) if path[:end] in places), None)


def numbered(config: Mapping[str, Any]) -> dict[Path, int]:
    """Give every setting its number in the order of what was given, to sort by where no lines are known."""
    return {path: number for number, path in enumerate(_paths(config, ()), start=1)}


def _paths(value: Any, path: Path) -> Iterator[Path]:
    if path:
        yield path
    for key, item in keys(value).items():
        yield from _paths(item, (*path, key))
    for index, item in enumerate(entries(value)):
        yield from _paths(item, (*path, index))
