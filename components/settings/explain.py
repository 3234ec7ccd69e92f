"""Turning what pydantic found wrong into mistakes that people can read and mend."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from pydantic import ValidationError

from components.settings import outline
from components.settings.errors import Mistake
from components.settings.refusal import REFUSED
from components.settings.shapes import entries, keys
from components.settings.source import Path, written
from components.settings.words import clean, folded, nearest

_LARGEST_SHOWN = 10**18
_MOST_PLACES = 4
_KINDS = {
    "model_type": ("a section: keys with values below", ""),
    "dict_type": ("a section: names with values below", "write a name and a colon instead of each hyphen"),
    "tuple_type": ("a list", "write [a, b], or one entry a line behind a hyphen"),
    "string_type": ("a text", ""),
    "int_type": ("a whole number", "write the number alone, without quotes, unit or decimal point"),
    "bool_type": ("true or false", "write true or false, without quotes"),
    "string_too_short": ("a text that is not empty", ""),
    "too_short": ("one entry or more", ""),
}
_MISSING: dict[Path, str] = {
    ("cloud", "kubeconfig"): (
        "run `. ./activate` after `make up`, which sets HUBSTACK_KUBECONFIG; or set this key and context to lead to a "
        "cluster of yours (KUBECONFIG is not looked at, so that no command acts on a cluster by accident)"
    ),
    ("cloud",): "add hubstack:cloud: {provider: local}",
    ("hubs",): "add a hub below hubstack:hubs, such as hub: {auth: {dummy: {}}}",
}


@dataclass(frozen=True)
class Fault:
    """One finding of pydantic's, at the place where it stands in the stack file."""

    path: Path
    kind: str
    given: Any
    context: Mapping[str, Any]
    is_name: bool
    """Whether it is the name at the path's end that is wrong, and not what stands behind it."""

    @property
    def is_unknown_key(self) -> bool:
        """Whether nothing is wrong but that no such key exists."""
        return self.kind == "extra_forbidden"

    @property
    def is_missing(self) -> bool:
        """Whether there is nothing where something must be."""
        return self.kind == "missing" or (self.given is None and self.kind != REFUSED)

    @property
    def is_harmless(self) -> bool:
        """Whether what stands at and below the path can be looked into all the same."""
        return self.is_unknown_key or (self.is_name and self.path[:-1] == ("hubs",))


def faults(error: ValidationError, config: Mapping[str, Any]) -> list[Fault]:
    """Give what pydantic found in `config`."""
    return [
        Fault(
            path=_path(found["loc"], config),
            kind=found["type"],
            given=found["input"],
            context=found.get("ctx", {}),
            is_name=found["loc"][-1:] == ("[key]",),
        )
        for found in error.errors(include_url=False)
    ]


def explain(found: list[Fault]) -> list[Mistake]:
    """Explain each finding, but for missing keys that another mistake tells of.

    A key that is there with a slip of the pen is one mistake, not two, and which contexts there are to choose from only
    the kubeconfig says.
    """
    slips = {(*fault.path[:-1], _known_near(fault.path)) for fault in found if fault.is_unknown_key}
    told_of = {*slips, ("cloud", "context")}
    return [_explain(fault) for fault in found if not (fault.is_missing and fault.path in told_of)]


def show(path: Path, given: Any) -> str:
    """Show what was given, unless it is or may hold a secret: then only what kind of thing it is."""
    if isinstance(given, Mapping):
        return "a section" if given else "an empty section"
    if isinstance(given, list | tuple):
        return "a list"
    if given is None:
        return "nothing (null)"
    if outline.holds_secret(path):
        return "****"
    if isinstance(given, int | float) and abs(given) >= _LARGEST_SHOWN:
        return "a number too large to show"
    return str(given).lower() if isinstance(given, bool) else clean(str(given))


def _explain(fault: Fault) -> Mistake:
    """Say in our own words what is wrong, what is allowed, and how to mend it."""
    path = fault.path
    if fault.is_unknown_key:
        return Mistake(path, "a key that is not known here", f"the keys {', '.join(_known(path))}", _meant(path))
    if fault.is_missing:
        return Mistake(path, "nothing", _described(path), _MISSING.get(path) or _added(path))
    allowed, mend = _allowed(fault)
    return Mistake(path, clean(str(path[-1])) if fault.is_name else show(path, fault.given), allowed, mend)


def _allowed(fault: Fault) -> tuple[str, str]:
    """Say what is allowed, and how to get there from what was given."""
    match fault.kind:
        case "hubstack_refused":
            return fault.context["allowed"], fault.context["mend"]
        case "literal_error":
            return _one_of(fault)
        case "greater_than_equal":
            return f"{fault.context['ge']} or more", ""
        case "less_than_equal":
            return f"{fault.context['le']} or less", ""
        case "string_type" if isinstance(fault.given, int | float):
            return "a text", "put it in quotes: without them YAML reads a number, or true or false"
        case kind:
            allowed, mend = _KINDS.get(kind, (_described(fault.path), ""))
            return allowed, _MISSING.get(fault.path, mend) if kind == "too_short" else mend


def _path(loc: tuple[str | int, ...], config: Mapping[str, Any]) -> Path:
    """Turn pydantic's location into the path as written: it names types of unions and `[key]` besides."""
    path: list[str | int] = []
    here: Any = config
    for index, part in enumerate(loc):
        if isinstance(part, str) and part in keys(here):
            here = keys(here)[part]
        elif isinstance(part, int) and part < len(entries(here)):
            here = entries(here)[part]
        elif part == "[key]" or index < len(loc) - 1:
            continue
        path.append(part)
    return tuple(path)


def _known(path: Path) -> list[str]:
    """Give the keys of the section that a path's last key stands in."""
    section = outline.section_at(path[:-1])
    return list(section.model_fields) if section else []


def _known_near(path: Path) -> str | None:
    return nearest(str(path[-1]), _known(path))


def _meant(path: Path) -> str:
    """Say what an unknown key was probably meant to be, or where it belongs."""
    if near := _known_near(path):
        return f"did you mean {near}?"
    key, section = str(path[-1]), path[:-1]
    elsewhere = [place for place in outline.every_key() if folded(place[-1]) == folded(key)]
    if 1 <= len(elsewhere) <= _MOST_PLACES:
        places = [written(_of_the_same_hub(place, section)[:-1]) for place in elsewhere]
        return f"{elsewhere[0][-1]} belongs to {' or '.join(places)}"
    return "take it away, or pass it to the chart through chart_values" if "hubs" in section else "take it away"


def _of_the_same_hub(place: tuple[str, ...], near: Path) -> Path:
    hub = str(near[1]) if len(near) > 1 and near[0] == "hubs" else "<name>"
    return tuple(hub if part == "*" else part for part in place)


def _added(path: Path) -> str:
    """Say how a key is added that is not there."""
    field = outline.field_at(path)
    example = field.examples[0] if field and field.examples else None
    return f"add the key {path[-1]}" + (f", such as {path[-1]}: {example}" if isinstance(example, str) else "")


def _described(path: Path) -> str:
    """Give the first sentence of what the models say of a key."""
    field = outline.field_at(path)
    first = (field.description if field and field.description else "another value").split(". ")[0].rstrip(".")
    return first if first[:2].isupper() else first[0].lower() + first[1:]


def _one_of(fault: Fault) -> tuple[str, str]:
    field = outline.field_at(fault.path)
    choices = [str(choice) for choice in _choices(field.annotation if field else None)]
    near = nearest(fault.given, choices) if isinstance(fault.given, str) else None
    allowed = f"{choices[0]}, the only choice" if len(choices) == 1 else f"one of {', '.join(choices)}"
    return allowed, f"did you mean {near}?" if near else ""


def _choices(kind: Any) -> Iterator[Any]:
    if get_origin(kind) is Literal:
        yield from get_args(kind)
    else:
        for inner in get_args(kind):
            yield from _choices(inner)
