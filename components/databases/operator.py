"""CloudNativePG's operator, which makes PostgreSQL clusters of objects in the cluster."""

import pulumi
import pulumi_kubernetes as kubernetes

from components.clouds.cloud import Snapshots
from components.cluster.namespaces import make_namespace
from components.databases.ground import Ground

LABEL = {"app.kubernetes.io/name": "cloudnative-pg"}
"""What the chart puts on the operator's pods."""

_SNAPSHOTS = {"hubstack.dev/snapshots": "true"}
"""On its pods where snapshots are taken: with it, Kubernetes starts them anew."""


def make_operator(
    ground: Ground, snapshots: Snapshots | None, opts: pulumi.ResourceOptions
) -> kubernetes.helm.v3.Release:
    """Release the operator's chart in a namespace of its own.

    Its webhooks fail closed and its finalizers need it alive: all of its kinds comes after it and goes before it. It
    looks only once, as it starts, whether the cluster has snapshots: where any are to be taken, it starts after these
    have come, and anew where it was there before them.
    """
    chart, labels = ground.chart, ground.labels
    called = pulumi.Output.concat("hubstack-", labels.platform, "-operators")
    namespace = make_namespace("operators", called, "restricted", labels, opts)
    return kubernetes.helm.v3.Release(
        "databases-operator",
        name="cloudnative-pg",
        namespace=namespace.metadata.name,
        chart=str(chart.path) if chart.path else "cloudnative-pg",
        version=None if chart.path else chart.version,
        repository_opts=None if chart.path else {"repo": chart.repository},
        values={
            "podLabels": labels.owner(),
            **({"podAnnotations": _SNAPSHOTS} if snapshots else {}),
            "resources": {
                "requests": {"cpu": "50m", "memory": "128Mi"},
                "limits": {"memory": "512Mi"},
            },
            "nodeSelector": {},
            "tolerations": [
                {"key": "hub.jupyter.org/dedicated", "operator": "Equal", "value": "core", "effect": "NoSchedule"}
            ],
        },
        timeout=chart.timeout.seconds,
        skip_await=False,
        opts=pulumi.ResourceOptions.merge(
            opts,
            pulumi.ResourceOptions(
                depends_on=[*ground.cluster.nodes, *(snapshots.needs if snapshots else ())], delete_before_replace=True
            ),
        ),
    )
