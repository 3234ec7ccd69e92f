"""A PostgreSQL beside each person's notebook."""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from components.settings.names import ObjectName
from components.settings.quantities import Cpu, Memory, Quantity, Storage
from components.settings.refusal import refuse
from components.settings.section import Section, YesOrNo

CLAIM = "postgres"
"""The claim that holds a person's database."""


def _quoted(given: Any) -> Any:
    if isinstance(given, int) and not isinstance(given, bool):
        raise refuse("a major version of PostgreSQL as a text", f'write it in quotes: "{given}"')
    return given


Major = Annotated[Literal["16", "17", "18"], BeforeValidator(_quoted, json_schema_input_type=Literal["16", "17", "18"])]
"""A major version, of which `versions.POSTGRESQL_IMAGES` has the image."""


def _extension(name: str) -> str:
    if re.fullmatch(r"[a-z_][a-z0-9_-]{0,62}", name):
        return name
    raise refuse("the name of an extension that the image brings, such as pg_trgm or uuid-ossp")


class DatabaseMemory(Section):
    """Memory of one person's database."""

    guarantee: Memory = Field(
        default=Quantity("64Mi"),
        description="Memory kept free on the node for each database. The default is what an idle one takes.",
        examples=["64Mi"],
    )
    limit: Memory = Field(
        default=Quantity("512Mi"),
        description="Memory at which the database is restarted. The default suits an introductory course.",
        examples=["512Mi"],
    )


class DatabaseCpu(Section):
    """CPU of one person's database."""

    guarantee: Cpu = Field(
        default=Quantity("0.01"),
        description="CPU cores kept for each database. The default is small, as databases are idle most of the time.",
        examples=[0.01],
    )
    limit: Cpu = Field(
        default=Quantity("1"), description="CPU cores that a database can use at most; default: one.", examples=[1]
    )


class UserDatabase(Section):
    """A PostgreSQL for each person, which answers on a socket that only that person's server sees."""

    postgres: Major = Field(
        default="17",
        description=(
            "Major version of PostgreSQL, in quotes: 16, 17 or 18. A database's files are of one version: another is "
            "refused, unless upgrade_from says that each database is to be brought over."
        ),
        examples=["17"],
    )
    capacity: Storage = Field(
        default=Quantity("1Gi"),
        description=(
            "Size of each database's disk; it can grow and never shrink. The default suits a course: PostgreSQL's own "
            "files take 50Mi of it, and its log of changes up to a part that follows the disk's size."
        ),
        examples=["1Gi"],
    )
    max_capacity: Storage | None = Field(
        default=None,
        description=(
            "Size up to which a disk grows by itself, doubling at a start that finds it nearly full. Default: none, it "
            "does not grow by itself, and the person is told that it is nearly full."
        ),
        examples=["10Gi"],
    )
    storage_class: ObjectName = Field(
        alias="class",
        default="block",
        description=(
            "Class of the disks: block or fast for the platform's own, or the name of another that the cluster has. A "
            "disk keeps the class that it was made with, so another one is refused. The default costs least."
        ),
        examples=["fast"],
    )
    memory: DatabaseMemory = Field(default=DatabaseMemory(), description="Memory of each database.")
    cpu: DatabaseCpu = Field(default=DatabaseCpu(), description="CPU of each database.")
    extensions: tuple[Annotated[str, AfterValidator(_extension)], ...] = Field(
        default=(),
        description="Extensions that each database has from its start, among those that the image brings.",
        examples=[["pg_trgm"]],
    )
    upgrade_from: Major | None = Field(
        default=None,
        description=(
            "Major version that databases had before: each is dumped by the old one and restored by the new at its "
            "next start, which takes as long as its data is large. Default: none."
        ),
        examples=["16"],
    )
    delete_with_user: YesOrNo = Field(
        default=False,
        description=(
            "Whether a database is deleted with its person, as an admin deletes one in the hub. Default: its disk "
            "stays, and `python -m ops.claims` finds it."
        ),
        examples=[True],
    )

    @property
    def largest(self) -> Quantity:
        """The size up to which a disk may come."""
        return self.max_capacity or self.capacity
