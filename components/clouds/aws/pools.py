"""The nodes: managed groups, one for each pool and zone, which the autoscaler makes larger and smaller."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws import autoscaling, ec2, eks

from components.clouds.aws.cluster import ControlPlane
from components.clouds.aws.identity import Role, node_role
from components.clouds.aws.network import Network
from components.clouds.aws.site import Site
from components.clouds.purposes import PURPOSES, Purpose
from components.labels import CLOUD_TAG
from components.settings.clouds.aws import AwsCloud
from components.settings.clouds.pools import Pool

_TEMPLATE = "k8s.io/cluster-autoscaler/node-template"


@dataclass(frozen=True)
class Image:
    """The system of a group's nodes, and the disk of it that holds pods' files."""

    type: str
    disk: str


_USUAL = Image("AL2023_x86_64_STANDARD", "/dev/xvda")
# Bottlerocket brings NVIDIA's driver and device plugin, so that nothing has to be put into the cluster for them.
_NVIDIA = Image("BOTTLEROCKET_x86_64_NVIDIA", "/dev/xvdb")


@dataclass(frozen=True)
class Group:
    """One pool's nodes in one zone."""

    pool: str
    zone: str
    machine: str
    min: int
    max: int

    @property
    def name(self) -> str:
        """Give the group's name in the graph."""
        return f"{self.pool}-{self.zone}"

    @property
    def purpose(self) -> Purpose:
        """Give what its nodes are for."""
        return PURPOSES[self.pool]


def groups(settings: AwsCloud) -> Sequence[Group]:
    """Give each pool a group in each zone.

    A disk stays in its zone, so its pod needs a node there: one group over all zones might add one elsewhere, for ever.
    https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/cloudprovider/aws/README.md
    """
    return [
        Group(name, zone, pool.machine_type, _share(pool.min, place, settings), _most(name, pool, place, settings))
        for name, pool in settings.pools.by_name.items()
        for place, zone in enumerate(settings.zones)
    ]


def _share(nodes: int, place: int, settings: AwsCloud) -> int:
    """Deal nodes out over the zones, the first one first: that is where load balancers look for one."""
    zones = len(settings.zones)
    return nodes // zones + (1 if place < nodes % zones else 0)


def _most(name: str, pool: Pool, place: int, settings: AwsCloud) -> int:
    # All of the core's disks may be in one zone. EKS takes no group that can have no node at all.
    return pool.most if name == "core" else max(1, _share(pool.most, place, settings))


@dataclass(frozen=True)
class Membership:
    """What makes an instance a node of the cluster."""

    plane: ControlPlane
    role: Role


def make_pools(site: Site, network: Network, plane: ControlPlane) -> Sequence[eks.NodeGroup]:
    """Make every group. They need the cluster, and a way out to join it and to pull images."""
    templates = {name: _template(name, pool, site) for name, pool in site.settings.pools.by_name.items()}
    membership = Membership(plane, node_role(site))
    joining = site.with_options(pulumi.ResourceOptions(depends_on=[*membership.role.rights, *network.way_out]))
    made: list[eks.NodeGroup] = []
    for group in groups(site.settings):
        nodes = _make(group, templates[group.pool], network.private[group.zone], membership, joining)
        _tag(group, nodes, site)
        made.append(nodes)
    return made


def _image(pool: str) -> Image:
    return _NVIDIA if pool == "gpu" else _USUAL


def _template(pool: str, settings: Pool, site: Site) -> ec2.LaunchTemplate:
    tags: dict[str, pulumi.Input[str]] = {CLOUD_TAG: site.labels.platform, "Name": f"hubstack-{pool}"}
    return ec2.LaunchTemplate(
        f"pool-{pool}",
        update_default_version=True,
        metadata_options={
            "http_endpoint": "enabled",
            "http_tokens": "required",
            # One hop is the node itself: a pod does not get at the node's role, whatever policy its namespace has.
            "http_put_response_hop_limit": 1,
        },
        block_device_mappings=[
            {
                "device_name": _image(pool).disk,
                "ebs": {
                    "volume_type": "gp3",
                    "volume_size": settings.disk.gibibytes,
                    "encrypted": "true",
                    "delete_on_termination": "true",
                },
            }
        ],
        # The provider's tags reach the template only, and not what is made from it.
        tag_specifications=[
            {"resource_type": kind, "tags": tags} for kind in ("instance", "volume", "network-interface")
        ],
        opts=site.opts,
    )


def _make(
    group: Group, template: ec2.LaunchTemplate, subnet: pulumi.Input[str], membership: Membership, site: Site
) -> eks.NodeGroup:
    return eks.NodeGroup(
        group.name,
        cluster_name=membership.plane.name,
        node_role_arn=membership.role.arn,
        subnet_ids=[subnet],
        version=membership.plane.resource.version,
        ami_type=_image(group.pool).type,
        capacity_type="SPOT" if group.pool == "spot" else "ON_DEMAND",
        instance_types=[group.machine],
        launch_template={"id": template.id, "version": template.latest_version.apply(str)},
        scaling_config={"desired_size": group.min, "min_size": group.min, "max_size": group.max},
        update_config={"max_unavailable": 1},
        labels=group.purpose.labels,
        taints=[{"key": key, "value": value, "effect": "NO_SCHEDULE"} for key, value in group.purpose.taints.items()],
        opts=site.but(
            pulumi.ResourceOptions(
                # The autoscaler decides how many there are; every `up` would take it back.
                ignore_changes=["scalingConfig.desiredSize"],
                # Draining a full pool takes as long as its pods' last grace period, one node after the other.
                custom_timeouts=pulumi.CustomTimeouts(create="30m", update="90m", delete="45m"),
            )
        ),
    )


def _tag(group: Group, made: eks.NodeGroup, site: Site) -> None:
    """Tell the autoscaler what a node of an empty group would be like, so that it dares to add the first one.

    EKS puts its own tags on the scaling group, but neither these nor the platform's.
    """
    taints = {key: f"{value}:NoSchedule" for key, value in group.purpose.taints.items()}
    tags: dict[str, pulumi.Input[str]] = {
        **{f"{_TEMPLATE}/label/{key}": value for key, value in group.purpose.labels.items()},
        **{f"{_TEMPLATE}/taint/{key}": value for key, value in taints.items()},
        # The EBS driver's own word for the zone: without it no empty group fits a pod whose disk exists.
        f"{_TEMPLATE}/label/topology.ebs.csi.aws.com/zone": group.zone,
        CLOUD_TAG: site.labels.platform,
    }
    scaling_group = made.resources.apply(_scaling_group)
    for key, value in tags.items():
        autoscaling.Tag(
            f"{group.name}-{key.removeprefix(f'{_TEMPLATE}/').replace('/', '-')}",
            autoscaling_group_name=scaling_group,
            tag={"key": key, "value": value, "propagate_at_launch": False},
            # The tags go with what they are on.
            opts=site.but(pulumi.ResourceOptions(deleted_with=made)),
        )


def _scaling_group(resources: Sequence[Any]) -> str:
    return str(resources[0].autoscaling_groups[0].name)
