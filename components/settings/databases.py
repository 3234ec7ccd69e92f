"""PostgreSQL clusters of the platform, run by CloudNativePG."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from components.settings.quantities import Quantity, Storage
from components.settings.refusal import refuse
from components.settings.section import Section, Whole

_SMALLEST = Quantity("1Gi")


def _on_destroy(choice: object) -> object:
    if choice == "keep":
        raise refuse(
            "refuse, archive or delete: a database cannot outlive its cluster, as it runs in it",
            "write archive for a last snapshot of its disk, which stays; or delete once pg_dump has taken all you want",
        )
    return choice


def _disk(size: Quantity) -> Quantity:
    if size >= _SMALLEST:
        return size
    raise refuse(
        f"{_SMALLEST} or more: PostgreSQL's log of changes alone grows to that, and a full disk stops the database",
        f"write {_SMALLEST}, or 10Gi for a course",
    )


class Database(Section):
    """One PostgreSQL cluster, in a namespace that bears its name."""

    instances: Annotated[Whole, Field(ge=1, le=9)] = Field(
        default=1,
        description=(
            "How many servers hold the data, each on a disk of its own, one to nine. The default, one, is away for a "
            "minute when its node goes; with three, one can go unnoticed."
        ),
        examples=[1, 3],
    )
    storage: Annotated[Storage, AfterValidator(_disk)] = Field(
        default=Quantity("10Gi"),
        description=(
            "Size of each server's disk, 1Gi or more; it can grow and never shrink. The default suits a course; a full "
            "disk stops the database."
        ),
        examples=["10Gi", "100Gi"],
    )
    on_destroy: Annotated[Literal["refuse", "archive", "delete"], BeforeValidator(_on_destroy)] = Field(
        default="refuse",
        description=(
            "What becomes of the data when the stack is destroyed; it takes effect at the next `pulumi up`. refuse: "
            "nothing is destroyed until another choice stands here; archive: a last snapshot of the disk is taken and "
            "stays (not on local), and without it the database does; delete: the data is gone. It cannot be kept: a "
            "database cannot outlive its cluster."
        ),
        examples=["archive"],
    )
