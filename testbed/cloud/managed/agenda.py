"""What a controller has to do later: each thing once, however often it is asked for meanwhile."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from testbed.cloud import clock


@dataclass
class Agenda:
    """Deeds by their key, with the moment at which each is due. For one thread."""

    _due: dict[str, tuple[float, Callable[[], None]]] = field(
        default_factory=dict[str, tuple[float, Callable[[], None]]]
    )

    def once(self, key: str, seconds: float, deed: Callable[[], None]) -> None:
        """Let a deed come after some simulated seconds, unless one of this key is to come already."""
        if key not in self._due:
            self._due[key] = (time.monotonic() + clock.real(seconds), deed)

    def every(self, key: str, real_seconds: float, deed: Callable[[], None]) -> None:
        """Let a deed come again and again, with so many real seconds between."""
        self._due[key] = (time.monotonic() + real_seconds, partial(self._repeat, key, real_seconds, deed))

    def comes(self, key: str) -> bool:
        """Say whether a deed of this key is still to come."""
        return key in self._due

    def until_next(self, at_most: float) -> float:
        """Give the real seconds until the next deed."""
        now = time.monotonic()
        return max(0.0, min([at_most, *(due - now for due, _ in self._due.values())]))

    def take_due(self) -> list[Callable[[], None]]:
        """Take out what is due now, in the order of its moments."""
        now = time.monotonic()
        ready = sorted((due, key) for key, (due, _) in self._due.items() if due <= now)
        return [self._due.pop(key)[1] for _, key in ready]

    def _repeat(self, key: str, real_seconds: float, deed: Callable[[], None]) -> None:
        self.every(key, real_seconds, deed)
        deed()
