"""Parts, and the ways each can be had: what is there already, an official download, or a stand-in of the testbed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from testbed.steps import StepError


@dataclass(frozen=True)
class Got:
    """What a way brought."""

    programs: Mapping[str, Path] = field(default_factory=dict[str, Path])
    """Executables, by the name under which they have to be on PATH."""
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    """What the activated environment sets for it."""


@dataclass(frozen=True)
class Way:
    """One way to have a part."""

    name: str
    lacks: Callable[[], str]
    """What this machine lacks for it, as the end of the sentence "not used, because …"; empty where it can be used."""
    get: Callable[[], Got]
    stands_in: bool = False
    """It is not the real thing, so a person is told."""


@dataclass(frozen=True)
class Choice:
    """The way that was chosen for a part, and why not one before it."""

    part: "Part"
    way: Way | None
    passed_over: tuple[tuple[Way, str], ...]

    @property
    def why_not(self) -> str:
        """Say what each way before the chosen one lacks."""
        return "; ".join(f"{way.name}: {reason}" for way, reason in self.passed_over)

    def needed(self) -> Way:
        """Give the chosen way; raise StepError where there is none."""
        if self.way is None:
            reasons = [f"  {way.name}: {reason.rstrip('.')}." for way, reason in self.passed_over]
            raise StepError("\n".join([f"There is no way to have {self.part.name} here:", *reasons, self.part.help]))
        return self.way


@dataclass(frozen=True)
class Part:
    """Something the platform needs."""

    name: str
    why: str
    ways: tuple[Way, ...]
    help: str = ""
    """What a person can do where no way is open."""

    def choose(self) -> Choice:
        """Take the first way that lacks nothing."""
        passed: list[tuple[Way, str]] = []
        for way in self.ways:
            reason = way.lacks()
            if not reason:
                return Choice(self, way, tuple(passed))
            passed.append((way, reason))
        return Choice(self, None, tuple(passed))
