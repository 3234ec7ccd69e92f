"""How a kind of resource behaves in a simulated cloud; each cloud's module lists its own as `KINDS`.

What the SDK knows (which inputs there are, which are required, their types, what is secret, which change replaces as
its documentation says) is taken from the SDK and need not be said here: a `Kind` says what is beyond it.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from testbed.cloud.ledger import Account, Record

Inputs = Mapping[str, Any]
"""Inputs as they go over the wire: camelCase, nested, secrets in clear."""


@dataclass(frozen=True)
class Wrong:
    """Something the cloud refuses, before anything is made."""

    path: str
    """The input, such as `nodeConfig.machineType`; empty for the whole."""
    why: str
    """A sentence, in the cloud's own words where they are known."""


class Refused(Exception):  # noqa: N818 - it is said of a request, and is no fault of the program
    """The cloud says no; `code` as it would, such as `409 alreadyExists` or `DependencyViolation`."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(f"{code}: {why}")
        self.code = code
        self.why = why


@dataclass(frozen=True)
class Wanted:
    """What a create or an update asks for, everything known."""

    type: str
    inputs: Inputs
    name: str
    """The physical name; where the kind has none, the last part of the URN."""
    place: "Place"
    seed: str
    """Random at the first create and the same ever after: what `fresh` draws from."""
    account: "Account"
    before: Inputs = field(default_factory=dict[str, Any])
    """The outputs so far, where this is an update."""

    def fresh(self, prefix: str = "", digits: int = 17, what: str = "") -> str:
        """Give an id such as `vpc-0a1b…`: random, but the same whenever this resource asks for the same `what`."""
        return prefix + hashlib.sha256(f"{self.seed}/{prefix}/{what}".encode()).hexdigest()[:digits]

    def number(self, below: int, what: str = "") -> int:
        """Give a number that is random in the same way."""
        return int(self.fresh(digits=12, what=f"number/{what}"), 16) % below

    def found(self, value: str, *kinds: str) -> "Record | None":
        """Give the record that an input names by its id, link, arn or name."""
        return self.account.find(value, *kinds)


@dataclass(frozen=True)
class Place:
    """Where the provider was told to work."""

    project: str = ""
    """Project, account id or subscription id."""
    region: str = ""
    zone: str = ""
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    """The provider's default labels or tags."""


@dataclass(frozen=True)
class Taint:
    """A taint of a pool's nodes; effect as Kubernetes writes it (`NoSchedule`)."""

    key: str
    value: str
    effect: str


@dataclass(frozen=True)
class NodePool:
    """Nodes of one kind, as the managed cluster's node player needs to know them."""

    name: str
    machine: str
    min: int
    max: int
    size: int
    """How many nodes there are at first."""
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    taints: tuple[Taint, ...] = ()
    zones: tuple[str, ...] = ()
    spot: bool = False
    gpus: int = 0


@dataclass(frozen=True)
class Takes:
    """Simulated seconds of each operation."""

    create: float = 1
    update: float = 1
    delete: float = 1


@dataclass(frozen=True)
class Kind:
    """A kind of resource."""

    type: str
    """The Pulumi token, such as `gcp:compute/network:Network`."""

    replaces: frozenset[str] = frozenset()
    """Inputs whose change replaces: camelCase, dotted, `[*]` for a list's members (`nodeConfig.taints[*].key`); a
    change anywhere below counts. Added to what the SDK's own documentation says ("forces a new resource")."""

    updates: frozenset[str] = frozenset()
    """Inputs whose change does not replace although the SDK's documentation can be read so."""

    named_by: str | None = "name"
    """The input that is named after the URN where it is absent; None where a thing has no name, only an id."""

    auto_name: Callable[[str, str], str] | None = None
    """Makes a name from the resource's own and some random hex digits. Default: as the cloud's real provider does."""

    name_in: Callable[[Wanted], str] | None = None
    """Within what a name is unique, such as a cluster for its pools. Default: the provider's project and region."""

    identify: Callable[[Wanted], str] | None = None
    """Gives the physical id. Default: the name."""

    computed: Callable[[Wanted], Mapping[str, Any]] | None = None
    """Gives the outputs beyond the inputs. Called again at each update: draw random parts from `Wanted.fresh`.
    `id`, `name`, and the labels' or tags' outputs (`effectiveLabels`, `tagsAll`) are given by the core."""

    refers: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict[str, str | tuple[str, ...]])
    """Inputs that name other things by id, link, arn or name, and of which kinds: these must exist and be ready, and
    cannot be deleted while this exists. Path as in `replaces` (`vpcConfig.subnetIds[*]`); a kind `*` stands for any."""

    handles: frozenset[str] = frozenset()
    """Outputs by which others may name it, beside id, name, `selfLink`, `arn` and `email` (such as `principalId`)."""

    lets_go: frozenset[str] = frozenset()
    """Those of `refers` that do not keep the other from being deleted."""

    check: Callable[[Inputs], Iterable[Wrong]] | None = None
    """What the cloud refuses beyond the schema. In a preview an unknown input is `UNKNOWN`; see `is_known`."""

    refuses: Callable[[Wanted], str] | None = None
    """What it is refused for by the account as it is now (a right that does not hold yet, a region without the
    feature): the cloud's sentence, empty where it is not."""

    reshaped: Callable[[Inputs], Mapping[str, Any]] | None = None
    """Gives those inputs that come back in another shape, for a preview to show as the program will read them."""

    assigned: Callable[[Inputs], Mapping[str, Any]] | None = None
    """Gives those blocks of inputs in which the cloud puts something as it makes the thing, with `UNKNOWN` for that: a
    preview of a create cannot tell it."""

    made: "Callable[[Account, Record], Mapping[str, Any] | None] | None" = None
    """Called while a create's time passes, such as to start a managed cluster; gives outputs known only then."""

    changed: "Callable[[Account, Record], Mapping[str, Any] | None] | None" = None
    """The same for an update; the record holds the new inputs already."""

    gone: "Callable[[Account, Record], None] | None" = None
    """Called while a delete's time passes, before the record leaves the ledger."""

    blocks: "Callable[[Account, Record], str] | None" = None
    """Why it cannot be deleted now, beside what refers to it; empty where it can. The core waits and asks again for
    `gives_up` seconds before it fails with this sentence."""

    gives_up: float = 300
    """Simulated seconds for which a delete is tried again while the thing is in use, as the real provider does."""

    takes_along: frozenset[str] = frozenset()
    """Kinds that go with this one when it is deleted, if they refer to it (a cluster's pools on GKE and AKS)."""

    pool: Callable[[Inputs], NodePool] | None = None
    """Reads the pool, where this kind is one."""

    pools: Callable[[Inputs], tuple[NodePool, ...]] | None = None
    """Reads the pools that a cluster brings itself."""

    cluster_of: str = ""
    """The input that names the cluster a pool or an add-on belongs to."""

    is_cluster: bool = False
    """It is a managed Kubernetes cluster."""

    holds_after: float = 0
    """Simulated seconds after which a grant holds (`Account.holds`)."""

    secrets: frozenset[str] = frozenset()
    """Outputs that are secret, beside those the SDK names."""

    takes: Takes | None = None
    """How long it takes. Default: durations.json, else about a second."""

    quota: str = ""
    """The quota it counts against, such as `IN_USE_ADDRESSES`; `Account.set_quota` sets how many."""

    labels: str | None = ""
    """The input that holds labels or tags; None for none. Default: `labels`, `resourceLabels` or `tags`."""


UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""What the engine sends for a value that only the `up` will know."""


def is_known(value: Any) -> bool:
    """Say whether nothing in a value is unknown."""
    if isinstance(value, Mapping):
        return all(is_known(each) for each in cast("Inputs", value).values())
    if isinstance(value, list | tuple):
        return all(is_known(each) for each in cast("list[Any]", value))
    return value != UNKNOWN


def at(inputs: Inputs, path: str) -> list[Any]:
    """Give the values at a path such as `vpcConfig.subnetIds[*]`; none where there is nothing."""
    found: list[Any] = [inputs]
    for part in path.replace("[*]", ".*").split("."):
        found = [value for each in found for value in _below(each, part)]
    return [value for value in found if value is not None]


def _below(value: Any, part: str) -> list[Any]:
    if isinstance(value, list):
        members = cast("list[Any]", value)
        # A block that the SDK writes as a list of one is walked through as if it were the one.
        return members if part == "*" else [found for each in members for found in _below(each, part)]
    if not isinstance(value, Mapping):
        return []
    block = cast("Inputs", value)
    return [block[part]] if part in block else []
