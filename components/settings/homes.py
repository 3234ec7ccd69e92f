"""The file system that holds people's home folders."""

from typing import Literal

from pydantic import Field

from components.settings.quantities import Quantity, Storage
from components.settings.section import Section

OnDestroy = Literal["refuse", "keep", "archive", "delete"]
"""What becomes of what holds people's work when the stack is destroyed."""


class Homes(Section):
    """One shared file system for every hub of the platform, with a folder for each."""

    capacity: Storage = Field(
        default=Quantity("10Gi"),
        description=(
            "Size of the file system that all homes share; it can grow and never shrink. Default: the least that the "
            "cloud sells, 1Ti of Filestore on gcp and 100Gi of Azure Files on azure. On aws it is only what the "
            "volumes say of themselves, 1Ti: EFS grows and shrinks by itself. So it is on local, where homes lie in a "
            "folder of the node: 10Gi."
        ),
        examples=["10Gi", "1Ti"],
    )
    on_destroy: OnDestroy = Field(
        default="refuse",
        description=(
            "What becomes of people's homes when the stack is destroyed; it takes effect at the next `pulumi up`. "
            "refuse: nothing is destroyed until another choice stands here; keep: the file system stays in the cloud, "
            "and is paid for, on gcp with the network that it hangs on, on azure with its account, its endpoint and "
            "their network, on aws by itself; archive: a last backup is taken and stays; delete: they are gone. On "
            "local the homes are a folder of the node, which always stays. The default loses nothing by one command."
        ),
        examples=["keep"],
    )
