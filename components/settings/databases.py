"""PostgreSQL clusters of the platform, run by CloudNativePG."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from components.settings.quantities import Quantity, Storage
from components.settings.refusal import refuse
from components.settings.section import Section, Whole

_CHOICES = "refuse or delete"
_MEND = "write refuse, or delete once pg_dump has taken what you want to keep"
_SMALLEST = Quantity("1Gi")


def _on_destroy(choice: object) -> object:
    if choice == "keep":
        raise refuse(
            f"{_CHOICES}: a database cannot outlive its cluster, as it runs in it",
            _MEND,
        )
    if choice == "archive":
        raise refuse(
            f"{_CHOICES}: backups of databases come with a later version of hubstack",
            _MEND,
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
    on_destroy: Annotated[Literal["refuse", "delete"], BeforeValidator(_on_destroy)] = Field(
        default="refuse",
        description=(
            "What becomes of the data when the stack is destroyed; it takes effect at the next `pulumi up`. refuse: "
            "nothing is destroyed until another choice stands here; delete: the data is gone. It cannot be kept: a "
            "database cannot outlive its cluster."
        ),
        examples=["delete"],
    )
