"""What differs between a resource's old and new inputs, leaf by leaf."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from ops.preview.veil import HIDDEN

Path = tuple[str | int, ...]


class _Nothing:
    def __repr__(self) -> str:
        return "nothing"


NOTHING = _Nothing()
"""Stands for what one side does not have."""

UNKNOWN = frozenset(
    {
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "030794c1-ac77-496b-92df-f27374a8bd58",
        "e48ece36-62e2-4504-bad9-02848725956a",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    }
)
"""What the engine writes for a value that is known only once its resource is there: one for each type of value."""

_DEEPEST = 40
_INTERNAL = frozenset({"__defaults", "__internal", "__provider", "__fieldManager", "__inputs"})
_TAGS = frozenset({"labels", "tags", "tagsAll", "effectiveLabels", "pulumiLabels", "resourceLabels", "defaultTags"})
_LABELS_OF_ALL = re.compile(
    r"(app\.kubernetes\.io|helm\.sh|meta\.helm\.sh|hubstack\.dev|pulumi\.com|kubectl\.kubernetes\.io)/"
)


@dataclass(frozen=True)
class Difference:
    """One value that is another one."""

    path: Path
    old: Any
    new: Any
    forces: bool = False
    """Whether the resource is made anew because of it."""

    @property
    def written(self) -> str:
        """The path as the engine writes it: `fileShares.capacityGb`, `zones[0]`."""
        return written(self.path)

    @property
    def is_noise(self) -> bool:
        """Whether nobody but a provider or a bill looks at it."""
        head, *rest = self.path or ("",)
        if any(part in _INTERNAL for part in self.path):
            return True
        if head in _TAGS:
            return True
        kept = head == "metadata" and len(rest) > 1 and rest[0] in ("labels", "annotations")
        return kept and bool(_LABELS_OF_ALL.match(str(rest[1]))) and rest[1] != "pod-security.kubernetes.io/enforce"


def written(path: Sequence[str | int]) -> str:
    """Write a path as the engine does."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif re.fullmatch(r"[\w$-]+", part):
            text += f".{part}" if text else part
        else:
            text += f'["{part}"]'
    return text


def parsed(text: str) -> Path:
    """Read a path that the engine wrote."""
    found = re.finditer(r'\["((?:[^"\\]|\\.)*)"\]|\[(\d{1,9})\]|([^.\[\]]+)|(\[)', text)
    return tuple(int(each[2]) if each[2] else each[1] if each[1] is not None else each[0] for each in found)


def differences(old: Any, new: Any, path: Path = ()) -> Iterator[Difference]:
    """Find what differs, leaf by leaf; what one side lacks is told leaf by leaf as well."""
    if len(path) > _DEEPEST:
        if old != new:
            yield blinded(path, old, new)
    elif _is_section(old, new):
        olds, news = _keys(old), _keys(new)
        for key in sorted({*olds, *news}):
            yield from differences(olds.get(key, NOTHING), news.get(key, NOTHING), (*path, key))
    elif _is_list(old, new):
        olds, news = _entries(old), _entries(new)
        for index in range(max(len(olds), len(news))):
            one = olds[index] if index < len(olds) else NOTHING
            other = news[index] if index < len(news) else NOTHING
            yield from differences(one, other, (*path, index))
    elif old is not new and (type(old), old) != (type(new), new) and not _same_number(old, new):
        yield blinded(path, old, new)


def blinded(path: Path, old: Any, new: Any, *, forces: bool = False) -> Difference:
    """Give a difference; where one side is a secret, the other is one as well."""
    if is_hidden(old) or is_hidden(new):
        old, new = (side if side is NOTHING else HIDDEN for side in (old, new))
    return Difference(path, old, new, forces)


def _same_number(old: Any, new: Any) -> bool:
    numbers = isinstance(old, int | float) and isinstance(new, int | float)
    return numbers and not isinstance(old, bool) and not isinstance(new, bool) and old == new


def _is_section(*sides: Any) -> bool:
    return all(side is NOTHING or isinstance(side, dict) for side in sides) and any(map(_filled, sides))


def _is_list(*sides: Any) -> bool:
    return all(side is NOTHING or isinstance(side, list) for side in sides) and any(map(_filled, sides))


def _filled(side: Any) -> bool:
    return side is not NOTHING and bool(side)


def _keys(side: Any) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", side) if isinstance(side, dict) else {}


def _entries(side: Any) -> list[Any]:
    return cast("list[Any]", side) if isinstance(side, list) else []


def at(value: Any, path: Path) -> Any:
    """Give what stands at a path, or NOTHING."""
    for part in path:
        if isinstance(value, dict):
            value = cast("dict[Any, Any]", value).get(part, NOTHING)
        elif isinstance(value, list) and isinstance(part, int) and part < len(cast("list[Any]", value)):
            value = cast("list[Any]", value)[part]
        else:
            return NOTHING
    return value


def is_hidden(value: Any) -> bool:
    """Say whether a value is a secret."""
    return isinstance(value, str) and value == HIDDEN
