"""Whether inputs are what the SDK's types say: every one known, none missing, each of its type."""

import difflib
import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

from testbed.cloud.kinds import UNKNOWN, Wrong

Schema = dict[str, Any]

_NUMBERS = ("integer", "number")
_SHAPES: dict[str, type] = {"block": Mapping, "list": list, "map": Mapping}
_PLAIN: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "any": (object,),
}


def judge(inputs: Mapping[str, Any], schema: Schema, token: str) -> Iterator[Wrong]:
    """Give what is wrong with a resource's inputs."""
    yield from _fields(inputs, schema["kinds"][token]["fields"], schema["blocks"], "")


def replaced(schema: Schema, token: str, parts: list[str]) -> bool:
    """Say whether the SDK's documentation says of an input, or of what it is part of, that its change replaces."""
    kind = schema["kinds"][token]
    fields: Schema = kind["fields"]
    wanted = ".".join(parts)
    if any(wanted == each or wanted.startswith(f"{each}.") for each in kind["replaces"]):
        return True
    for part in parts:
        if part == "[*]":
            continue
        field: Schema | None = fields.get(part)
        if field is None:
            return False
        if field.get("replaces"):
            return True
        below: Schema = field.get("list") or field.get("map") or field
        fields = schema["blocks"][below["block"]]["fields"] if "block" in below else {}
    return False


def _fields(given: Mapping[str, Any], fields: Schema, blocks: Schema, path: str) -> Iterator[Wrong]:
    before = f"{path}." if path else ""
    for name, value in given.items():
        if name in fields:
            yield from _value(value, fields[name], blocks, f"{before}{name}")
        elif not name.startswith("__"):
            near = difflib.get_close_matches(name, fields, 1)
            meant = f"; did you mean {near[0]!r}?" if near else ""
            yield Wrong(f"{before}{name}", f"An argument named {name!r} is not expected here{meant}")
    for name, field in fields.items():
        if field["required"] and given.get(name) is None:
            yield Wrong(f"{before}{name}", f"Missing required argument: the argument {name!r} is required")


def _value(value: Any, wanted: Schema, blocks: Schema, path: str) -> Iterator[Wrong]:
    if value is None or value == UNKNOWN:
        return
    shape = next((each for each in _SHAPES if each in wanted), "")
    if shape and not isinstance(value, _SHAPES[shape]):
        yield _mistyped(path, f"a {shape}", value)
    elif shape == "block":
        yield from _fields(value, blocks[wanted["block"]]["fields"], blocks, path)
    elif shape == "list":
        for number, each in enumerate(cast("list[Any]", value)):
            yield from _value(each, wanted["list"], blocks, f"{path}[{number}]")
    elif shape == "map":
        for key, each in cast("Mapping[str, Any]", value).items():
            yield from _value(each, wanted["map"], blocks, f"{path}[{key!r}]")
    else:
        yield from _plain(value, wanted, path)


def _plain(value: Any, wanted: Schema, path: str) -> Iterator[Wrong]:
    if not isinstance(value, _PLAIN[wanted["is"]]) or (isinstance(value, bool) and wanted["is"] in _NUMBERS):
        yield _mistyped(path, f"a {wanted['is']}", value)
    elif "one_of" in wanted and value not in wanted["one_of"]:
        allowed = ", ".join(map(str, wanted["one_of"]))
        yield Wrong(path, f"expected {path} to be one of [{allowed}], got {value}")
    elif "pattern" in wanted and not re.fullmatch(wanted["pattern"], str(value)):
        yield Wrong(path, f"{path} {value!r} doesn't match regexp {wanted['pattern']!r}")
    elif value < wanted.get("least", value) or value > wanted.get("most", value):
        allowed = f"({wanted.get('least', '')} - {wanted.get('most', '')})"
        yield Wrong(path, f"expected {path} to be in the range {allowed}, got {value}")


def _mistyped(path: str, wanted: str, value: object) -> Wrong:
    return Wrong(path, f"Inappropriate value for {path!r}: {wanted} is required, got {type(value).__name__}")
