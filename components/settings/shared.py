"""Folders that people of a hub share, beside each one's home."""

import re
from typing import Annotated, Any, Literal, cast

from pydantic import AfterValidator, BeforeValidator, Field

from components.settings.refusal import refuse
from components.settings.section import Section, YesOrNo


def _off_or(given: Any) -> Any:
    if given is None or given is True:
        raise refuse("readonly, readwrite, or false", "write readonly, if admins are to look and not to change")
    return None if given is False else given


def _groups(given: Any) -> Any:
    if not isinstance(given, bool | list | tuple):
        mend = f"write [{given}], or true" if isinstance(given, str) else "write false, or take the key away"
        raise refuse("true for every group, false for none, or a list of groups", mend)
    return {True: None, False: ()}.get(given, given) if isinstance(given, bool) else cast("Any", given)


def _group(name: str) -> str:
    if name == name.strip() and name and not re.search(r"[\x00-\x1f]", name):
        return name
    raise refuse("a group's name as JupyterHub knows it", "take the spaces away")


class SharedFolders(Section):
    """Folders of the hub that its people share; they lie beside the homes, and in each home as a folder."""

    readonly: YesOrNo = Field(
        default=True,
        description=(
            "Whether everyone sees the hub's _shared at ~/shared, to read and not to write: what admins put there, "
            "such as a course's data."
        ),
        examples=[True],
    )
    readwrite_for_admins: YesOrNo = Field(
        default=True,
        description="Whether admins see the same folder at ~/shared-readwrite, to write.",
        examples=[True],
    )
    allusers: Annotated[
        Literal["readonly", "readwrite"] | None,
        BeforeValidator(_off_or, json_schema_input_type=Literal["readonly", "readwrite", False]),
    ] = Field(
        default=None,
        json_schema_extra={"default": False},
        description=(
            "Whether admins see everyone's homes at ~/allusers: readonly to look, readwrite to change; false, the "
            "default: not at all, as homes are private."
        ),
        examples=["readonly"],
    )
    public: YesOrNo = Field(
        default=False,
        description=(
            "Whether everyone sees _shared-public at ~/shared-public, to read and write. Anyone can change and delete "
            "what others put there, so the default is false."
        ),
        examples=[True],
    )
    groups: Annotated[
        tuple[Annotated[str, AfterValidator(_group)], ...] | None,
        BeforeValidator(_groups, json_schema_input_type=bool | list[str]),
    ] = Field(
        default=(),
        description=(
            "Whether members of a group of the hub see its folder at ~/groups/<group>, to read and write: true for "
            "every group that a person is in, or a list of groups. Default: false."
        ),
        examples=[["staff", "data8"]],
    )
