"""What a database's pods may reach, and who may reach them."""

import pulumi
import pulumi_kubernetes as kubernetes

from components.databases.operator import LABEL
from components.labels import Labels

_POSTGRESQL = 5432
_STATUS = 8000
"""Where each instance tells the operator how it fares."""
_API_SERVER = (443, 6443)
"""Clouds serve the API at either, and a policy sees the port behind the Service."""


def open_network(
    name: str, namespace: pulumi.Input[str], cluster: str, labels: Labels, opts: pulumi.ResourceOptions
) -> kubernetes.networking.v1.NetworkPolicy:
    """Let instances speak with each other, the operator, DNS and the API server; people's pods come with their hub.

    The peers are named by selectors: Cilium does not apply an address range to pods (z2jh#3167).
    """
    instances: kubernetes.meta.v1.LabelSelectorArgsDict = {"match_labels": {"cnpg.io/cluster": cluster}}
    return kubernetes.networking.v1.NetworkPolicy(
        f"{name}-network",
        metadata={"name": "database", "namespace": namespace, "labels": labels.of("database")},
        spec={
            "pod_selector": instances,
            "policy_types": ["Ingress", "Egress"],
            "ingress": [
                {"from_": [{"pod_selector": instances}], "ports": _ports(_POSTGRESQL, _STATUS)},
                {
                    "from_": [{"namespace_selector": {}, "pod_selector": {"match_labels": LABEL}}],
                    "ports": _ports(_POSTGRESQL, _STATUS),
                },
            ],
            "egress": [
                {"to": [{"pod_selector": instances}], "ports": _ports(_POSTGRESQL, _STATUS)},
                {"ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}]},
                {"ports": _ports(*_API_SERVER)},
            ],
        },
        opts=opts,
    )


def _ports(*numbers: int) -> list[kubernetes.networking.v1.NetworkPolicyPortArgsDict]:
    return [{"port": number, "protocol": "TCP"} for number in numbers]
