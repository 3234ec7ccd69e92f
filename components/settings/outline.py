"""What the models say of a place in the stack file: which section stands there, with which keys, secret or not."""

import types
from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any, Union, cast, get_args, get_origin

from pydantic import JsonValue, SecretStr
from pydantic.fields import FieldInfo

from components.settings.section import Section
from components.settings.source import Path
from components.settings.stack import StackSettings


def section_at(path: Path) -> type[Section] | None:
    """Give the section that stands at a path, if it is one that the models know."""
    kind = _kind_at(path)
    return kind if _is_section(kind) else None


def field_at(path: Path) -> FieldInfo | None:
    """Give the field that a path ends in, if its section knows such a key."""
    section = section_at(path[:-1])
    return section.model_fields.get(str(path[-1])) if section and path else None


def holds_secret(path: Path) -> bool:
    """Whether what stands at a path is, or may hold, what nobody should read; so it is where nobody knows."""
    kind = _kind_at(path)
    return kind is None or _secret_inside(kind)


def section_inside(field: FieldInfo) -> tuple[type[Section] | None, str]:
    """Give the section that a field holds, and what leads to it: `.<name>` in a section by names, `[0]` in a list."""
    kind = _bare(field.annotation)
    mark = {dict: ".<name>", tuple: "[0]"}.get(get_origin(kind), "")
    inside = next((inner for inner, _ in _parts(kind)), None) if mark else kind
    return (cast("type[Section]", inside), mark) if _is_section(inside) else (None, "")


def is_secret(field: FieldInfo) -> bool:
    """Whether a field itself is a secret."""
    return _bare(field.annotation) is SecretStr


@cache
def every_key() -> tuple[tuple[str, ...], ...]:
    """Give the path of every key there is, `*` standing for a hub's name and for the place in a list."""
    return tuple(_keys(StackSettings, ()))


def _keys(kind: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for inner, name in _parts(kind):
        if name != "*":
            yield (*path, name)
        yield from _keys(inner, (*path, name))


def _parts(kind: Any) -> Iterator[tuple[Any, str]]:
    """Give the types inside a type, with the key that leads to each."""
    if _is_section(kind):
        yield from ((_bare(field.annotation), name) for name, field in cast("type[Section]", kind).model_fields.items())
    elif get_origin(kind) in (dict, tuple):
        item = get_args(kind)[1 if get_origin(kind) is dict else 0]
        yield _bare(item), "*"


def _kind_at(path: Path) -> Any:
    kind: Any = StackSettings
    for part in path:
        inside = {name: inner for inner, name in _parts(kind)}
        kind = inside.get("*", inside.get(str(part)))
        if kind is None:
            return None
    return kind


def _bare(kind: Any) -> Any:
    """Take `Annotated` and `| None` away from a type."""
    if get_origin(kind) is Annotated:
        return _bare(get_args(kind)[0])
    if get_origin(kind) in (Union, types.UnionType):
        return next(_bare(choice) for choice in get_args(kind) if choice is not type(None))
    return kind


def _is_section(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Section)


def _secret_inside(kind: Any) -> bool:
    # What is passed to the chart may be anything, a token too.
    return kind in (SecretStr, JsonValue) or any(_secret_inside(inner) for inner, _ in _parts(kind))
