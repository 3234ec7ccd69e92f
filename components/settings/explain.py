"""Turning what pydantic found wrong into mistakes that people can read and mend."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from components.settings import outline
from components.settings.clouds import PROVIDERS, meant
from components.settings.errors import Mistake
from components.settings.refusal import REFUSED
from components.settings.section import fields
from components.settings.shapes import entries, keys
from components.settings.source import Path, how_to_encrypt, written
from components.settings.words import clean, folded, nearest

_LARGEST_SHOWN = 10**18
_MOST_PLACES = 4
_KINDS = {
    "model_type": ("a section: keys with values below", ""),
    "model_attributes_type": ("a section: the key provider, and what belongs to it, below", ""),
    "dict_type": ("a section: names with values below", "write a name and a colon instead of each hyphen"),
    "tuple_type": ("a list", "write [a, b], or one entry a line behind a hyphen"),
    "string_type": ("a text", ""),
    "int_type": ("a whole number", "write the number alone, without quotes, unit or decimal point"),
    "bool_type": ("true or false", "write true or false, without quotes"),
    "string_too_short": ("a text that is not empty", ""),
}
_PROVIDER = ("cloud", "provider")
_MISSING: dict[Path, str] = {
    ("cloud", "kubeconfig"): (
        "run `. ./activate` after `make up`, which sets HUBSTACK_KUBECONFIG; or set this key and context to lead to a "
        "cluster of yours (KUBECONFIG is not looked at, so that no command acts on a cluster by accident)"
    ),
    ("cloud",): (
        "add hubstack:cloud: {provider: local} for a cluster that exists, or provider: gcp, aws or azure and what "
        "docs/settings.md asks for it"
    ),
    _PROVIDER: "add provider: local for a cluster that exists, or the cloud that the platform is to be made in",
    ("hubs",): "add a hub below hubstack:hubs, such as hub: {auth: {dummy: {}}}",
}


@dataclass(frozen=True)
class Fault:
    """One finding of pydantic's, at the place where it stands in the stack file."""

    path: Path
    place: Path
    """Where the path leads in the models."""
    kind: str
    given: Any
    context: Mapping[str, Any]
    provider: str | None
    """The platform's cloud."""
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
        return self.is_unknown_key or (self.is_name and self.path[:-1] in (("hubs",), ("databases",)))


def unknown_provider(config: Mapping[str, Any]) -> tuple[Fault | None, Mapping[str, Any]]:
    """Find a provider that is none, but was probably meant to be one; give the stack file as it was probably meant.

    So the rest of the cloud's section is looked at in the same run.
    """
    cloud = keys(config.get("cloud"))
    given = cloud.get("provider")
    provider = meant(given) if isinstance(given, str) and given not in PROVIDERS else None
    if provider is None:
        return None, config
    return _provider_fault(given), {**config, "cloud": {**cloud, "provider": provider}}


def faults(error: ValidationError, config: Mapping[str, Any]) -> list[Fault]:
    """Give what pydantic found in `config`."""
    return [
        _no_cloud(config)
        if found["type"].startswith("union_tag")
        else _fault(_path(found["loc"], config), found["type"], found, config)
        for found in error.errors(include_url=False)
    ]


def _fault(path: Path, kind: str, found: ErrorDetails, config: Mapping[str, Any]) -> Fault:
    return Fault(
        path=path,
        place=outline.place(path, config),
        kind=kind,
        given=found["input"],
        context=found.get("ctx", {}),
        provider=keys(config.get("cloud")).get("provider"),
        is_name=found["loc"][-1:] == ("[key]",),
    )


def _no_cloud(config: Mapping[str, Any]) -> Fault:
    """Say what keeps pydantic from knowing which cloud's keys these are."""
    cloud = config.get("cloud")
    if not isinstance(cloud, Mapping):
        return Fault(("cloud",), ("cloud",), "model_type", cloud, {}, None, is_name=False)
    return _provider_fault(keys(cloud).get("provider"))


def _provider_fault(given: Any) -> Fault:
    place = outline.of_cloud(_PROVIDER, PROVIDERS[0])
    return Fault(_PROVIDER, place, "provider", given, {}, None, is_name=False)


def explain(found: list[Fault]) -> list[Mistake]:
    """Explain each finding, but for missing keys that another mistake tells of.

    A key that is there with a slip of the pen is one mistake, not two, and which contexts there are to choose from only
    the kubeconfig says. Nor is a list too short for having wrong entries.
    """
    found = [fault for fault in found if not (fault.kind == "too_short" and _has_wrong_entries(fault, found))]
    slips = {(*fault.path[:-1], _near(fault.place)) for fault in found if fault.is_unknown_key}
    told_of = {*slips, ("cloud", "context")}
    return [_explain(fault) for fault in found if not (fault.is_missing and fault.path in told_of)]


def _has_wrong_entries(fault: Fault, found: list[Fault]) -> bool:
    length = len(fault.path)
    return any(len(other.path) > length and other.path[:length] == fault.path for other in found)


def show(place: Path, given: Any) -> str:
    """Show what was given at a place, unless it is or may hold a secret: then only what kind of thing it is."""
    if isinstance(given, Mapping):
        return "a section" if given else "an empty section"
    if isinstance(given, list | tuple):
        return "a list"
    if given is None:
        return "nothing (null)"
    if outline.holds_secret(place):
        return "****"
    if isinstance(given, int | float) and abs(given) >= _LARGEST_SHOWN:
        return "a number too large to show"
    return str(given).lower() if isinstance(given, bool) else clean(str(given))


def _explain(fault: Fault) -> Mistake:
    """Say in our own words what is wrong, what is allowed, and how to mend it."""
    path = fault.path
    if fault.is_unknown_key:
        known = ", ".join(_known(fault.place))
        return Mistake(path, "a key that is not known here", f"the keys {known}", _meant(fault))
    if fault.is_missing and path == _PROVIDER:
        return Mistake(path, "nothing", f"one of {', '.join(PROVIDERS)}", _MISSING[path])
    if fault.is_missing:
        return Mistake(path, "nothing", _described(fault.place), _MISSING.get(path) or _added(fault))
    allowed, mend = _allowed(fault)
    return Mistake(path, clean(str(path[-1])) if fault.is_name else show(fault.place, fault.given), allowed, mend)


def _allowed(fault: Fault) -> tuple[str, str]:
    """Say what is allowed, and how to get there from what was given."""
    match fault.kind:
        case "hubstack_refused":
            return fault.context["allowed"], fault.context["mend"]
        case "literal_error" | "provider":
            return _one_of(fault)
        case "greater_than_equal" | "less_than_equal" | "too_short" | "too_long":
            return _bounds(fault)
        case "string_type" if isinstance(fault.given, int | float):
            return "a text", "put it in quotes: without them YAML reads a number, or true or false"
        case kind:
            return _KINDS.get(kind, (_described(fault.place), ""))


def _bounds(fault: Fault) -> tuple[str, str]:
    context, mend = fault.context, _MISSING.get(fault.path, "")
    match fault.kind:
        case "greater_than_equal":
            return f"{context['ge']} or more", ""
        case "less_than_equal":
            return f"{context['le']} or less", ""
        case "too_short":
            least = context["min_length"]
            return "one entry or more" if least == 1 else f"{least} entries or more", mend
        case _:
            return f"{context['max_length']} entries or fewer", ""


def _path(loc: tuple[str | int, ...], config: Mapping[str, Any]) -> Path:
    """Turn pydantic's location into the path as written: it names types of unions and `[key]` besides."""
    if loc[:1] == ("cloud",):
        loc = (*loc[:1], *loc[2:])  # behind it stands the cloud's name
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


def _known(place: Path) -> list[str]:
    """Give the keys of the section that a place's last key stands in."""
    section = outline.section_at(place[:-1])
    return list(fields(section)) if section else []


def _near(place: Path) -> str | None:
    """Give the key that an unknown one was probably meant to be, unless it is just right for another cloud."""
    return None if _clouds_with(place) else nearest(str(place[-1]), _known(place))


def _clouds_with(place: Path) -> list[str]:
    """Give the other clouds that have an unknown key in the same place."""
    provider, path = outline.provider_of(place), outline.as_written(place)
    if provider is None or folded(str(path[-1])) in map(folded, _known(place)):
        return []
    return [other for other in PROVIDERS if str(path[-1]) in _known(outline.of_cloud(path, other))]


def _meant(fault: Fault) -> str:
    """Say what an unknown key was probably meant to be, or where it belongs."""
    key = str(fault.place[-1])
    if clouds := _clouds_with(fault.place):
        return f"{key} belongs to {_and(clouds)}, and this platform is on {fault.provider}: take it away"
    if near := _near(fault.place):
        return f"did you mean {near}?"
    elsewhere = [place for place in outline.every_key() if folded(place[-1]) == folded(key)]
    places = list(_written(elsewhere, fault))
    if 1 <= len(places) <= _MOST_PLACES:
        return f"{elsewhere[0][-1]} belongs to {' or '.join(places)}"
    return "take it away, or pass it to the chart through chart_values" if "hubs" in fault.path else "take it away"


def _written(places: list[tuple[str, ...]], fault: Fault) -> Iterator[str]:
    """Write the sections of keys as paths; those of other clouds only where the key stands in the cloud's section."""
    close = [place for place in places if outline.provider_of(place) in (fault.provider, None)]
    paths: dict[str, list[str]] = {}
    for place in close or (places if fault.path[0] == "cloud" else []):
        path = written(_of_the_same_hub(outline.as_written(place), fault.path)[:-1])
        paths.setdefault(path, []).append(outline.provider_of(place) or "")
    for path, clouds in paths.items():
        yield path if close else f"{path} of {_and(clouds)}"


def _and(words: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _of_the_same_hub(path: Path, near: Path) -> Path:
    hub = str(near[1]) if len(near) > 1 and path[0] == near[0] == "hubs" else "<name>"
    return tuple(hub if part == "*" else part for part in path)


def _added(fault: Fault) -> str:
    """Say how a key is added that is not there."""
    field, key = outline.field_at(fault.place), fault.path[-1]
    if field and outline.is_secret(field):
        return how_to_encrypt(fault.path)
    example = field.examples[0] if field and field.examples else None
    return f"add the key {key}" + (f", such as {key}: {example}" if isinstance(example, str) else "")


def _described(place: Path) -> str:
    """Give the first sentence of what the models say of a key."""
    field = outline.field_at(place)
    first = (field.description if field and field.description else "another value").split(". ")[0].rstrip(".")
    return first if first[:2].isupper() else first[0].lower() + first[1:]


def _one_of(fault: Fault) -> tuple[str, str]:
    field = outline.field_at(fault.place)
    choices = PROVIDERS if fault.path == _PROVIDER else [str(c) for c in _choices(field.annotation if field else None)]
    word = fault.given if isinstance(fault.given, str) else ""
    near = meant(word) if fault.path == _PROVIDER else nearest(word, choices)
    allowed = f"{choices[0]}, the only choice" if len(choices) == 1 else f"one of {', '.join(choices)}"
    return allowed, f"did you mean {near}?" if near else ""


def _choices(kind: Any) -> Iterator[Any]:
    if get_origin(kind) is Literal:
        yield from get_args(kind)
    else:
        for inner in get_args(kind):
            yield from _choices(inner)
