"""From a hub's settings to the values of its chart: pure functions, one module a subject.

Outputs and secrets stand at the leaves only, so that a preview shows all the rest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from components.clouds.cloud import Entrance
from components.hub.doors import NodePorts
from components.hub.values import (
    auth,
    culling,
    images,
    jupyter,
    labels,
    proxy,
    runtime,
    scheduling,
    security,
    storage,
    tokens,
    users,
)
from components.hub.values.tokens import Tokens
from components.hub.values.tree import Values, combine, override, without_nulls_in_lists
from components.settings import Hub


@dataclass(frozen=True)
class Surroundings:
    """What a hub's values take from the graph rather than from the stack file."""

    tokens: Tokens
    dummy_password: pulumi.Input[str] | None
    labels: Mapping[str, pulumi.Input[str]]
    homes_claim: str
    classes: Mapping[str, pulumi.Input[str]]
    """Names of the platform's storage classes, by what they are for."""

    node_ports: NodePorts | None
    entrance: Entrance | None
    own_pools: bool
    """Whether nodes say what they are for, so that people's servers and the hub's own pods keep to theirs."""

    tolerations: Sequence[Mapping[str, str]]
    """Taints of users' nodes that the cloud puts there, whatever the stack file says."""

    api_addresses: Sequence[pulumi.Input[str]]


def chart_values(hub: Hub, around: Surroundings) -> Values:
    """Give the chart values of one hub; its `chart_values` have the last word."""
    ours = combine(
        auth.values(hub.auth, hub.domain, around.dummy_password),
        users.values(hub.users),
        storage.values(hub.storage, around.homes_claim, around.classes),
        runtime.values(hub, around.classes),
        images.values(hub.image, hub.pull_secrets),
        scheduling.values(hub.scheduling, around.tolerations, keep_apart=around.own_pools),
        culling.values(hub.culling),
        jupyter.values(hub.culling, hub.storage),
        proxy.values(hub.proxy, hub.domain, around.node_ports, around.entrance),
        security.values(hub.security, hub.proxy.https, around.api_addresses),
        tokens.values(around.tokens),
        labels.values(around.labels),
    )
    return without_nulls_in_lists(override(ours, hub.chart_values))


__all__ = ["Surroundings", "Tokens", "Values", "chart_values"]
