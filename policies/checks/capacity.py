"""Room for everyone: limits on what one pod may take, and a node for the hubs themselves."""

from collections.abc import Iterable, Iterator, Sequence

from policies import pods
from policies.model import Finding, Policy, Resource, Stack, Withheld, at, entries, is_hub, place

_POOLS = (
    "gcp:container/nodePool:NodePool",
    "aws:eks/nodeGroup:NodeGroup",
    "azure-native:containerservice:AgentPool",
    "azure-native:containerservice:ManagedCluster",
)
_POOL_LABEL = "hubstack.dev/pool"


def _limitless(resource: Resource, _stack: Stack) -> Iterable[Finding]:
    for what, setting in sorted(set(_without_limit(resource))):
        yield Finding(
            f"{resource.name} sets no limit to the memory of {what}",
            place(resource, setting, "components/"),
            "One of them that grows takes its node's memory, and everybody's kernels there die.",
            "set one: `users: {memory: {limit: 1Gi}}`"
            if setting == "users.memory.limit"
            else "set one, as its neighbours do",
        )


def _without_limit(resource: Resource) -> Iterator[tuple[str, str]]:
    for container in pods.containers(pods.pod(resource)):
        if not at(container, "resources.limits.memory"):
            yield f"container {container.get('name')}", "chart_values"
    if resource.is_a("kubernetes:postgresql.cnpg.io/*:Cluster") and not resource.at("spec.resources.limits.memory"):
        yield "its servers", "user_database"
    if is_hub(resource):
        if not resource.at("values.singleuser.memory.limit"):
            yield "people's servers", "users.memory.limit"
        automatic = resource.at("values.proxy.https.type") == "letsencrypt"
        for part in ("hub", "proxy.chp", *(("proxy.traefik", "proxy.secretSync") if automatic else ())):
            if not resource.at(f"values.{part}.resources.limits.memory"):
                yield f"the {part.partition('.')[0]}", f"chart_values.{part}.resources"


def _has_limits(resource: Resource) -> bool:
    return pods.makes_pods(resource) or is_hub(resource) or resource.is_a("kubernetes:postgresql.cnpg.io/*:Cluster")


def _no_core(pools: Sequence[Resource], _stack: Stack) -> Iterable[tuple[Resource, Finding]]:
    least = [each for pool in pools for each in _least_nodes(pool)]
    known = [each for each in least if isinstance(each, (int, float))]
    if not pools or len(known) < len(least) or sum(known) >= 1:
        return
    yield (
        pools[0],
        Finding(
            "no node stays when nobody works",
            "hubstack:cloud.pools.core.min",
            "The hubs go with their last node, and the next login waits minutes for another.",
            "write `pools: {core: {min: 1}}`, the default",
        ),
    )


def _least_nodes(pool: Resource) -> Iterator[int | float | Withheld]:
    """Give how many nodes of the core pool there always are; of none but the core pool."""
    if pool.at("agentPoolProfiles") is Withheld.UNKNOWN:
        yield Withheld.UNKNOWN
    for labels, least in (
        (pool.at("nodeConfig.labels"), pool.at("autoscaling.totalMinNodeCount")),
        (pool.at("labels"), pool.at("scalingConfig.minSize")),
        (pool.at("nodeLabels"), pool.at("minCount")),
        *((at(each, "nodeLabels"), at(each, "minCount")) for each in entries(pool.at("agentPoolProfiles"))),
    ):
        name = at(labels, _POOL_LABEL, "\0")
        if name is Withheld.UNKNOWN:
            yield name
        elif name == "core":
            yield least or 0


POLICIES = (
    Policy("limits", "Every pod has a limit to its memory.", _has_limits, _limitless),
    Policy(
        "core-pool",
        "A node for the hubs themselves is always there.",
        lambda resource: resource.is_a(*_POOLS),
        whole=_no_core,
    ),
)
