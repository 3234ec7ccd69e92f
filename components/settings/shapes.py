"""Looking into what YAML or JSON gave, whatever it is."""

from collections.abc import Mapping
from typing import Any, cast


def keys(value: Any) -> Mapping[str, Any]:
    """Give a section as it is, and anything else as a section without keys."""
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}


def entries(value: Any) -> list[Any]:
    """Give a list as it is, and anything else as an empty one."""
    return cast("list[Any]", value) if isinstance(value, list) else []
