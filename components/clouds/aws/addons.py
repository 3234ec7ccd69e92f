"""What EKS puts into the cluster and keeps running there: network, names, credentials, drivers of disks and files.

Their versions are EKS's default for the cluster's Kubernetes version, which is the pair that AWS tests; the state keeps
which one it was, and an `up` never moves it by itself.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import eks

from components.clouds.aws.cluster import ControlPlane
from components.clouds.aws.identity import give_role, make_role
from components.clouds.aws.network import Network
from components.clouds.aws.site import Site

_OUTLAST = {"vpc-cni", "kube-proxy", "coredns"}
"""What nodes that drain cannot do without: it runs on when EKS forgets the add-on, and goes with the cluster."""


@dataclass(frozen=True)
class Addons:
    """The add-ons by what needs them."""

    pods: Sequence[pulumi.Resource]
    """What any pod needs."""

    disks: Sequence[pulumi.Resource]
    """What makes, attaches and removes disks."""

    files: Sequence[pulumi.Resource]
    """What mounts EFS."""

    snapshots: Sequence[pulumi.Resource] = ()
    """What lets Kubernetes ask for snapshots of disks, where the platform takes any."""


def make_addons(site: Site, network: Network, plane: ControlPlane, nodes: Sequence[pulumi.Resource]) -> Addons:
    """Make the add-ons beside the nodes; only the disks' driver waits for them.

    A new cluster has a network, DNS and a proxy already, so nodes join without waiting for these add-ons, which take
    them over. All of them pull their images through the way out.
    """
    disks_role = make_role("disks", "pods.eks", ["service-role/AmazonEBSCSIDriverPolicy"], site)
    files_role = make_role("files", "pods.eks", ["service-role/AmazonEFSCSIDriverPolicy"], site)
    disks_rights = give_role("disks", plane.name, "ebs-csi-controller-sa", disks_role, site)
    files_rights = give_role("files", plane.name, "efs-csi-controller-sa", files_role, site)
    beside = site.with_options(pulumi.ResourceOptions(depends_on=list(network.way_out)))
    # The agent hands out the roles of pods.
    agent = _addon("eks-pod-identity-agent", plane, [], beside)
    # The network's policy agent is off unless it is asked for.
    network_of_pods = _addon("vpc-cni", plane, [], beside, {"enableNetworkPolicy": "true"})
    proxy = _addon("kube-proxy", plane, [], beside)
    names = _addon("coredns", plane, [], beside)
    files = _addon("aws-efs-csi-driver", plane, [files_rights], beside)
    disks = _addon("aws-ebs-csi-driver", plane, [*nodes, agent, disks_rights], site)
    # The kinds of snapshots and their controller, which other clouds' clusters have from the start. The disks' driver
    # has its part in any case, as an add-on, and goes on looking until the kinds are there (aws-ebs-csi-driver#1447).
    snapshots = [_addon("snapshot-controller", plane, [], beside)] if site.archives_databases else []
    return Addons([network_of_pods, proxy, names, agent], [disks], [files], snapshots)


def _addon(
    name: str,
    plane: ControlPlane,
    needs: Sequence[pulumi.Resource],
    site: Site,
    configuration: Mapping[str, str] | None = None,
) -> eks.Addon:
    return eks.Addon(
        name,
        cluster_name=plane.name,
        addon_name=name,
        configuration_values=json.dumps(configuration, sort_keys=True) if configuration else None,
        # Over what EKS put there at first; a change made by hand does not outlive the next update either.
        resolve_conflicts_on_create="OVERWRITE",
        resolve_conflicts_on_update="OVERWRITE",
        # The nodes go at the same time, and a pod without its network's agent does not end until it is killed.
        preserve=name in _OUTLAST,
        opts=site.but(
            pulumi.ResourceOptions(
                depends_on=list(needs),
                custom_timeouts=pulumi.CustomTimeouts(create="30m", update="30m", delete="30m"),
            )
        ),
    )
