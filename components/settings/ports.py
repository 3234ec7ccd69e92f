"""Ranges of ports on the cluster's nodes."""

import re
from typing import Any, NamedTuple

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from components.settings.refusal import refuse

_LOWEST, _HIGHEST = 1024, 65535


class PortRange(NamedTuple):
    """Ports from `first` to `last`, both among them; written `30080-30089`, or `30080` for one."""

    first: int
    last: int

    @property
    def ports(self) -> range:
        """Every port of the range, in order."""
        return range(self.first, self.last + 1)

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        """Let pydantic read a range from a text or a number."""
        return core_schema.no_info_plain_validator_function(
            _read, serialization=core_schema.plain_serializer_function_ser_schema(str)
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: CoreSchema, _handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Let editors know a range when they see one."""
        return {
            "anyOf": [
                {"type": "string", "pattern": "^[0-9]{4,5}(-[0-9]{4,5})?$"},
                {"type": "integer", "minimum": _LOWEST, "maximum": _HIGHEST},
            ]
        }


def _read(given: Any) -> PortRange:
    if isinstance(given, PortRange):
        return given
    text = str(given) if isinstance(given, str | int) and not isinstance(given, bool) else ""
    match = re.fullmatch(r"([0-9]{4,5})(?:-([0-9]{4,5}))?", text, re.ASCII)
    first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
    if _LOWEST <= first <= last <= _HIGHEST:
        return PortRange(first, last)
    backwards = match and _LOWEST <= last < first <= _HIGHEST
    raise refuse(
        f"ports from {_LOWEST} to {_HIGHEST} as first-last, such as 30080-30089",
        f"did you mean {last}-{first}?" if backwards else "",
    )
