"""What of a hub may not change once people's files lie on it: where homes are, and what their disks are.

A refusal comes in the preview, before anything has changed; the words that let a change through are settings too.
"""

from collections.abc import Iterator

import pulumi

from components.clouds.cloud import Cluster
from components.settings import Hub
from components.settings.user_database import CLAIM
from components.unchanging import Kept, Unchanging

_HOMES = (
    "People's homes lie there, and would be empty. Set it back; or, once the homes have been moved, say where they were"
    " in storage.moved_from, in the same words (docs/moving-homes.md)."
)
_DISKS = (
    "A disk keeps the class that it was made with and never shrinks, and people's files are on it. Set it back; or take"
    " a name of its own for a claim that is to be another, which makes new disks beside the old."
)
_POSTGRES = (
    "A database's files are of one major version. Set it back; or say the one that it was in"
    " user_database.upgrade_from, and each database is dumped and restored at its next start."
)


def keep(name: str, hub: Hub, cluster: Cluster, opts: pulumi.ResourceOptions) -> Iterator[Unchanging]:
    """Hold a hub to what people's files lie on; `name` is the hub's, and the release needs all that is made here."""
    place, homes, database = f"hubstack:hubs.{name}", hub.storage, hub.user_database
    kept = {"place": Kept({f"{place}.storage": homes.place}, _HOMES, _meant(f"{place}.storage", homes.moved_from))}
    if hub.extra_claims or database:
        kept["disks"] = Kept(kept_disks(place, hub), _DISKS)
    if database:
        path = f"{place}.user_database.postgres"
        kept["postgresql"] = Kept({path: database.postgres}, _POSTGRES, _meant(path, database.upgrade_from))
    for what, each in kept.items():
        yield Unchanging(f"{name}-{what}", cluster.identifier, each, opts)


def _meant(path: str, before: str | None) -> dict[str, str]:
    return {path: before} if before else {}


def kept_disks(place: str, hub: Hub) -> dict[str, str | int]:
    """Give each disk's class and size by their paths below `place`; a claim is known by its name, wherever it stands.

    The sizes are in bytes.
    """
    described = {f"{place}.extra_claims.{claim.name}": claim for claim in hub.extra_claims}
    disks = {path: (claim.storage_class, claim.capacity) for path, claim in described.items()}
    if hub.user_database:
        # A claim of this name, as 2i2c's hubs have it, is the same disk.
        where = f"{place}.extra_claims.{CLAIM}"
        disks[where] = (hub.user_database.storage_class, hub.user_database.capacity)
    kept: dict[str, str | int] = {}
    for path, (storage_class, capacity) in disks.items():
        kept |= {f"{path}.class": storage_class, f"{path}.capacity": capacity.bytes}
    return kept
