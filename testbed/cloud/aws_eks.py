"""EKS: clusters, their add-ons, and who may do what in them."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from testbed.cloud import clock
from testbed.cloud.aws_api import fit_shapes
from testbed.cloud.aws_iam import ROLE, lacks_policies
from testbed.cloud.aws_network import GROUP, SUBNET, arn
from testbed.cloud.kinds import Inputs, Kind, Refused, Wanted, Wrong, at, is_known
from testbed.cloud.patterns import fits
from testbed.cloud.records import New

if TYPE_CHECKING:
    from testbed.cloud.ledger import Account
    from testbed.cloud.records import Record

CLUSTER = "aws:eks/cluster:Cluster"
NODES = "aws:eks/nodeGroup:NodeGroup"
ADDON = "aws:eks/addon:Addon"
ENTRY = "aws:eks/accessEntry:AccessEntry"
RIGHT = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"
IDENTITY = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
LOG = "aws:cloudwatch/logGroup:LogGroup"
KEY = "aws:kms/key:Key"

_VERSIONS = tuple(f"1.{minor}" for minor in range(31, 37))
_ADDONS = {
    "vpc-cni": False, "kube-proxy": False, "eks-pod-identity-agent": False,
    "coredns": True, "aws-ebs-csi-driver": True, "aws-efs-csi-driver": True,
    "snapshot-controller": True,
}  # fmt: skip
"""Those with a Deployment are active only once a node runs it."""

_CLUSTER_SHAPES = {
    "name": "ClusterName",
    "accessConfig.authenticationMode": "AuthenticationMode",
    "enabledClusterLogTypes[*]": "LogType",
    "kubernetesNetworkConfig.ipFamily": "IpFamily",
}
_ADDON_SHAPES = {"resolveConflictsOnCreate": "ResolveConflicts", "resolveConflictsOnUpdate": "ResolveConflicts"}
_PATIENCE = 1200


def _cluster_wrong(inputs: Inputs) -> Iterable[Wrong]:
    yield from fit_shapes(inputs, "eks", _CLUSTER_SHAPES)
    if is_known(inputs.get("version")) and inputs.get("version") not in (None, *_VERSIONS):
        yield Wrong("version", f"InvalidParameterException: unsupported Kubernetes version {inputs['version']}")
    for doors in at(inputs, "vpcConfig"):
        yield from _doors_wrong(doors) if is_known(doors) else ()


def _doors_wrong(doors: Mapping[str, Any]) -> Iterable[Wrong]:
    if doors.get("endpointPublicAccess") is False and not doors.get("endpointPrivateAccess"):
        yield Wrong("vpcConfig", "InvalidParameterException: Private and public endpoint access cannot be false")
    if doors.get("publicAccessCidrs") and doors.get("endpointPublicAccess") is False:
        yield Wrong("vpcConfig.publicAccessCidrs", "InvalidParameterException: Public access is off")


def _cluster_refused(wanted: Wanted) -> str:
    subnets = [wanted.found(str(each), SUBNET) for each in at(wanted.inputs, "vpcConfig.subnetIds[*]")]
    zones = {each.inputs.get("availabilityZone") for each in subnets if each}
    if len(zones) < 2:  # noqa: PLR2004 - EKS's own number
        return "InvalidParameterException: Subnets specified must be in at least two different AZs"
    if not wanted.before:
        return lacks_policies(wanted, "roleArn", "AmazonEKSClusterPolicy")
    was, now = minor_of(wanted.before.get("version")), minor_of(wanted.inputs.get("version"))
    if now < was:
        return f"InvalidParameterException: Unsupported Kubernetes minor version update from 1.{was} to 1.{now}"
    if now > was + 1:
        return f"InvalidParameterException: Unsupported Kubernetes minor version update from 1.{was} to 1.{now}"
    return ""


def minor_of(version: object) -> int:
    """Give the minor number of a Kubernetes version; of none, the newest."""
    return int(str(version or _VERSIONS[-1]).split(".")[1])


def _cluster(wanted: Wanted) -> Mapping[str, Any]:
    subnet = wanted.found(str(next(iter(at(wanted.inputs, "vpcConfig.subnetIds[*]")), "")), SUBNET)
    number = wanted.fresh(digits=32).upper()
    issuer = f"https://oidc.eks.{wanted.place.region}.amazonaws.com/id/{number}"
    return {
        "arn": arn(wanted, "eks", f"cluster/{wanted.name}"),
        "identities": [{"oidcs": [{"issuer": issuer}]}],
        "platformVersion": "eks.1",
        "status": "ACTIVE",
        "version": wanted.inputs.get("version") or _VERSIONS[-1],
        "vpcConfig": {
            **wanted.inputs["vpcConfig"],
            "vpcId": subnet.inputs["vpcId"] if subnet else "",
            "clusterSecurityGroupId": wanted.fresh("sg-"),
        },
    }


def _cluster_made(account: "Account", record: "Record") -> Mapping[str, Any]:
    """Start the control plane; EKS makes a security group of its own and, where there is none, a log group."""
    from testbed.cloud.managed import cluster  # noqa: PLC0415 - a plugin without clusters does without

    doors = record.outputs["vpcConfig"]
    vpc = account.find(doors["vpcId"], "aws:ec2/vpc:Vpc")
    number = doors["clusterSecurityGroupId"]
    tags = {f"kubernetes.io/cluster/{record.name}": "owned"}
    group: dict[str, Any] = {"name": f"eks-cluster-sg-{record.name}", "vpcId": doors["vpcId"], "tags": tags}
    if account.find(number, GROUP) is None:
        refers = {"vpcId": [vpc.serial]} if vpc else {}
        new = New(
            "aws", GROUP, str(group["name"]), number, record.scope, group, group, tags, "kubernetes", refers=refers
        )
        account.add(new)
    log = f"/aws/eks/{record.name}/cluster"
    if record.inputs.get("enabledClusterLogTypes") and account.find(log, LOG) is None:
        account.add(New("aws", LOG, log, log, record.scope, {"name": log}, {"name": log}, made_by="kubernetes"))
    access = cluster.start(account, record)
    return {
        "endpoint": access.endpoint,
        "certificateAuthority": {"data": access.ca_certificate},
        "createdAt": f"2026-01-01T00:00:{record.serial % 60:02}Z/{record.serial}",
    }


def _cluster_gone(account: "Account", record: "Record") -> None:
    """End it at once. Its security group stays where a rule of another still names it, and then holds the VPC."""
    from testbed.cloud.managed import cluster  # noqa: PLC0415 - as above

    cluster.stop(account, record)
    group = account.find(record.outputs["vpcConfig"]["clusterSecurityGroupId"], GROUP)
    if group and not [each for each, _path in account.referring(group)]:
        account.remove(group)


def _addon_wrong(inputs: Inputs) -> Iterable[Wrong]:
    yield from fit_shapes(inputs, "eks", _ADDON_SHAPES)
    name = inputs.get("addonName")
    if is_known(name) and name not in _ADDONS:
        yield Wrong("addonName", f"InvalidParameterException: Addon {name} specified is not supported")
    values = inputs.get("configurationValues")
    if values and is_known(values):
        try:
            json.loads(values)
        except ValueError:
            yield Wrong(
                "configurationValues", "InvalidParameterException: ConfigurationValue provided in request is not valid"
            )


def _addon_made(account: "Account", record: "Record") -> None:
    """Wait, as it does in life, until a node runs its pods."""
    if not _ADDONS[record.inputs["addonName"]]:
        return

    def has_nodes() -> bool:
        groups = account.records(NODES, state="ready")
        return any(each.inputs["clusterName"] == record.inputs["clusterName"] for each in groups)

    if not clock.until(has_nodes, _PATIENCE):
        raise Refused(
            "unexpected state 'DEGRADED', wanted target 'ACTIVE'",
            "InsufficientNumberOfReplicas: The add-on is unhealthy because it lacks replicas.",
        )


def _grant_wrong(inputs: Inputs) -> Iterable[Wrong]:
    yield from fits(inputs, "principalArn", r"arn:aws:iam::[0-9]{12}:(role|user)/.+", "InvalidParameterException")


def of_cluster(*keys: str) -> Callable[[Wanted], str]:
    """Give an id made of the cluster's name and further inputs."""

    def joined(wanted: Wanted) -> str:
        return ":".join(str(wanted.inputs[key]) for key in ("clusterName", *keys))

    return joined


KINDS = [
    Kind(
        CLUSTER,
        check=_cluster_wrong,
        refuses=_cluster_refused,
        computed=_cluster,
        made=_cluster_made,
        gone=_cluster_gone,
        is_cluster=True,
        quota="EKS_CLUSTERS",
        refers={"vpcConfig.subnetIds[*]": SUBNET, "roleArn": ROLE, "encryptionConfig.provider.keyArn": KEY},
        takes_along=frozenset({ADDON, ENTRY, RIGHT, IDENTITY}),
        replaces=frozenset(
            {
                "name",
                "roleArn",
                "bootstrapSelfManagedAddons",
                "encryptionConfig.provider.keyArn",
                "accessConfig.bootstrapClusterCreatorAdminPermissions",
                "kubernetesNetworkConfig.serviceIpv4Cidr",
                "kubernetesNetworkConfig.ipFamily",
            }
        ),
    ),
    Kind(
        ADDON,
        named_by=None,
        identify=of_cluster("addonName"),
        check=_addon_wrong,
        made=_addon_made,
        cluster_of="clusterName",
        refers={"clusterName": CLUSTER},
        lets_go=frozenset({"clusterName"}),
        computed=lambda wanted: {
            "arn": arn(wanted, "eks", f"addon/{wanted.inputs['clusterName']}/{wanted.inputs['addonName']}"),
            "addonVersion": "v1.0.0-eksbuild.1",
        },
        replaces=frozenset({"clusterName", "addonName"}),
    ),
    Kind(
        ENTRY,
        named_by=None,
        identify=of_cluster("principalArn"),
        check=_grant_wrong,
        refers={"clusterName": CLUSTER},
        lets_go=frozenset({"clusterName"}),
        computed=lambda wanted: {"accessEntryArn": arn(wanted, "eks", f"access-entry/{wanted.fresh()}")},
        replaces=frozenset({"clusterName", "principalArn", "type"}),
    ),
    Kind(
        RIGHT,
        named_by=None,
        identify=lambda wanted: "#".join(
            str(wanted.inputs[key]) for key in ("clusterName", "principalArn", "policyArn")
        ),
        check=_grant_wrong,
        refers={"clusterName": CLUSTER},
        lets_go=frozenset({"clusterName"}),
        replaces=frozenset({"clusterName", "principalArn", "policyArn", "accessScope"}),
    ),
    Kind(
        IDENTITY,
        named_by=None,
        identify=lambda wanted: wanted.fresh("a-"),
        computed=lambda wanted: {"associationId": wanted.fresh("a-")},
        refers={"clusterName": CLUSTER, "roleArn": ROLE},
        lets_go=frozenset({"clusterName"}),
        replaces=frozenset({"clusterName", "namespace", "serviceAccount"}),
    ),
]
