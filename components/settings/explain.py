"""Turning what pydantic found wrong into mistakes that people can read and mend."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args, get_origin

from pydantic import ValidationError

from components.settings import outline
from components.settings.errors import Mistake
from components.settings.refusal import REFUSED
from components.settings.source import Path, written

_LONGEST_SHOWN = 80
_LARGEST_SHOWN = 10**18
_KINDS = {
    "model_type": ("a section: keys with values below", ""),
    "dict_type": ("a section: names with values below", ""),
    "tuple_type": ("a list", "write [a, b], or one entry a line behind a hyphen"),
    "string_type": ("a text", ""),
    "int_type": ("a whole number", "write the number alone, without quotes, unit or decimal point"),
    "int_from_float": ("a whole number", "write the number without a decimal point"),
    "bool_type": ("true or false", "write true or false, without quotes"),
    "string_too_short": ("a text that is not empty", ""),
    "too_short": ("one entry or more", ""),
}
_MISSING = {
    (
        "cloud",
        "kubeconfig",
    ): "run `. ./activate` after `make up`, which sets HUBSTACK_KUBECONFIG, or set this key to a file",
    (
        "cloud",
        "context",
    ): "run `. ./activate` after `make up`, which sets HUBSTACK_CONTEXT, or set this key to one of the file's contexts",
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


def faults(error: ValidationError, config: Mapping[str, Any]) -> list[Fault]:
    """Give what pydantic found in `config`."""
    return [
        Fault(
            _path(found["loc"], config),
            found["type"],
            found["input"],
            found.get("ctx", {}),
            found["loc"][-1:] == ("[key]",),
        )
        for found in error.errors(include_url=False)
    ]


def explained(found: list[Fault]) -> Iterator[Mistake]:
    """Explain each finding, but for a missing key that is there with a slip of the pen: that is one mistake, not two."""
    slips = {(*fault.path[:-1], _known_near(fault.path)) for fault in found if fault.is_unknown_key}
    return (explain(fault) for fault in found if fault.kind != "missing" or fault.path not in slips)


def explain(fault: Fault) -> Mistake:
    """Say in our own words what is wrong, what is allowed, and how to mend it."""
    path, kind, given, context = fault.path, fault.kind, fault.given, fault.context
    if fault.is_unknown_key:
        return _unknown_key(path)
    if kind == "missing" or (given is None and kind != REFUSED):
        return _missing(path)
    shown = _clean(str(path[-1])) if fault.is_name else show(path, given)
    if kind == REFUSED:
        return Mistake(path, shown, context["allowed"], context["mend"])
    if kind == "literal_error":
        return _not_among(path, given, shown)
    if kind == "greater_than_equal":
        return Mistake(path, shown, f"{context['ge']} or more")
    if kind == "less_than_equal":
        return Mistake(path, shown, f"{context['le']} or less")
    if kind == "string_type" and isinstance(given, int | float):
        return Mistake(path, shown, "a text", "put it in quotes: without them YAML reads a number, or true or false")
    allowed, mend = _KINDS.get(kind, (_described(path), ""))
    return Mistake(path, shown, allowed, mend)


def show(path: Path, given: Any) -> str:
    """Show what was given, unless it is or may hold a secret: then only what kind of thing it is."""
    if given is None:
        return "nothing (null)"
    if isinstance(given, Mapping):
        return "a section"
    if isinstance(given, list | tuple):
        return "a list"
    if outline.holds_secret(path):
        return "****"
    if isinstance(given, bool):
        return str(given).lower()
    if isinstance(given, int | float):
        return str(given) if abs(given) < _LARGEST_SHOWN else "a number too large to show"
    return _clean(str(given))


def nearest_first(word: str, words: Iterable[str]) -> list[str]:
    """Put words in order, those most like `word` first."""
    return sorted(words, key=lambda known: -difflib.SequenceMatcher(None, _folded(word), _folded(known)).ratio())


def _clean(text: str) -> str:
    if not text.isprintable() or text != text.strip() or not text:
        text = ascii(text)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def nearest(word: str, words: Iterable[str]) -> str | None:
    """Give the word that `word` was probably meant to be."""
    known = {_folded(known): known for known in words}
    matches = difflib.get_close_matches(_folded(word), known, n=1, cutoff=0.6)
    return known[matches[0]] if matches else None


def _folded(word: str) -> str:
    return word.lower().replace("-", "_")


def _path(loc: tuple[str | int, ...], config: Mapping[str, Any]) -> Path:
    """Turn pydantic's location into the path as written: it names types of unions and `[key]` besides."""
    path: list[str | int] = []
    here: Any = config
    for index, part in enumerate(loc):
        if isinstance(here, Mapping) and part in here:
            here = cast("Mapping[Any, Any]", here)[part]
        elif isinstance(here, list) and isinstance(part, int) and part < len(cast("list[Any]", here)):
            here = cast("list[Any]", here)[part]
        elif part == "[key]" or index < len(loc) - 1:
            continue
        path.append(part)
    return tuple(path)


def _unknown_key(path: Path) -> Mistake:
    return Mistake(path, "a key that is not known here", f"the keys {_listed(_known(path))}", _meant(path))


def _known(path: Path) -> list[str]:
    section = outline.section_at(path[:-1])
    return list(section.model_fields) if section else []


def _known_near(path: Path) -> str | None:
    return nearest(str(path[-1]), _known(path))


def _meant(path: Path) -> str:
    if near := _known_near(path):
        return f"did you mean {near}?"
    key, section = str(path[-1]), path[:-1]
    elsewhere = [place for place in outline.every_key() if _folded(place[-1]) == _folded(key)]
    if len(elsewhere) == 1:
        return f"{elsewhere[0][-1]} belongs to {written(_filled(elsewhere[0], section)[:-1])}"
    return "take it away, or pass it to the chart through chart_values" if "hubs" in section else "take it away"


def _filled(place: tuple[str, ...], near: Path) -> Path:
    """Put the hub's name where `place` says any hub."""
    return tuple(
        str(near[1]) if part == "*" and index == 1 and len(near) > 1 else part for index, part in enumerate(place)
    )


def _missing(path: Path) -> Mistake:
    field = outline.field_at(path)
    examples = field.examples if field else None
    example = f", such as {path[-1]}: {examples[0]}" if examples and not isinstance(examples[0], dict) else ""
    return Mistake(path, "nothing", _described(path), _MISSING.get(path, f"add the key {path[-1]}{example}"))


def _described(path: Path) -> str:
    field = outline.field_at(path)
    sentence = (field.description if field else None) or "what the documentation says of it"
    first = sentence.split(". ")[0].rstrip(".")
    return first if first[:2].isupper() else first[0].lower() + first[1:]


def _not_among(path: Path, given: Any, shown: str) -> Mistake:
    field = outline.field_at(path)
    choices = [str(choice) for choice in _choices(field.annotation if field else None)]
    near = nearest(given, choices) if isinstance(given, str) else None
    allowed = choices[0] if len(choices) == 1 else f"one of {_listed(choices)}"
    return Mistake(path, shown, allowed, f"did you mean {near}?" if near else "")


def _choices(kind: Any) -> Iterator[Any]:
    if get_origin(kind) is Literal:
        yield from get_args(kind)
    else:
        for inner in get_args(kind):
            yield from _choices(inner)


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words)
