"""Finding what a killed engine had begun to make: by its name, or by its label among those of its kind."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast

from ops.clouds.asking import answer
from ops.clouds.thing import Existing, Look, tags_of
from ops.recovery.state import fields

TAG = "hubstack-platform"
_FIELD = re.compile(r"{(\w+)}")
_STATES = ("status", "state", "State", "provisioningState", "LifeCycleState", "lifecycleState")
_WRAPPERS = ("cluster", "nodegroup", "addon", "accessEntry", "Role", "properties")


class UnclearError(Exception):
    """What is there cannot be told apart; the message names it."""


def look(table: Look, inputs: Mapping[str, Any], common: Sequence[str], known: Collection[str]) -> Existing | None:
    """Give what exists of a resource with these inputs; None where there is nothing.

    `common` are words that every command of this cloud ends with; `known` are ids of the same kind that the state has.
    Raises CloudError where the cloud does not say, and UnclearError where several fit.
    """
    words = [filled(word, inputs) for word in table.command.split()]
    said = answer(*words, *common)
    if not said:
        return None
    things = _things(said, table) if table.found else [cast("dict[str, Any]", said)]
    if table.found:
        things = [thing for thing in things if _fits(thing, table, inputs) and _id(thing, table, inputs) not in known]
    if len(things) > 1:
        things = _of_the_same_name(things, inputs) or things
    if len(things) > 1:
        raise UnclearError(", ".join(_id(thing, table, inputs) for thing in things))
    return next((_existing(thing, table, inputs) for thing in things), None)


def filled(text: str, inputs: Mapping[str, Any]) -> str:
    """Give a text with the inputs put in; of an input that is a whole path, only the name at its end."""

    def value(match: re.Match[str]) -> str:
        whole = str(inputs.get(match[1]) or "")
        return whole if match[1] in {"scope", "principalArn"} else whole.rstrip("/").rpartition("/")[2]

    return _FIELD.sub(value, text)


def complete(table: Look, inputs: Mapping[str, Any]) -> bool:
    """Say whether the inputs name all that the look-up asks with."""
    return all(inputs.get(name) for name in _FIELD.findall(table.command + table.id))


def _things(said: Any, table: Look) -> list[dict[str, Any]]:
    things = [cast("dict[str, Any]", said)]
    for key in table.found.split("."):
        things = [each for thing in things for each in cast("list[dict[str, Any]]", thing.get(key) or [])]
    return things


def _fits(thing: dict[str, Any], table: Look, inputs: Mapping[str, Any]) -> bool:
    platform = inputs.get(TAG)
    bears = tags_of(thing)
    if bears and platform and bears.get(TAG) != platform:
        return False
    return all(str(thing.get(field)) == str(inputs.get(name)) for field, name in table.match.items())


def _of_the_same_name(things: list[dict[str, Any]], inputs: Mapping[str, Any]) -> list[dict[str, Any]]:
    name = tags_of(inputs).get("Name")
    return [thing for thing in things if name and tags_of(thing).get("Name") == name]


def _existing(thing: dict[str, Any], table: Look, inputs: Mapping[str, Any]) -> Existing:
    inner = next((found for key in _WRAPPERS if (found := fields(thing.get(key)))), fields(None))
    state = next((str(each[key]) for each in (thing, inner) for key in _STATES if isinstance(each.get(key), str)), "")
    return Existing(_id(thing, table, inputs), (tags_of(thing) or tags_of(inner)).get(TAG, ""), state)


def _id(thing: Mapping[str, Any], table: Look, inputs: Mapping[str, Any]) -> str:
    if not table.key:
        return filled(table.id, inputs)
    whole = str(thing.get(table.key) or "")
    return whole.rpartition("/")[2] if whole.startswith("arn:") else whole
