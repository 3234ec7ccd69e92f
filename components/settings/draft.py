"""A stack file whose values were looked at one by one, for the checks that look at several at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from components.settings.clouds import PROVIDERS
from components.settings.section import Section
from components.settings.shapes import entries, keys
from components.settings.source import Path

S = TypeVar("S", bound=Section)


@dataclass(frozen=True)
class Draft:
    """What the stack file says, and where it is wrong already: a check speaks only of what is sound so far."""

    config: Mapping[str, Any]
    """The settings as given, without unknown keys."""
    faults: frozenset[Path]
    """Paths of values that are not even of the right type, or missing."""

    def given(self, *path: str | int) -> Any:
        """Give what stands at a path as it was written, or None."""
        here: Any = self.config
        for part in path:
            if isinstance(part, int):
                here = entries(here)[part] if part < len(entries(here)) else None
            else:
                here = keys(here).get(part)
        return here

    def has(self, *path: str) -> bool:
        """Whether a key is written, be it with nothing behind it."""
        return path[-1] in keys(self.given(*path[:-1]))

    def sound(self, *path: str | int) -> bool:
        """Whether nothing at a path, above it or below it is wrong."""
        return not any(path[: len(fault)] == fault[: len(path)] for fault in self.faults)

    def read(self, kind: type[S], *path: str | int) -> S | None:
        """Give the section at a path, with its defaults; None where something in it is wrong."""
        if not self.sound(*path):
            return None
        given: Any = self.given(*path)
        return None if given is False else kind.model_validate({} if given is None else given)

    @property
    def provider(self) -> str | None:
        """The cloud the platform runs on, if it is one that there is."""
        provider = self.given("cloud", "provider")
        return provider if provider in PROVIDERS else None

    def hubs(self) -> list[str]:
        """Give the names of all hubs."""
        return list(keys(self.given("hubs")))
