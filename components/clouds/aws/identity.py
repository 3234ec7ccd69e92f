"""Who may do what: a role for each that acts on AWS, with the least that AWS's own policies give."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws import eks, iam

from components.clouds.aws.site import Site

_POLICIES = "arn:aws:iam::aws:policy"
_VERSION = "2012-10-17"


@dataclass(frozen=True)
class Role:
    """A role, and the rights it needs before whoever takes it can work."""

    arn: pulumi.Output[str]
    rights: Sequence[pulumi.Resource]


def make_role(
    name: str, service: str, policies: Sequence[str], site: Site, own: Mapping[str, pulumi.Input[str]] | None = None
) -> Role:
    """Make a role that an AWS service takes, with policies of AWS's by name and `own` ones, as JSON, by theirs."""
    role = iam.Role(name, assume_role_policy=_trust(service), opts=site.opts)
    attached = [
        iam.RolePolicyAttachment(
            f"{name}-{policy.rsplit('/', 1)[-1]}", role=role.name, policy_arn=f"{_POLICIES}/{policy}", opts=site.opts
        )
        for policy in policies
    ]
    written = [
        iam.RolePolicy(f"{name}-{each}", role=role.name, policy=policy, opts=site.opts)
        for each, policy in (own or {}).items()
    ]
    return Role(role.arn, [*attached, *written])


def _trust(service: str) -> str:
    # Pod Identity tags its sessions with cluster, namespace and account, so it needs the second right.
    actions = ["sts:AssumeRole", "sts:TagSession"] if service == "pods.eks" else "sts:AssumeRole"
    principal = {"Service": f"{service}.amazonaws.com"}
    return document([{"Effect": "Allow", "Principal": principal, "Action": actions}])


def document(statements: Sequence[Mapping[str, Any]]) -> str:
    """Give a policy as AWS reads it."""
    return json.dumps({"Version": _VERSION, "Statement": list(statements)}, sort_keys=True)


def cluster_role(site: Site) -> Role:
    """Give the control plane its role.

    It may not make its log group: the graph makes it, and logs that arrive after the cluster has gone would make
    another, which nobody would ever delete (terraform-aws-eks#920).
    """
    no_log_group = document([{"Effect": "Deny", "Action": "logs:CreateLogGroup", "Resource": "*"}])
    return make_role("cluster", "eks", ["AmazonEKSClusterPolicy"], site, {"no-log-group": no_log_group})


def node_role(site: Site) -> Role:
    """Give the nodes their role: to join, to give pods addresses, and to pull images; nothing that a pod could use."""
    policies = ["AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy", "AmazonEC2ContainerRegistryPullOnly"]
    return make_role("nodes", "ec2", policies, site)


def give_role(
    name: str, cluster: pulumi.Input[str], account: str, role: Role, site: Site
) -> eks.PodIdentityAssociation:
    """Let pods of the service account `account` in kube-system take the role, through EKS Pod Identity.

    No OIDC provider has to be made for it, and no annotation in the cluster names a role that is gone.
    """
    return eks.PodIdentityAssociation(
        name,
        cluster_name=cluster,
        namespace="kube-system",
        service_account=account,
        role_arn=role.arn,
        opts=site.after(role.rights),
    )


def autoscaler_policy(cluster: pulumi.Input[str]) -> pulumi.Output[str]:
    """Let the autoscaler see every group of nodes, and change the size of this cluster's only."""

    def written(name: str) -> str:
        seeing = [
            "autoscaling:DescribeAutoScalingGroups",
            "autoscaling:DescribeAutoScalingInstances",
            "autoscaling:DescribeLaunchConfigurations",
            "autoscaling:DescribeScalingActivities",
            "ec2:DescribeImages",
            "ec2:DescribeInstanceTypes",
            "ec2:DescribeLaunchTemplateVersions",
            "ec2:GetInstanceTypesFromInstanceRequirements",
            "eks:DescribeNodegroup",
        ]
        changing = ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"]
        ours = {"StringEquals": {f"aws:ResourceTag/k8s.io/cluster-autoscaler/{name}": "owned"}}
        return document(
            [
                {"Effect": "Allow", "Action": seeing, "Resource": "*"},
                {"Effect": "Allow", "Action": changing, "Resource": "*", "Condition": ours},
            ]
        )

    return pulumi.Output.from_input(cluster).apply(written)
