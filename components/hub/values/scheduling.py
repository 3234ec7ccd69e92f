"""Which nodes pods run on, and what the hub's own pods need."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from components.hub.values.tree import Values
from components.settings import Quantity
from components.settings.workload import Scheduling, Toleration


@dataclass(frozen=True)
class Share:
    """What one pod of the hub's own may use."""

    cpu: Quantity
    memory: Quantity
    memory_limit: Quantity

    @property
    def resources(self) -> Mapping[str, Mapping[str, str]]:
        """Give the share as a container's resources; no CPU limit, as a throttled hub stalls everyone."""
        return {
            "requests": {"cpu": str(self.cpu), "memory": str(self.memory)},
            "limits": {"memory": str(self.memory_limit)},
        }


HUB = Share(Quantity("100m"), Quantity("256Mi"), Quantity("2Gi"))
"""A hub idles at 150 Mi and grows with its users; at 2 Gi something leaks, and a restart harms nobody."""

PROXY = Share(Quantity("50m"), Quantity("64Mi"), Quantity("1Gi"))
"""The proxy's memory grows with open connections; everyone's notebooks go through it."""

CERTIFICATES = Share(Quantity("10m"), Quantity("32Mi"), Quantity("256Mi"))
"""Each container of the pod that speaks HTTPS and keeps its certificate; it asks for what the quota counts anyhow."""


def values(scheduling: Scheduling, clouds: Sequence[Mapping[str, str]] = (), *, keep_apart: bool = False) -> Values:
    """Place users' pods, and leave the chart's own scheduler, placeholders and pullers out.

    `clouds` are tolerations of the taints that the cloud itself puts on users' nodes.
    `keep_apart`: users' pods go to users' nodes and the hub's own to core nodes, and nowhere else. Otherwise a user's
    pod on a core node keeps people out of the hub, and one of the hub's keeps a users' node from going.
    """
    apart = {"nodeAffinity": {"matchNodePurpose": "require"}}
    return {
        "hub": {"resources": HUB.resources},
        "proxy": {
            "chp": {"resources": PROXY.resources},
            "traefik": {"resources": CERTIFICATES.resources},
            "secretSync": {"resources": CERTIFICATES.resources},
        },
        "singleuser": {
            "nodeSelector": dict(scheduling.node_selector),
            "extraTolerations": [*(_toleration(toleration) for toleration in scheduling.tolerations), *clouds],
        },
        "scheduling": {
            # The chart's user scheduler is kube-scheduler 1.30, which newer clusters' rights no longer fit.
            "userScheduler": {"enabled": False},
            "userPlaceholder": {"enabled": False},
            **({"corePods": apart, "userPods": apart} if keep_apart else {}),
        },
        # Pullers hold up every upgrade; the first server on a new node pulls the image itself.
        "prePuller": {"hook": {"enabled": False}, "continuous": {"enabled": False}},
    }


def _toleration(toleration: Toleration) -> Mapping[str, Any]:
    written = {
        "key": toleration.key,
        "operator": toleration.operator,
        "value": toleration.value,
        "effect": toleration.effect,
        "tolerationSeconds": toleration.seconds,
    }
    return {key: value for key, value in written.items() if value is not None}
