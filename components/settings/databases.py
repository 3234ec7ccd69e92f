"""PostgreSQL clusters of the platform, run by CloudNativePG."""

from typing import Annotated, Literal

from pydantic import Field

from components.settings.quantities import Quantity, Storage
from components.settings.section import Section, Whole


class Database(Section):
    """One PostgreSQL cluster, in a namespace that bears its name."""

    instances: Annotated[Whole, Field(ge=1, le=9)] = Field(
        default=1,
        description=(
            "How many servers hold the data, each on a disk of its own. The default, one, is away for a minute when "
            "its node goes; with three, one can go unnoticed."
        ),
        examples=[1, 3],
    )
    storage: Storage = Field(
        default=Quantity("10Gi"),
        description="Size of each server's disk. The default suits a course; a full disk stops the database.",
        examples=["10Gi", "100Gi"],
    )
    on_destroy: Literal["refuse", "delete"] = Field(
        default="refuse",
        description=(
            "What becomes of the data when the stack is destroyed; it takes effect at the next `pulumi up`. refuse: "
            "nothing is destroyed until another choice stands here; delete: the data is gone."
        ),
        examples=["delete"],
    )
