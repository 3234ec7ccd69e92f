"""One JupyterHub, from its namespace to its address."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as kubernetes

from components.clouds.cloud import Cloud, StorageRole
from components.cluster.homes import CLAIM, Homes
from components.cluster.namespaces import Standard, close_network, make_namespace
from components.cluster.volumes import make_claim
from components.consent import Consent, refusals_of_hub
from components.hub import secrets
from components.hub.access import make_access
from components.hub.address import balancer_url, known_url
from components.hub.doors import NodePorts
from components.hub.keeping import keep
from components.hub.quota import limits, make_quota
from components.hub.release import make_release
from components.hub.user_database import make_start_files
from components.hub.values import Surroundings, chart_values
from components.hub.values.runtime import shared_folders
from components.labels import Labels
from components.settings import ChartSource
from components.settings import Hub as HubSettings
from components.teardown import Teardown


@dataclass(frozen=True)
class Place:
    """What the hubs of a platform share, and where they are put."""

    cloud: Cloud
    chart: ChartSource
    homes: Homes
    classes: Mapping[StorageRole, kubernetes.storage.v1.StorageClass]
    labels: Labels
    provider: kubernetes.Provider


class Hub(pulumi.ComponentResource):
    """A JupyterHub in a namespace of its own; `name` is the hub's name in the stack file.

    Outputs: `url` where people open it, `namespace`, and `password`, a secret, where the login is dummy.
    """

    def __init__(
        self,
        name: str,
        settings: HubSettings,
        place: Place,
        node_ports: NodePorts | None,
        opts: pulumi.ResourceOptions,
    ) -> None:
        super().__init__("hubstack:index:Hub", name, {}, opts)
        within = pulumi.ResourceOptions(parent=self, provider=place.provider)
        labels = place.labels.of_hub(name)
        cluster = place.cloud.cluster

        namespace = make_namespace(name, name, _standard(settings), labels, within)
        self.namespace = namespace.metadata.name
        closed = close_network(name, self.namespace, labels, within)

        kept = list(keep(name, settings, cluster, within))
        folder, homes = self._make_homes(settings, place, labels, _after(within, *kept))
        start_files = [make_start_files(self.namespace, labels, within)] if settings.user_database else []

        entrance = place.cloud.entrance(name, settings.domain) if place.cloud.entrance else None
        self.password = secrets.dummy_password(name, settings.auth, within)
        values = chart_values(
            settings,
            Surroundings(
                tokens=secrets.make_tokens(name, within),
                dummy_password=self.password,
                labels=labels.owner(),
                homes_claim=CLAIM,
                classes={role: made.metadata.name for role, made in place.classes.items()},
                node_ports=node_ports,
                entrance=entrance,
                # Pools of the platform's own bear the labels that tell core nodes from users'.
                own_pools=bool(place.cloud.pools),
                tolerations=place.cloud.tolerations,
                api_addresses=cluster.api_addresses,
            ),
        )
        make_quota(self.namespace, limits(settings, values), labels, within)
        access = make_access(self.namespace, settings, values, labels, within)
        # On the way down the order turns round: the release goes, then users' pods and disks, and only then what they
        # needed: the policy that kept them apart, the claim they mounted, the class and the driver of their disks, the
        # nodes, the namespace.
        outlives = (closed, *homes, *place.classes.values(), *cluster.disks, *cluster.nodes)
        teardown = Teardown(f"{name}-teardown", cluster, self.namespace, _after(within, *outlives))
        # Accounts and rights before the pods that run as them, homes before the first person comes in.
        needed = (*kept, *access, *folder, *start_files, teardown)
        release = make_release(name, self.namespace, place.chart, values, _after(within, *needed))
        # The first to go where this hub alone is taken out of the stack file: people's disks go with it.
        Consent(f"{name}-consent", refusals_of_hub(name, settings), _after(within, release))

        self.url = known_url(settings, node_ports, entrance) or balancer_url(name, settings, release, within)
        self.register_outputs({"url": self.url, "namespace": self.namespace, "password": self.password})

    def _make_homes(
        self, settings: HubSettings, place: Place, labels: Labels, opts: pulumi.ResourceOptions
    ) -> tuple[list[pulumi.Resource], list[pulumi.Resource]]:
        """Make the hub's folder and the claim that mounts it, where it has anything on the platform's file system."""
        name = str(labels.hub)
        if not settings.has_folder:
            return [], []
        claim = make_claim(name, place.homes.of_hub(name, self.namespace), labels, opts)
        return [place.homes.make_folder(name, shared_folders(settings), opts)], [claim]


def _standard(settings: HubSettings) -> Standard:
    """Give the strictest standard that lets users' pods in: only an iptables container asks for more."""
    return "privileged" if settings.security.metadata == "iptables" else "restricted"


def _after(opts: pulumi.ResourceOptions, *needed: pulumi.Resource) -> pulumi.ResourceOptions:
    return pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=list(needed)))
