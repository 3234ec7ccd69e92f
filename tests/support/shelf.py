"""A ledger in memory, for what the managed clusters' controllers do with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from testbed.cloud.kinds import NodePool, Place
from testbed.cloud.managed.book import Thing


@dataclass
class MemoryShelf:
    """Keeps things in a dictionary, for a cluster named `course`."""

    kind: str = "gcp:container/cluster:Cluster"
    facts: dict[str, Any] = field(default_factory=dict[str, Any])

    kept: dict[tuple[str, str], Thing] = field(default_factory=dict[tuple[str, str], Thing])
    all_pools: list[NodePool] = field(default_factory=list[NodePool])

    def cluster(self) -> Thing:
        return Thing(self.kind, "course", "course", {"name": "course", **self.facts})

    def place(self) -> Place:
        return Place(project="university", region="europe-west1", zone="europe-west1-b")

    def things(self, kind: str) -> list[Thing]:
        return [thing for (of, _), thing in self.kept.items() if of == kind]

    def pools(self) -> list[tuple[NodePool, Thing]]:
        return [(pool, Thing("pool", pool.name, pool.name, {})) for pool in self.all_pools]

    def put(self, thing: Thing, refers: Sequence[str]) -> None:
        missing = [path for path in refers if not thing.at(path)]
        assert not missing, f"{thing.kind} has no {missing}"
        self.kept[thing.kind, thing.id] = thing

    def change(self, kind: str, number: str, facts: Mapping[str, Any]) -> None:
        if (kind, number) in self.kept:
            before = self.kept[kind, number]
            self.kept[kind, number] = replace(before, facts={**before.facts, **facts})

    def take_out(self, kind: str, number: str) -> None:
        self.kept.pop((kind, number), None)

    def add(self, kind: str, number: str, *, ready: bool = True, **facts: Any) -> Thing:
        """Put a thing there that somebody else made."""
        thing = Thing(kind, number, facts.get("name", number), facts, ready)
        self.kept[kind, number] = thing
        return thing
