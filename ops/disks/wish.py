"""Which of the disks somebody asks for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ops.disks.disk import Disk
from ops.recovery.errors import RecoverError

_AGE = re.compile(r"(?P<number>[0-9]{1,5})(?P<unit>[hdw])", re.ASCII)
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


@dataclass(frozen=True)
class Wish:
    """What a disk has to be, to be meant; each that is set narrows it."""

    labels: tuple[tuple[str, str], ...] = ()
    users: tuple[str, ...] = ()
    unused: timedelta | None = None

    @classmethod
    def read(cls, labels: Sequence[str], users: Sequence[str], older_than: str) -> "Wish":
        """Read what was typed; RecoverError where it cannot be meant."""
        pairs = [label.partition("=") for label in labels]
        for label, (key, is_pair, value) in zip(labels, pairs, strict=True):
            if not (key and is_pair and value):
                raise RecoverError(
                    f"{label} is no label: write a key and its value, as in hubstack.dev/claim=postgres."
                )
        return cls(tuple((key, value) for key, _, value in pairs), tuple(users), _age(older_than))

    def means(self, disk: Disk, now: datetime | None = None) -> bool:
        """Say whether a disk is meant."""
        return (
            all(disk.labels.get(key) == value for key, value in self.labels)
            and (not self.users or disk.owner in self.users)
            and (self.unused is None or (now or datetime.now(UTC)) - disk.last_used > self.unused)
        )

    @property
    def everything(self) -> bool:
        """Whether it means every disk there is."""
        return self == Wish()


def _age(written: str) -> timedelta | None:
    if not written:
        return None
    found = _AGE.fullmatch(written)
    if found is None or not int(found["number"]):
        raise RecoverError(f"{written} is no age: write hours, days or weeks, as in 12h, 90d or 8w.")
    return int(found["number"]) * _UNITS[found["unit"]]
