"""Disks for each person's server, beside the home."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from components.settings.names import MountPath, ObjectName, SubPath
from components.settings.quantities import Storage
from components.settings.refusal import refuse
from components.settings.section import Section, YesOrNo

NOTEBOOK = "notebook"
"""KubeSpawner's name for the container that a person works in."""

LONGEST_CLAIM_NAME = 20
"""Leaves room for the 48 characters of a person's name in a label's 63, were it one."""


def _claim_name(name: str) -> str:
    if re.fullmatch(r"[a-z]([-a-z0-9]*[a-z0-9])?", name) and len(name) <= LONGEST_CLAIM_NAME:
        return name
    nearest = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-0123456789")
    raise refuse(
        f"a name of at most {LONGEST_CLAIM_NAME} lower-case letters, digits and hyphens that begins with a letter",
        f"did you mean {nearest}?" if nearest and nearest != name and len(nearest) <= LONGEST_CLAIM_NAME else "",
    )


def _container(name: str) -> str:
    if re.fullmatch(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?", name):
        return name
    raise refuse("a container's name, such as notebook")


class ExtraClaim(Section):
    """A disk for each person's server: made before its first start, and kept when it stops."""

    name: Annotated[str, AfterValidator(_claim_name)] = Field(
        description="What the disk is called: each person's claim is <name>-<person>; no default.", examples=["scratch"]
    )
    storage_class: ObjectName = Field(
        alias="class",
        default="block",
        description=(
            "Class of the disk: block or fast for the platform's own, or the name of another that the cluster has. A "
            "disk keeps the class that it was made with, so another one is refused. The default costs least."
        ),
        examples=["fast"],
    )
    capacity: Storage = Field(
        description=(
            "Size of each person's disk; no default. A larger one is given to disks that exist at their next start; a "
            "smaller one is refused."
        ),
        examples=["1Gi"],
    )
    mount: MountPath = Field(description="Where containers see the disk; no default.", examples=["/scratch"])
    sub_path: SubPath = Field(
        default="",
        description=(
            "Folder of the disk that is mounted, made where there is none. Default: the whole disk, with the "
            "lost+found that some file systems put there."
        ),
        examples=["data"],
    )
    containers: Annotated[tuple[Annotated[str, AfterValidator(_container)], ...], Field(min_length=1)] = Field(
        default=(NOTEBOOK,),
        description="Containers of the server that see the disk. Default: the one that people work in.",
        examples=[[NOTEBOOK]],
    )
    delete_with_user: YesOrNo = Field(
        default=False,
        description=(
            "Whether a person's disk is deleted with the person, as an admin deletes one in the hub. Default: it "
            "stays, and `python -m ops.claims` finds it."
        ),
        examples=[True],
    )
