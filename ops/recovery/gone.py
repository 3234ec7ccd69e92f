"""A cluster that was deleted behind Pulumi's back: what the state has of it, and what stands on it.

Nothing in it can be deleted any more, and a destroy would wait for it in vain (pulumi/pulumi-kubernetes#2675).
"""

from dataclasses import dataclass

from ops.clouds.account import CLUSTERS, cloud_of
from ops.recovery.state import Resource, State


@dataclass(frozen=True)
class Gone:
    """One such cluster."""

    provider: str
    """URN of the provider that spoke to it."""

    cluster: Resource
    dropped: tuple[str, ...]
    """URNs of what was in it."""

    read_again: tuple[str, ...]
    """URNs of the cluster itself and of what goes with it outside: the state asks the cloud for these."""

    def __str__(self) -> str:
        return (
            f"{self.cluster.title}: the cloud says that it is gone, so the {len(self.dropped)} objects that the state "
            "has in it are dropped"
        )


def gone(state: State, provider: str, cluster: Resource) -> Gone:
    """Say what goes from the state with a cluster."""
    dropped = tuple(each.urn for each in inside(state, provider))
    beside = tuple(
        each.urn for each in state.resources if cloud_of(each.type) and cluster.urn in _all_needs(each.urn, state)
    )
    return Gone(provider, cluster, dropped, (cluster.urn, *beside))


def inside(state: State, provider: str) -> list[Resource]:
    """Give what is in the cluster that a provider speaks to, and the project's own resources that act in it."""
    kubeconfig = state.kubeconfigs().get(provider)

    def acts_in_it(each: Resource) -> bool:
        return each.type.startswith("pulumi-python:dynamic") and each.inputs.get("kubeconfig", "") == kubeconfig

    return [each for each in state.resources if each.provider_urn == provider or acts_in_it(each)]


def cluster_of(state: State, provider: str) -> Resource | None:
    """Give the cloud's cluster that a provider speaks to; None where the graph did not make it."""
    needs = _all_needs(provider, state)
    return next((each for each in state.resources if each.urn in needs and each.type in CLUSTERS), None)


def _all_needs(urn: str, state: State) -> set[str]:
    by_urn = {each.urn: each for each in state.resources}
    seen: set[str] = set()
    waiting = [urn]
    while waiting:
        found = by_urn.get(waiting.pop())
        fresh = (found.needs if found else frozenset[str]()) - seen
        seen |= fresh
        waiting += fresh
    return seen
