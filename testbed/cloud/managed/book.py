"""The account's ledger, as one managed cluster's controllers read and write it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Protocol

from testbed.cloud.kinds import NodePool, Place, at

SITE_SERVER = "simulated:index:NfsServer"
"""A file server outside of the cloud that the account's networks reach, such as the university's own: `server`."""


@dataclass(frozen=True)
class Thing:
    """One record of the ledger."""

    kind: str
    id: str
    name: str
    facts: Mapping[str, Any]
    """Inputs and outputs, as the plugin shows them."""
    ready: bool = True

    def at(self, path: str) -> list[Any]:
        """Give the values at a path such as `networks[*].ipAddresses[*]`."""
        return at(self.facts, path)

    def first(self, path: str) -> Any:
        """Give the first value at a path, or None."""
        return next(iter(self.at(path)), None)

    @property
    def labels(self) -> dict[str, str]:
        """The labels or tags, the provider's default ones among them."""
        for key in ("effectiveLabels", "tagsAll", "resourceLabels", "labels", "tags"):
            if self.facts.get(key):
                return dict(self.facts[key])
        return {}


class Shelf(Protocol):
    """Where things are kept."""

    def cluster(self) -> Thing:
        """Give the cluster itself, as it is now."""
        ...

    def place(self) -> Place:
        """Say where the cluster lies: project, account or subscription, region, and zone where it has only one."""
        ...

    def things(self, kind: str) -> list[Thing]:
        """Give all of a kind, ready or not."""
        ...

    def pools(self) -> list[tuple[NodePool, Thing]]:
        """Give the cluster's pools that are ready and not on their way out, and what stands for each in the ledger."""
        ...

    def put(self, thing: Thing, refers: Sequence[str]) -> None:
        """Add a thing that no program made; the inputs in `refers` name others that it keeps from being deleted."""
        ...

    def change(self, kind: str, number: str, facts: Mapping[str, Any]) -> None:
        """Change some facts of a thing, if it is there."""
        ...

    def take_out(self, kind: str, number: str) -> None:
        """Remove a thing, if it is there."""
        ...


class Book:
    """What lies on the shelf, with the questions that all clouds ask of it."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf

    @property
    def cluster(self) -> Thing:
        """The cluster itself."""
        return self.shelf.cluster()

    @property
    def place(self) -> Place:
        """Where the cluster lies."""
        return self.shelf.place()

    def all(self, kind: str) -> list[Thing]:
        """Give all things of a kind."""
        return self.shelf.things(kind)

    def ready(self, kind: str) -> list[Thing]:
        """Give the things of a kind that are finished."""
        return [thing for thing in self.shelf.things(kind) if thing.ready]

    def find(self, kind: str, number: str) -> Thing | None:
        """Give one thing."""
        return next((thing for thing in self.shelf.things(kind) if thing.id == number), None)

    def pools(self, zones: Callable[[Thing], Sequence[str]]) -> list[NodePool]:
        """Give the cluster's pools whose nodes are there; `zones` says where one's are that does not say so itself."""
        return [pool if pool.zones else replace(pool, zones=tuple(zones(thing))) for pool, thing in self.shelf.pools()]

    def put(self, kind: str, number: str, name: str, facts: Mapping[str, Any], refers: Sequence[str] = ()) -> None:
        """Add a thing that Kubernetes asked for, unless it is there."""
        if self.find(kind, number) is None:
            self.shelf.put(Thing(kind, number, name, facts), refers)

    def change(self, kind: str, number: str, facts: Mapping[str, Any]) -> None:
        """Change some facts of a thing."""
        self.shelf.change(kind, number, facts)

    def take_out(self, kind: str, number: str) -> None:
        """Remove a thing."""
        self.shelf.take_out(kind, number)

    def lacks_server(self, server: str) -> str:
        """Say why a file server that is not the cloud's does not answer; empty where it stands in the ledger."""
        if any(each.facts.get("server") == server for each in self.ready(SITE_SERVER)):
            return ""
        return f"mount.nfs: Connection timed out: no file server at {server} is ready in this account"

    def fresh_address(self, seed: str) -> str:
        """Give an address that the cloud picks."""
        digits = sha256(seed.encode()).digest()
        return f"34.{digits[0]}.{digits[1]}.{digits[2] or 1}"


def pairs(text: str) -> dict[str, str]:
    """Read `key=value,key=value`, as drivers and Services write labels."""
    parts = [part.partition("=") for part in text.split(",") if "=" in part]
    return {key.strip(): value.strip() for key, _, value in parts}
