"""Lengths of time: `30s`, `90m`, `1h30m`."""

import re
from functools import total_ordering
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from components.settings.refusal import refuse

_WRITTEN = re.compile(r"(?:(?P<h>[0-9]{1,6})h)?(?:(?P<m>[0-9]{1,6})m)?(?:(?P<s>[0-9]{1,9})s)?", re.ASCII)
_NEARLY = re.compile(
    r"(?P<number>[0-9]{1,6})\s*(?P<unit>d|days?|h|hrs?|hours?|m|mins?|minutes?|s|secs?|seconds?)?",
    re.ASCII | re.IGNORECASE,
)
_HOURS_A_DAY = 24


@total_ordering
class Duration:
    """A length of time of a second or more: compared by value, shown as it was written."""

    __slots__ = ("seconds", "text")

    def __init__(self, text: str) -> None:
        """Read a length of time; raise `ValueError` where it is none."""
        match = _WRITTEN.fullmatch(text)
        hours, minutes, seconds = (int(part or 0) for part in match.groups()) if match else (0, 0, 0)
        self.text = text
        self.seconds = hours * 3600 + minutes * 60 + seconds
        if not self.seconds:
            raise ValueError(f"{text} is not a length of time")

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"Duration({self.text!r})"

    def __eq__(self, other: object) -> bool:
        return self.seconds == other.seconds if isinstance(other, Duration) else NotImplemented

    def __lt__(self, other: "Duration") -> bool:
        return self.seconds < other.seconds

    def __hash__(self) -> int:
        return hash(self.seconds)

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        """Let pydantic read a length of time from a text."""
        return core_schema.no_info_plain_validator_function(
            _read, serialization=core_schema.plain_serializer_function_ser_schema(str)
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: CoreSchema, _handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Let editors know a length of time when they see one."""
        return {"type": "string", "pattern": r"^(?=.*[1-9])([0-9]+h)?([0-9]+m)?([0-9]+s)?$"}


def _read(given: Any) -> Duration:
    if isinstance(given, Duration):
        return given
    try:
        return Duration(given if isinstance(given, str) else "")
    except ValueError:
        suggestion = "" if isinstance(given, bool) else _nearest(str(given).strip())
        raise refuse("a length of time in hours, minutes and seconds, such as 1h, 90m or 1h30m", suggestion) from None


def _nearest(text: str) -> str:
    match = _NEARLY.fullmatch(text)
    if match is None or not int(match["number"]):
        return ""
    number, unit = int(match["number"]), (match["unit"] or "").lower()[:1]
    if unit == "d":
        return f"did you mean {number * _HOURS_A_DAY}h?"
    if unit:
        return f"did you mean {number}{unit}?"
    return f"say the unit: {number}s, {number}m or {number}h"
