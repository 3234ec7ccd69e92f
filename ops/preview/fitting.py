"""A comment that is never too long: what is risky stays, and what was cut is said."""

from collections.abc import Sequence
from dataclasses import dataclass, field

GITHUB_MOST = 65_536
"""GitHub's limit of a comment, in characters; held in bytes here, which are never fewer."""

SUMMARY_MOST = 1_000_000
"""GitHub takes a job summary of 1 MiB."""


@dataclass(frozen=True)
class Part:
    """A part of a comment: items between a head and a tail."""

    importance: int
    """The smaller, the longer it stays whole."""

    items: Sequence[str]
    head: str = ""
    tail: str = ""
    between: str = "\n"
    what: str = "changes"
    """What the items are, to say how many were cut."""

    short: Sequence[str] = field(default=())
    """The items in fewer words, where they have any, for when they do not fit otherwise."""


def fitted(first: str, parts: Sequence[Part], last: str, most: int | None, where: str) -> str:
    """Put a comment together, of at most so many bytes.

    `first` and `last` always stay whole. `where` says where the rest is, behind "the rest is in".
    """
    if most is None:
        return _joined([first, *(_whole(part, part.items) for part in parts), last])
    note = f"> [!NOTE]\n> This is not all of it: %s. The rest is in {where}."
    room = most - _size(first) - _size(last) - _size(note) - _LONGEST_NOTE
    made: dict[int, str] = {}
    cut: dict[str, int] = {}
    for index in sorted(range(len(parts)), key=lambda index: parts[index].importance):
        text, left_out = _fit(parts[index], room)
        made[index] = text
        room -= _size(text) + 2 if text else 0
        if left_out:
            cut[parts[index].what] = cut.get(parts[index].what, 0) + left_out
    told = note % ", ".join(f"{number:,} {what} are left out" for what, number in cut.items()) if cut else ""
    return _joined([first, told, *(made[index] for index in sorted(made)), last])


_LONGEST_NOTE = 1_000


def _fit(part: Part, room: int) -> tuple[str, int]:
    """Give as much of a part as there is room for, and how many items were cut."""
    whole = _whole(part, part.items)
    if _size(whole) <= room:
        return whole, 0
    items = part.short or part.items
    whole = _whole(part, items)
    if _size(whole) <= room:
        return whole, 0
    left = room - _size(part.head) - _size(part.tail) - 4 * len("\n\n")
    kept: list[str] = []
    for item in items:
        left -= _size(item) + len(part.between)
        if left < 0:
            break
        kept.append(item)
    return _whole(part, kept), len(items) - len(kept)


def _whole(part: Part, items: Sequence[str]) -> str:
    return _joined([part.head, part.between.join(items), part.tail]) if items else ""


def _joined(texts: Sequence[str]) -> str:
    return "\n\n".join(text for text in texts if text)


def _size(text: str) -> int:
    return len(text.encode(errors="replace"))
