"""What the hub is told of people's folders, claims and databases: the program writes it, and the hub reads it.

Sizes are in bytes, CPU in cores. Both sides refuse what is no part of it, so that a typing error is found before the
first person's server starts without its disk.
"""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

GROUP = "{group}"
"""Stands in a folder's path and mount for the name of each group of a person, made safe for a path."""

LABEL = r"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$"
"""A name that Kubernetes takes for a volume, a container or a label's value."""

Name = Annotated[str, Field(pattern=LABEL, max_length=40)]
"""Short enough to be part of other names."""
Scheme = Literal["safe", "escaped", "legacy"]
"""How a person's folder is called: by KubeSpawner's safe_username, escaped_username or legacy_escape_username."""


class Part(BaseModel):
    """Part of the settings: no unknown key, never changed once read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Folder(Part):
    """A folder of the hub's homes, mounted into servers beside the person's own."""

    path: str
    """Below the hub's folder: `_shared`, `_groups/{group}`; empty for the hub's whole folder."""
    mount: str
    """Where a server sees it, below the home: `shared`, `groups/{group}`."""
    audience: Literal["everyone", "admins", "members"]
    write: bool
    groups: tuple[str, ...] | None = None
    """Which groups' folders `members` have; None for those of every group."""

    @model_validator(mode="after")
    def _one_mount_a_group(self) -> Self:
        for_groups = self.audience == "members"
        if for_groups != (GROUP in self.path) or for_groups != (GROUP in self.mount):
            raise ValueError(f"{self.path!r} at {self.mount!r}: {GROUP} stands in folders for members, and in no other")
        if self.groups is not None and not for_groups:
            raise ValueError(f"{self.path!r}: only a folder for members is for certain groups")
        if not _stays_below(self.path, may_be_empty=True) or not _stays_below(self.mount):
            raise ValueError(f"{self.path!r} at {self.mount!r}: a folder and its mount are relative paths without `..`")
        return self


class Claim(Part):
    """A disk for each person's server, beside the home."""

    name: Name
    storage_class: str
    capacity: int = Field(gt=0)
    max_capacity: int | None = None
    """As far as the disk grows by itself when it is nearly full; None: never."""
    mount: str
    sub_path: str = ""
    containers: tuple[str, ...] = ("notebook",)
    delete_with_user: bool = False


class Database(Part):
    """A PostgreSQL beside the notebook, which only that person's containers reach."""

    image: str
    postgres: str
    """The major version, such as `17`."""
    claim: str = "postgres"
    """The claim that holds its data; one of the claims below, that no container but its own mounts."""
    memory_guarantee: int = Field(gt=0)
    memory_limit: int = Field(gt=0)
    cpu_guarantee: float = Field(gt=0)
    cpu_limit: float = Field(gt=0)
    extensions: tuple[str, ...] = ()
    config_map: str = "user-database"
    """Has the files that the container starts with: `start.sh` and `passwd`."""
    upgrade_from: str | None = None
    """The major version to bring data over from."""
    upgrade_image: str | None = None
    """Has that version's programs."""

    @model_validator(mode="after")
    def _upgrade_is_whole(self) -> Self:
        if (self.upgrade_from is None) != (self.upgrade_image is None):
            raise ValueError("an upgrade needs both the version to come from and its image")
        return self


class RuntimeSettings(Part):
    """All that the hub is told."""

    home: str = "/home/jovyan"
    """Where a person's home is mounted."""
    home_volume: str | None = "home"
    """The pod's volume with everyone's homes; None where there is none.

    The chart calls the volume of one claim for everyone `home`.
    """
    folders_claim: str | None = None
    """The claim that folders are mounted from; None where they lie beside the homes."""
    names: Scheme = "safe"
    folders: tuple[Folder, ...] = ()
    claims: tuple[Claim, ...] = ()
    database: Database | None = None

    @model_validator(mode="after")
    def _parts_fit(self) -> Self:
        names = [claim.name for claim in self.claims]
        if len(set(names)) < len(names):
            raise ValueError("two claims have the same name")
        if self.folders and self.home_volume is None and self.folders_claim is None:
            raise ValueError("folders are mounted from a claim or the volume with everyone's homes, and there is none")
        if self.database is not None and self.database.claim not in names:
            raise ValueError(f"the database's data is in claim {self.database.claim!r}, which is not among the claims")
        return self


def _stays_below(path: str, *, may_be_empty: bool = False) -> bool:
    if not path:
        return may_be_empty
    return not path.startswith("/") and not {"", ".", ".."} & set(path.split("/"))
