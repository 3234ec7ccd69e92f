"""What the models say of a place in the stack file: which section stands there, with which keys, secret or not.

A place is a path with one part more: behind `cloud` stands which cloud's section is meant.
"""

import types
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Annotated, Any, NamedTuple, Union, cast, get_args, get_origin

from pydantic import JsonValue, SecretStr
from pydantic.fields import FieldInfo

from components.settings.section import Section, fields
from components.settings.shapes import keys
from components.settings.source import Path
from components.settings.stack import StackSettings

_CHOSEN_BY = "provider"


class Choice(str):
    """The part of a place that no stack file has: which of several sections is meant."""

    __slots__ = ()


class Inner(NamedTuple):
    """A section that a field holds."""

    section: type[Section]
    mark: str
    """What leads to it: `.<name>` in a section by names, `[0]` in a list, else nothing."""
    provider: str
    """The cloud it belongs to, where there is one section for each."""


def place(path: Path, config: Mapping[str, Any]) -> Path:
    """Give the place of a path: in the section of the cloud that `config`, the whole stack file, names."""
    if len(path) > 1 and path[0] == "cloud":
        return of_cloud(path, str(keys(config.get("cloud")).get(_CHOSEN_BY)))
    return path


def of_cloud(path: Path, provider: str) -> Path:
    """Give the place that a path below `cloud` has in a cloud's section."""
    return ("cloud", Choice(provider), *path[1:])


def provider_of(place: Path) -> str | None:
    """Give the cloud that a place belongs to."""
    return next((part for part in place if isinstance(part, Choice)), None)


def as_written(place: Path) -> Path:
    """Give a place's path in the stack file."""
    return tuple(part for part in place if not isinstance(part, Choice))


def section_at(place: Path) -> type[Section] | None:
    """Give the section that stands at a place, if it is one that the models know."""
    kind = _kind_at(place)
    return kind if _is_section(kind) else None


def field_at(place: Path) -> FieldInfo | None:
    """Give the field that a place ends in, if its section knows such a key."""
    section = section_at(place[:-1])
    return fields(section).get(str(place[-1])) if section and place else None


def holds_secret(place: Path) -> bool:
    """Whether what stands at a place is, or may hold, what nobody should read; so it is where nobody knows."""
    kind = _kind_at(place)
    return kind is None or _secret_inside(kind)


def sections_inside(field: FieldInfo) -> list[Inner]:
    """Give the section that a field holds; the cloud's field holds one for each cloud."""
    kind = _bare(field.annotation)
    mark = {dict: ".<name>", tuple: "[0]"}.get(get_origin(kind), "")
    if _is_section(kind):
        return [Inner(kind, mark, "")]
    return [Inner(inside, mark, name.strip("*")) for inside, name in _parts(kind) if _is_section(inside)]


def is_secret(field: FieldInfo) -> bool:
    """Whether a field itself is a secret."""
    return _bare(field.annotation) is SecretStr


@cache
def every_secret() -> tuple[tuple[str, ...], ...]:
    """Give the place of every key that holds a secret, `*` standing for names and places in lists."""
    return tuple(place for place, kind in _keys(StackSettings, ()) if kind is SecretStr)


@cache
def every_key() -> tuple[tuple[str, ...], ...]:
    """Give the place of every key there is, `*` standing for names and places in lists."""
    return tuple(place for place, _ in _keys(StackSettings, ()))


def _keys(kind: Any, place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Give the place and the type of every key inside a type."""
    for inner, name in _parts(kind):
        if name != "*" and not isinstance(name, Choice):
            yield (*place, name), inner
        yield from _keys(inner, (*place, name))


def _parts(kind: Any) -> Iterator[tuple[Any, str]]:
    """Give the types inside a type, with the part of a place that leads to each."""
    if _is_section(kind):
        yield from ((_bare(field.annotation), name) for name, field in fields(cast("type[Section]", kind)).items())
    elif _is_union(kind):
        for section in cast("tuple[type[Section], ...]", get_args(kind)):
            (provider,) = get_args(fields(section)[_CHOSEN_BY].annotation)
            yield section, Choice(provider)
    elif get_origin(kind) in (dict, tuple):
        item = get_args(kind)[1 if get_origin(kind) is dict else 0]
        yield _bare(item), "*"


def _kind_at(place: Path) -> Any:
    kind: Any = StackSettings
    for part in place:
        inside = {name: inner for inner, name in _parts(kind)}
        kind = inside.get("*", inside.get(str(part)))
        if kind is None:
            return None
    return kind


def _bare(kind: Any) -> Any:
    """Take `Annotated` and `| None` away from a type."""
    if get_origin(kind) is Annotated:
        return _bare(get_args(kind)[0])
    if _is_union(kind):
        choices = [choice for choice in get_args(kind) if choice is not type(None)]
        return kind if all(_is_section(choice) for choice in choices) and len(choices) > 1 else _bare(choices[0])
    return kind


def _is_section(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Section)


def _is_union(kind: Any) -> bool:
    return get_origin(kind) in (Union, types.UnionType)


def _secret_inside(kind: Any) -> bool:
    # What is passed to the chart may be anything, a token too.
    return kind in (SecretStr, JsonValue) or any(_secret_inside(inner) for inner, _ in _parts(kind))
