"""What the stack file accepts to be lost: `accept_data_loss`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from components.settings import stack_file
from components.settings.accepted import AcceptedLoss
from ops.preview.reading import Change, Op

_LIST = TypeAdapter(tuple[AcceptedLoss, ...])


@dataclass(frozen=True)
class Acceptance:
    """What a stack file accepts, and what is wrong with that."""

    entries: tuple[AcceptedLoss, ...] = ()
    unread: str = ""
    """Why nothing is accepted, where the stack file could not be read."""

    def of(self, change: Change, changes: Mapping[str, Change]) -> Sequence[AcceptedLoss]:
        """Give the entries that name a resource: by its URN, or by its title where only one bears it.

        A component that goes as a whole, such as `Hub data8`, stands for all that is made of it.
        """
        named = [change]
        above = changes.get(change.parent)
        if above is not None and above.is_component and above.op is change.op is Op.DELETE:
            named.append(above)
        names = {each.urn for each in named}
        names |= {each.title for each in named if _bearers(each.title, changes) == 1}
        return [each for each in self.entries if each.resource in names]


def _bearers(title: str, changes: Mapping[str, Change]) -> int:
    return sum(each.title == title for each in changes.values())


def is_over(entry: AcceptedLoss, today: date) -> bool:
    """Say whether the last day of an entry has passed."""
    return entry.until < today


def read(file: Path) -> Acceptance:
    """Read what a stack file accepts. One that cannot be read accepts nothing."""
    try:
        given = stack_file.read(file.read_text(), file.name)[0].get("accept_data_loss")
        return Acceptance(_LIST.validate_python(given or ()))
    except ValidationError:
        return Acceptance(unread=f"accept_data_loss in {file.name} is not as docs/settings.md has it")
    except (OSError, UnicodeDecodeError):
        return Acceptance(unread=f"{file.name} cannot be read")
    except stack_file.StackFileError as error:
        return Acceptance(unread=str(error).rstrip("."))
