"""What a check looks at and what it finds. Nothing here or in `checks` knows Pulumi."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Any, cast

PLATFORM_LABEL = "hubstack.dev/platform"
HUB_LABEL = "hubstack.dev/hub"
CLOUD_TAG = "hubstack-platform"


class Withheld(Enum):
    """What stands where a value is not for a check to see."""

    SECRET = "secret"  # noqa: S105 - the word for one
    """The engine keeps it encrypted; what a check never sees, no finding can show."""
    UNKNOWN = "unknown"
    """A preview does not know it yet; the `up` that makes it asks again."""


@dataclass(frozen=True)
class Resource:
    """A resource as the program asks for it: its new inputs, and nothing of what it was before."""

    type: str
    name: str
    inputs: Mapping[str, Any]
    protect: bool = False
    urn: str = ""
    provider: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """The inputs of its provider, where they are known."""

    @property
    def kind(self) -> str:
        """The last word of the type: `Cluster` of `aws:eks/cluster:Cluster`."""
        return self.type.rpartition(":")[2]

    def at(self, path: str) -> Any:
        """Give the input at a path such as `metadata.labels`; None where there is none."""
        return at(self.inputs, path)

    def is_a(self, *types: str) -> bool:
        """Say whether the type is one of these; `kubernetes:*:Role` is a Role of any version."""
        return any(_is(self.type, wanted) for wanted in types)

    @property
    def hub(self) -> str:
        """The hub that it belongs to; empty where it belongs to none."""
        label = at(self.at("metadata.labels"), HUB_LABEL, separator="\0")
        if isinstance(label, str):
            return label
        return str(self.at("name")) if is_hub(self) else ""


@dataclass(frozen=True)
class Stack:
    """What the checks may know of the stack beside its resources."""

    name: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """What the stack file says below `hubstack:`, secrets withheld."""
    today: date = field(default_factory=date.today)

    @property
    def is_local(self) -> bool:
        """Whether it runs on somebody's own machine or cluster."""
        return at(self.settings, "cloud.provider") == "local"


@dataclass(frozen=True)
class Finding:
    """What a policy has to say of a resource, for a person who has not read the policy."""

    what: str
    where: str
    """The place in the stack file."""
    why: str
    mend: str

    def __str__(self) -> str:
        """Write it as the lines that Pulumi shows."""
        return f"{self.what}\n  where: {self.where}\n  why: {self.why}\n  mend: {self.mend}"


Check = Callable[[Resource, Stack], Iterable[Finding]]
WholeCheck = Callable[[Sequence[Resource], Stack], Iterable[tuple[Resource, Finding]]]


@dataclass(frozen=True)
class Policy:
    """Something that no stack may do."""

    name: str
    forbids: str
    """A sentence that says what it is against."""
    looks_at: Callable[[Resource], bool]
    """Whether it has anything to say of such a resource; a policy that looks at nothing checks nothing."""
    check: Check | None = None
    whole: WholeCheck | None = None
    """For what can be judged only with all resources of a stack in sight."""

    def findings(self, resources: Sequence[Resource], stack: Stack) -> Iterator[tuple[Resource, Finding]]:
        """Give what it finds in a stack."""
        seen = [resource for resource in resources if self.looks_at(resource)]
        for resource in seen:
            yield from ((resource, finding) for finding in (self.check(resource, stack) if self.check else ()))
        if self.whole:
            yield from self.whole(seen, stack)


def at(value: Any, path: str, separator: str = ".") -> Any:
    """Give what lies at a path in nested sections; None where there is nothing, and what is withheld as it is."""
    for key in path.split(separator):
        if isinstance(value, Withheld):
            return value
        value = section(value).get(key)
    return value


def section(value: Any) -> Mapping[str, Any]:
    """Give a section; an empty one where the value is none."""
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}


def day(given: object) -> date | None:
    """Give a day of the calendar; None where it is none, which the program itself refuses with its line."""
    try:
        # Without quotes YAML reads a moment, which Pulumi writes out in Go's way.
        return date.fromisoformat(str(given).removesuffix(" 00:00:00 +0000 UTC"))
    except ValueError:
        return None


def entries(value: Any) -> list[Any]:
    """Give the items of a list; one thing alone is a list of one, as some providers write it."""
    if isinstance(value, list):
        return cast("list[Any]", value)
    return [] if value is None or isinstance(value, Withheld) else [value]


def statements(policy: Any) -> list[Any]:
    """Give the statements of an AWS policy, which is JSON; none where it is no policy, which AWS itself refuses."""
    try:
        return entries(at(json.loads(policy), "Statement"))
    except (TypeError, ValueError):
        return []


def lacks(value: Any, *good: Any) -> bool:
    """Say whether a value is known and none of the good ones."""
    return value is not Withheld.UNKNOWN and value not in good


def is_hub(resource: Resource) -> bool:
    """Say whether it is a release of the JupyterHub chart."""
    return resource.is_a("kubernetes:helm.sh/v3:Release") and isinstance(resource.at("values.singleuser"), Mapping)


def is_object(resource: Resource) -> bool:
    """Say whether it is an object in the cluster that the graph itself writes."""
    return resource.type.startswith("kubernetes:") and isinstance(resource.at("metadata"), Mapping)


def place(resource: Resource, hub_path: str, otherwise: str) -> str:
    """Give the place in the stack file: of the hub's setting where the resource is a hub's."""
    return f"hubstack:hubs.{resource.hub}.{hub_path}" if resource.hub else otherwise


def _is(given: str, wanted: str) -> bool:
    if "*" not in wanted:
        return given == wanted
    front, _, end = wanted.partition("*")
    return given.startswith(front) and given.endswith(end)
