"""The file system that holds people's home folders."""

from pydantic import Field

from components.settings.quantities import Quantity, Storage
from components.settings.section import Section


class Homes(Section):
    """One shared file system for every hub of the platform, with a folder for each."""

    capacity: Storage = Field(
        default=Quantity("10Gi"),
        description=(
            "Size of the file system that all homes share. On cloud local it is what the volumes say of themselves: "
            "nothing enforces it, as homes lie in a folder of the node. The default suits a laptop."
        ),
        examples=["10Gi", "1Ti"],
    )
