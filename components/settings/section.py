"""What every section of a stack file has in common."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, StrictBool, StrictInt, model_validator
from pydantic.fields import FieldInfo

from components.settings.refusal import refuse


class Section(BaseModel):
    """A section of the stack file: no unknown key, never changed once read.

    A section left empty in YAML (`users:` with nothing behind it) is one of defaults only.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _empty_means_defaults(cls, given: Any) -> Any:
        return {} if given is None else given


def fields(section: type[Section]) -> Mapping[str, FieldInfo]:
    """Give a section's fields by their keys in the stack file, of which Python reserves some (`class`) for itself."""
    return {field.alias or name: field for name, field in section.model_fields.items()}


def false_means_off(given: Any) -> Any:
    """Let `false` switch a section off: it is None then. null is refused, as it might mean either."""
    if given is None:
        raise refuse("a section, or false to switch this off", "write false, or take the key away for the defaults")
    return None if given is False else given


def _empty_section(given: Any) -> Any:
    return {} if given is None else given


ChosenIfThere = BeforeValidator(_empty_section)
"""Marks a section that is chosen by being there, even when it is left empty."""

Whole = StrictInt
"""A whole number; no text, no 1.0."""

YesOrNo = StrictBool
"""true or false; no text such as yes, which YAML 1.2 and Pulumi do not take for a boolean."""
