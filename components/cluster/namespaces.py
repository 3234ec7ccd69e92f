"""Namespaces that start closed."""

from typing import Literal

import pulumi
import pulumi_kubernetes as kubernetes

from components.labels import Labels

Standard = Literal["restricted", "baseline", "privileged"]
"""How much a pod may ask for: Kubernetes' Pod Security Standards."""


def make_namespace(
    name: str,
    called: pulumi.Input[str],
    allows: Standard,
    labels: Labels,
    opts: pulumi.ResourceOptions,
) -> kubernetes.core.v1.Namespace:
    """Make a namespace that takes no pod beyond the standard it `allows`, and warns of what restricted would refuse."""
    return kubernetes.core.v1.Namespace(
        f"{name}-namespace",
        metadata={
            "name": called,
            "labels": {
                **labels.of("namespace"),
                "pod-security.kubernetes.io/enforce": allows,
                "pod-security.kubernetes.io/warn": "restricted",
            },
        },
        opts=opts,
    )


def close_network(
    name: str, namespace: pulumi.Input[str], labels: Labels, opts: pulumi.ResourceOptions
) -> kubernetes.networking.v1.NetworkPolicy:
    """Deny every pod of the namespace all traffic that no other policy allows."""
    return kubernetes.networking.v1.NetworkPolicy(
        f"{name}-closed",
        metadata={"name": "closed", "namespace": namespace, "labels": labels.of("network")},
        spec={"pod_selector": {}, "policy_types": ["Ingress", "Egress"]},
        opts=opts,
    )
