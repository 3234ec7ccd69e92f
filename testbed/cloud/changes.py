"""What changed between two sets of inputs, and whether that means another resource."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from testbed.cloud.judging import Schema, replaced
from testbed.cloud.kinds import UNKNOWN, Kind


@dataclass(frozen=True)
class Change:
    """One input that changed."""

    path: str
    """As the engine shows it: `nodeConfig.taints[0].key`."""
    how: Literal["add", "delete", "update"]
    replaces: bool


def changes(old: Mapping[str, Any], new: Mapping[str, Any], kind: Kind, schema: Schema) -> list[Change]:
    """Give what changed, down to single values; what is empty is as good as absent."""
    found: list[Change] = []
    for parts, how in _walk(old, new, []):
        replaces = _replaces([part if isinstance(part, str) else "[*]" for part in parts], kind, schema)
        found.append(Change(_shown(parts), how, replaces))
    return found


def _walk(
    old: Any, new: Any, parts: list[str | int]
) -> Iterator[tuple[list[str | int], Literal["add", "delete", "update"]]]:
    if _same(old, new):
        return
    if UNKNOWN not in (old, new) and (isinstance(old, Mapping) or isinstance(new, Mapping)):
        left, right = _as_map(old), _as_map(new)
        for key in sorted({*left, *right}):
            if not (key.startswith("__") and not parts):
                yield from _walk(left.get(key), right.get(key), [*parts, key])
    elif UNKNOWN not in (old, new) and (isinstance(old, list) or isinstance(new, list)):
        one, other = _as_list(old), _as_list(new)
        for number in range(max(len(one), len(other))):
            yield from _walk(_nth(one, number), _nth(other, number), [*parts, number])
    else:
        yield parts, "add" if old is None else "delete" if new is None else "update"


def _same(old: Any, new: Any) -> bool:
    return old == new or (_is_empty(old) and _is_empty(new))


def _is_empty(value: Any) -> bool:
    return value is None or value in ({}, [])


def _as_map(value: Any) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}


def _as_list(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else []


def _nth(values: list[Any], number: int) -> Any:
    return values[number] if number < len(values) else None


def _replaces(parts: list[str], kind: Kind, schema: Schema) -> bool:
    path = ".".join(parts).replace(".[*]", "[*]")
    if _within(path, kind.updates):
        return False
    return path == kind.named_by or _within(path, kind.replaces) or replaced(schema, kind.type, parts)


def _within(path: str, paths: frozenset[str]) -> bool:
    return any(path == each or path.startswith((f"{each}.", f"{each}[")) for each in paths)


def _shown(parts: list[str | int]) -> str:
    shown = ""
    for part in parts:
        if isinstance(part, int):
            shown += f"[{part}]"
        elif part.replace("_", "").isalnum():
            shown += f".{part}" if shown else part
        else:
            shown += f'["{part}"]'
    return shown
