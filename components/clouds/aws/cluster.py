"""The EKS cluster: its control plane, who may reach it, and how."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import cloudwatch, eks, kms

from components.clouds.aws.identity import cluster_role
from components.clouds.aws.network import Network
from components.clouds.aws.site import Site, named
from components.clouds.kubeconfig import with_login
from components.settings.clouds.aws import AwsCluster

_ADMIN = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"


@dataclass(frozen=True)
class ControlPlane:
    """A cluster without nodes yet."""

    resource: eks.Cluster
    name: pulumi.Input[str]

    nodes_group: pulumi.Output[str]
    """The security group that EKS puts on its nodes."""


def make_control_plane(site: Site, network: Network) -> ControlPlane:
    """Make the cluster, or use the one that exists."""
    existing = site.settings.cluster.existing
    if existing:
        return _control_plane(eks.Cluster.get("cluster", existing, opts=site.after([site.stays])))
    cluster = _make(site, network)
    for principal in site.settings.cluster.admins:
        _let_in(principal, cluster, site)
    return _control_plane(cluster)


def _control_plane(cluster: eks.Cluster) -> ControlPlane:
    group = cluster.vpc_config.apply(lambda config: str(config.cluster_security_group_id))
    return ControlPlane(cluster, cluster.name, group)


def _make(site: Site, network: Network) -> eks.Cluster:
    settings = site.settings.cluster
    role = cluster_role(site)
    # Its name is known before it is, as its log group has to be there first.
    name = pulumi.Output.concat("hubstack-", site.labels.platform)
    log = cloudwatch.LogGroup(
        "cluster-log",
        name=pulumi.Output.concat("/aws/eks/", name, "/cluster"),
        retention_in_days=settings.log_days,
        opts=site.opts,
    )
    return eks.Cluster(
        "cluster",
        name=name,
        role_arn=role.arn,
        version=settings.version,
        # Who may enter stands in AWS, where it is seen and taken back, and not in a ConfigMap that can lock all out.
        access_config={
            "authentication_mode": "API",
            # Whoever makes the cluster goes on to put things into it.
            "bootstrap_cluster_creator_admin_permissions": True,
        },
        vpc_config=_doors(settings, network),
        kubernetes_network_config={"service_ipv4_cidr": settings.services, "ip_family": "ipv4"},
        encryption_config={
            "provider": {"key_arn": settings.secrets_key or _key(site).arn},
            "resources": ["secrets"],
        },
        enabled_cluster_log_types=list(settings.logs),
        opts=site.but(
            pulumi.ResourceOptions(
                depends_on=[site.stays, log, *role.rights],
                # Its name is taken until it is gone.
                delete_before_replace=True,
                custom_timeouts=pulumi.CustomTimeouts(create="45m", update="90m", delete="45m"),
            )
        ),
    )


def _doors(settings: AwsCluster, network: Network) -> eks.ClusterVpcConfigArgsDict:
    """Let nodes in from within, and people from the networks listed; without a list there is no door to the outside."""
    inside: eks.ClusterVpcConfigArgsDict = {
        "subnet_ids": list(network.private.values()),
        "endpoint_private_access": True,
        "endpoint_public_access": bool(settings.reached_from),
    }
    return {**inside, "public_access_cidrs": list(settings.reached_from)} if settings.reached_from else inside


def _key(site: Site) -> kms.Key:
    return kms.Key(
        "cluster-key",
        description="Kubernetes Secrets of a hubstack platform",
        enable_key_rotation=True,
        tags=named("cluster-key"),
        # The shortest that AWS allows: a deleted key waits so long, at no charge, and then is gone.
        deletion_window_in_days=7,
        opts=site.opts,
    )


def _let_in(principal: str, cluster: eks.Cluster, site: Site) -> None:
    # By account, kind and name, so that taking one out of the list moves no other.
    name = "admin-" + principal.split("::")[1].replace(":", "-").replace("/", "-")
    entry = eks.AccessEntry(name, cluster_name=cluster.name, principal_arn=principal, opts=site.opts)
    eks.AccessPolicyAssociation(
        name,
        cluster_name=cluster.name,
        principal_arn=entry.principal_arn,
        policy_arn=_ADMIN,
        access_scope={"type": "cluster"},
        opts=site.opts,
    )


def identifier(cluster: eks.Cluster) -> pulumi.Output[str]:
    """Give what stays as long as the cluster does.

    The ARN alone is not enough: it holds the name, and a cluster made anew after an accident has the same one.
    """
    return pulumi.Output.concat(cluster.arn, " of ", cluster.created_at)


def kubeconfig(cluster: eks.Cluster, region: str) -> pulumi.Output[str]:
    """Give a kubeconfig without any credential: AWS's command line fetches a token for whoever uses it."""

    def written(known: Sequence[str]) -> str:
        endpoint, certificate, name = known
        login = {
            "command": "aws",
            "args": ["eks", "get-token", "--cluster-name", name, "--region", region, "--output", "json"],
            "installHint": "Install the AWS command line, and log in with it.",
        }
        return with_login({"server": endpoint, "certificate-authority-data": certificate}, login)

    certificate = cluster.certificate_authority.apply(lambda authority: authority.data)
    return pulumi.Output.all(cluster.endpoint, certificate, cluster.name).apply(written)
