"""The groups of nodes that a platform makes, with the same keys on every cloud."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field

from components.settings.names import Text
from components.settings.quantities import Quantity, Storage
from components.settings.refusal import refuse
from components.settings.section import ChosenIfThere, Section, Whole

_SMALLEST_DISK = Quantity("30Gi")
"""A node's system and one image of servers need it; Azure's own node image takes no smaller disk."""


def _disk(size: Quantity) -> Quantity:
    if size >= _SMALLEST_DISK:
        return size
    raise refuse(
        f"{_SMALLEST_DISK} or more: a node's system and the images of servers lie on it",
        f"write {_SMALLEST_DISK}, or 100Gi for large images",
    )


Disk = Annotated[Storage, AfterValidator(_disk)]
Nodes = Annotated[Whole, Field(ge=0, le=1000)]
"""A number of nodes; no cloud gives more than 1000 to one group."""


class Pool(Section):
    """A group of like nodes, which grows and shrinks with what is asked of it."""

    machine: Text | None = Field(
        default=None,
        description="The cloud's name of the machine type; components/settings/clouds/machines.py lists those known.",
    )
    min: Nodes = Field(default=0, description="How many nodes there are at least.")
    max: Annotated[Nodes, Field(ge=1)] | None = Field(default=None, description="How many nodes there may be.")
    disk: Disk = Field(
        default=Quantity("100Gi"),
        description=(
            "Size of each node's disk, for its system and images. The default is what operators of many hubs use: a "
            "few large images fit side by side, and a full disk throws servers off the node."
        ),
        examples=["100Gi"],
    )

    @property
    def machine_type(self) -> str:
        """The machine type: the one given, or the one that was chosen for what is needed."""
        if self.machine is None:
            raise ValueError("settings.load chooses a machine for every pool")
        return self.machine

    @property
    def most(self) -> int:
        """How many nodes there may be: as given, or as many as what is needed takes."""
        if self.max is None:
            raise ValueError("settings.load chooses a maximum for every pool")
        return self.max


class CorePool(Pool):
    """Nodes of the hubs themselves, of databases, and of what Kubernetes needs; never of people's servers."""

    machine: Text | None = Field(
        default=None,
        description=(
            "The machine type. Default: the one with 2 CPU cores and 16 GiB that operators of many hubs use: "
            "n2-highmem-2, r8i-flex.large or Standard_E2s_v5."
        ),
        examples=["n2-highmem-2", "r8i-flex.large", "Standard_E2s_v5"],
    )
    min: Annotated[Nodes, Field(ge=1)] = Field(
        default=1,
        description=(
            "How many nodes there always are, one or more: without any, nobody logs in until one has started, which "
            "takes minutes. The default costs least."
        ),
        examples=[1, 2],
    )
    max: Annotated[Nodes, Field(ge=1)] | None = Field(
        default=None,
        description=(
            "How many nodes there may be. Default: what the platform's hubs and databases need, and one more, so that "
            "a node can be replaced before it goes."
        ),
        examples=[3],
    )


class UsersPool(Pool):
    """Nodes of people's servers."""

    machine: Text | None = Field(
        default=None,
        description=(
            "The machine type. Default: one with 4, 16 or 64 CPU cores and much memory, the smallest with which ten "
            "nodes or fewer are enough for everyone: small ones cost least when few people work, large ones need "
            "fewer starts when many do."
        ),
        examples=["n2-highmem-4", "r5.xlarge", "Standard_E4s_v5"],
    )
    min: Nodes = Field(
        default=0,
        description=(
            "How many nodes there always are. The default costs nothing while nobody works; with 1, the first person "
            "of the day does not wait for a node to start."
        ),
        examples=[0, 1],
    )
    max: Annotated[Nodes, Field(ge=1)] | None = Field(
        default=None,
        description=(
            "How many nodes there may be, which also bounds what they cost. Default: as many as users.most servers of "
            "every hub at once need, by their guarantees of memory and CPU."
        ),
        examples=[10],
    )


class GpuPool(Pool):
    """Nodes with GPUs, for servers that ask for one."""

    machine: Text | None = Field(
        default=None,
        description=(
            "The machine type, one with a GPU. Default: the smallest that is cheap enough for teaching: "
            "g2-standard-4, g4dn.xlarge or Standard_NC4as_T4_v3."
        ),
        examples=["g2-standard-4", "g4dn.xlarge", "Standard_NC4as_T4_v3"],
    )
    min: Nodes = Field(
        default=0,
        description="How many nodes there always are. The default costs nothing while nobody uses a GPU.",
        examples=[0],
    )
    max: Annotated[Nodes, Field(ge=1)] | None = Field(
        description="How many nodes there may be. No default, as each costs many times what another node does.",
        examples=[4],
    )


class SpotPool(Pool):
    """Nodes that cost a fraction and that the cloud may take back within a minute: for work that can start again."""

    machine: Text | None = Field(
        default=None,
        description="The machine type. Default: that of the pool users.",
        examples=["n2-highmem-4", "r5.xlarge", "Standard_E4s_v5"],
    )
    min: Nodes = Field(
        default=0, description="How many nodes there always are, as far as the cloud has them to spare.", examples=[0]
    )
    max: Annotated[Nodes, Field(ge=1)] | None = Field(
        default=None, description="How many nodes there may be. Default: as many as in the pool users.", examples=[10]
    )


class Pools(Section):
    """The cluster's nodes, in groups for what runs on them."""

    core: CorePool = Field(
        default=CorePool(),
        description="Nodes of the hubs themselves, of databases, and of what Kubernetes needs.",
    )
    users: UsersPool = Field(default=UsersPool(), description="Nodes of people's servers.")
    gpu: Annotated[GpuPool | None, ChosenIfThere] = Field(
        default=None,
        description="Nodes with GPUs, for servers that ask for one. Default: none.",
    )
    spot: Annotated[SpotPool | None, ChosenIfThere] = Field(
        default=None,
        description="Cheap nodes that the cloud may take back, for servers that choose them. Default: none.",
    )

    @property
    def by_name(self) -> Mapping[str, Pool]:
        """The pools that there are, by their key in the stack file."""
        every: Mapping[str, Pool | None] = {"core": self.core, "users": self.users, "gpu": self.gpu, "spot": self.spot}
        return {name: pool for name, pool in every.items() if pool}
