"""Values passed through to the chart: known to it, and not the ones that hubstack sets itself."""

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from components import versions
from components.settings import source
from components.settings.checks.own_values import OWN
from components.settings.draft import Draft
from components.settings.errors import Mistake
from components.settings.shapes import keys
from components.settings.words import nearest, nearest_first

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator

_SCHEMA = Path(__file__).parents[2] / "hub" / f"jupyterhub-{versions.JUPYTERHUB_CHART}.values.schema.json"
_REFERENCE = "the chart's reference, https://z2jh.jupyter.org/en/stable/resources/reference.html"
_MOST_LISTED = 8
_KINDS = {
    "object": "a section",
    "array": "a list",
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}


def check(draft: Draft, hub: str) -> Iterator[Mistake]:
    """Find values that the chart does not take, or that hubstack sets itself."""
    place = ("hubs", hub, "chart_values")
    values = keys(draft.given(*place))
    if not values or not draft.sound(*place):
        return
    ours = {(*place, *own.split(".")): instead for own, instead in OWN.items()}
    ours = {path: instead for path, instead in ours.items() if draft.has(*path)}
    for path, instead in ours.items():
        yield Mistake(path, "a value that hubstack sets itself", "values that no setting stands for", instead)
    for error in _chart().iter_errors(dict(values)):
        yield from (mistake for mistake in _explain(error, place) if not _within(mistake.path, ours))


def _within(path: source.Path, sections: Iterable[source.Path]) -> bool:
    return any(path[: len(section)] == section for section in sections)


@cache
def _chart() -> "Validator":
    """Give the chart's schema for a part of its values: what it requires comes from elsewhere."""
    from jsonschema import Draft7Validator, validators  # noqa: PLC0415 - slow to import, and most stacks need none

    jsonschema: Any = validators  # its extend() has no types
    return jsonschema.extend(Draft7Validator, {"required": _nothing})(json.loads(_SCHEMA.read_text()))


def _nothing(*_: Any) -> Iterator["ValidationError"]:
    return iter(())


def _explain(error: "ValidationError", place: source.Path) -> Iterator[Mistake]:
    """Say what the chart's schema found. No value is repeated: chart values may hold secrets."""
    path = (*place, *error.absolute_path)
    if error.validator == "additionalProperties":
        yield from _unknown_keys(path, keys(error.instance), keys(error.schema))
    else:
        yield Mistake(path, _kind(error.instance), _allowed(str(error.validator), error.validator_value))


def _unknown_keys(path: source.Path, given: Any, schema: Any) -> Iterator[Mistake]:
    known, patterns = list(keys(schema.get("properties"))), list(keys(schema.get("patternProperties")))
    for key in given:
        if key in known or any(re.search(pattern, key) for pattern in patterns):
            continue
        near = nearest(key, known)
        allowed = f"the keys {_some(key, known)}" if known else f"the keys that match {' or '.join(patterns)}"
        yield Mistake(
            (*path, key), "a key that the chart does not know", allowed, f"did you mean {near}?" if near else ""
        )


def _some(key: str, known: list[str]) -> str:
    """List keys, those most like `key` first; the chart has sections of fifty."""
    listed = ", ".join(nearest_first(key, known)[:_MOST_LISTED])
    return listed if len(known) <= _MOST_LISTED else f"{listed} and {len(known) - _MOST_LISTED} more"


def _allowed(rule: str, value: Any) -> str:
    match rule:
        case "type":
            return " or ".join(_KINDS[kind] for kind in ([value] if isinstance(value, str) else value))
        case "enum":
            return "one of " + ", ".join(json.dumps(choice) for choice in value if choice)
        case "minimum":
            return f"{value} or more"
        case _:
            return f"what {_REFERENCE} says of it"


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    names = ((bool, "true or false"), (str, "a text"), (int | float, "a number"), (list, "a list"))
    return next((name for kind, name in names if isinstance(value, kind)), "a section")
