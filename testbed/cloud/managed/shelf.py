"""The ledger of a simulated account as the shelf that one managed cluster's controllers work with."""

import re
from collections.abc import Mapping, Sequence
from importlib import import_module

from testbed.cloud.kinds import Kind, NodePool, Place, at
from testbed.cloud.ledger import Account
from testbed.cloud.managed.book import Book, Thing
from testbed.cloud.managed.world import mapped
from testbed.cloud.records import New, Record

_MODULES = {"gcp": "gcp", "aws": "aws", "azure-native": "azure"}


class LedgerShelf:
    """Reads and writes an account's ledger for one cluster."""

    def __init__(self, account: Account, cluster: Record) -> None:
        self.account = account
        self.record = cluster
        self._kinds = {kind.type: kind for kind in kinds_of(cluster.cloud)}
        self._version = -1
        self._seen: dict[str, list[Thing]] = {}
        self._seen_pools: list[tuple[NodePool, Thing]] | None = None

    def things(self, kind: str) -> list[Thing]:
        """Give all of a kind."""
        self._renew()
        if kind not in self._seen:
            self._seen[kind] = [thing_of(record) for record in self.account.records(kind)]
        return self._seen[kind]

    def cluster(self) -> Thing:
        """Give the cluster, which gets its outputs only when it is ready."""
        self._renew()
        return thing_of(self.record)

    def place(self) -> Place:
        """Say where the cluster lies."""
        self._renew()
        return place_of(self.record)

    def pools(self) -> list[tuple[NodePool, Thing]]:
        """Give the pools that the cluster brings itself, and those that were added to it."""
        self._renew()
        if self._seen_pools is None:
            self._seen_pools = self._find_pools()
        return self._seen_pools

    def _find_pools(self) -> list[tuple[NodePool, Thing]]:
        kind = self._kinds.get(self.record.kind)
        own = kind.pools(self.record.inputs) if kind and kind.pools else ()
        found = [(pool, thing_of(self.record)) for pool in own]
        for each in self._kinds.values():
            if each.pool is not None:
                added = [
                    one for one in self.account.records(each.type, state="ready") if self._is_of_cluster(one, each)
                ]
                found += [(each.pool(one.inputs), thing_of(one)) for one in added]
        return found

    def put(self, thing: Thing, refers: Sequence[str]) -> None:
        """Add a thing, in the name of Kubernetes."""
        targets: dict[str, list[int]] = {}
        for path in refers:
            named = [self.account.find(str(value)) for value in at(thing.facts, path)]
            targets[path] = [record.serial for record in named if record]
        self.account.add(
            New(
                cloud=self.record.cloud,
                kind=thing.kind,
                name="" if thing.name == thing.id else thing.name,
                id=thing.id,
                scope=f"kubernetes/{self.record.serial}",
                inputs=thing.facts,
                outputs={"id": thing.id, **thing.facts},
                tags=mapped(thing.facts, "labels") or mapped(thing.facts, "tags"),
                made_by="kubernetes",
                refers=targets,
            )
        )

    def change(self, kind: str, number: str, facts: Mapping[str, object]) -> None:
        """Change some outputs of a thing."""
        for record in self._named(kind, number):
            self.account.change(record, outputs={**record.outputs, **facts})

    def take_out(self, kind: str, number: str) -> None:
        """Remove a thing."""
        for record in self._named(kind, number):
            self.account.remove(record)

    def _named(self, kind: str, number: str) -> list[Record]:
        return [record for record in self.account.records(kind) if record.id == number]

    def _renew(self) -> None:
        """Forget what was read before the ledger's last change."""
        version = self.account.version()
        if version != self._version:
            self._version, self._seen, self._seen_pools = version, {}, None
            self.record = self.account.get(self.record.serial) or self.record

    def _is_of_cluster(self, record: Record, kind: Kind) -> bool:
        for value in at(record.inputs, kind.cluster_of):
            found = self.account.find(str(value), self.record.kind)
            if found and found.serial == self.record.serial:
                return True
        return False


def open_book(account: Account, cluster: Record) -> Book:
    """Give the book of a cluster that lies in an account."""
    return Book(LedgerShelf(account, cluster))


def kinds_of(cloud: str) -> list[Kind]:
    """Give the kinds of a cloud."""
    return list(import_module(f"testbed.cloud.{_MODULES[cloud]}").KINDS)


def thing_of(record: Record) -> Thing:
    """Give a record as the controllers see it."""
    facts = {**record.inputs, **record.outputs, **({"effectiveLabels": record.tags} if record.tags else {})}
    return Thing(record.kind, record.id, record.name or record.id, facts, record.state == "ready")


def place_of(cluster: Record) -> Place:
    """Say where a cluster lies: project, account or subscription, region, and zone where it has only one."""
    facts = {**cluster.inputs, **cluster.outputs}
    if cluster.cloud == "gcp":
        location = str(facts.get("location") or _part(cluster.id, r"locations/([^/]+)"))
        region = re.sub(r"-[a-z]$", "", location)
        project = str(facts.get("project") or _part(cluster.id, r"projects/([^/]+)"))
        return Place(project=project, region=region, zone=location if location != region else "")
    if cluster.cloud == "aws":
        arn = str(facts.get("arn", ""))
        return Place(project=_part(arn, r"arn:[^:]*:eks:[^:]*:(\d+)"), region=_part(arn, r"arn:[^:]*:eks:([^:]*):"))
    return Place(project=_part(cluster.id, r"subscriptions/([^/]+)"), region=str(facts.get("location", "")))


def _part(text: str, pattern: str) -> str:
    found = re.search(pattern, text)
    return found.group(1) if found else ""
