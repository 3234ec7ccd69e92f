"""EKS: clusters, groups of nodes, add-ons, and who may do what in them."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from testbed.cloud import clock
from testbed.cloud.aws_api import fit_shapes
from testbed.cloud.aws_iam import ROLE, lacks_policies
from testbed.cloud.aws_network import GROUP, SUBNET, arn, has_way_out
from testbed.cloud.kinds import Inputs, Kind, NodePool, Refused, Taint, Wanted, Wrong, at, is_known
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
SCALING = "aws:autoscaling/group:Group"
TAG = "aws:autoscaling/tag:Tag"
LOG = "aws:cloudwatch/logGroup:LogGroup"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
KEY = "aws:kms/key:Key"

_VERSIONS = tuple(f"1.{minor}" for minor in range(31, 37))
_ADDONS = {
    "vpc-cni": False, "kube-proxy": False, "eks-pod-identity-agent": False,
    "coredns": True, "aws-ebs-csi-driver": True, "aws-efs-csi-driver": True,
}  # fmt: skip
"""Those with a Deployment are active only once a node runs it."""

_CLUSTER_SHAPES = {
    "name": "ClusterName",
    "accessConfig.authenticationMode": "AuthenticationMode",
    "enabledClusterLogTypes[*]": "LogType",
    "kubernetesNetworkConfig.ipFamily": "IpFamily",
}
_NODES_SHAPES = {
    "amiType": "AMITypes",
    "capacityType": "CapacityTypes",
    "scalingConfig.minSize": "ZeroCapacity",
    "scalingConfig.maxSize": "Capacity",
    "taints[*].effect": "TaintEffect",
    "taints[*].key": "taintKey",
    "taints[*].value": "taintValue",
}
_ADDON_SHAPES = {"resolveConflictsOnCreate": "ResolveConflicts", "resolveConflictsOnUpdate": "ResolveConflicts"}
_EFFECTS = {"NO_SCHEDULE": "NoSchedule", "NO_EXECUTE": "NoExecute", "PREFER_NO_SCHEDULE": "PreferNoSchedule"}
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
    was, now = _minor(wanted.before.get("version")), _minor(wanted.inputs.get("version"))
    if now < was:
        return f"InvalidParameterException: Unsupported Kubernetes minor version update from 1.{was} to 1.{now}"
    if now > was + 1:
        return f"InvalidParameterException: Unsupported Kubernetes minor version update from 1.{was} to 1.{now}"
    return ""


def _minor(version: object) -> int:
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


def _nodes_wrong(inputs: Inputs) -> Iterable[Wrong]:
    sizes: Mapping[str, Any] = inputs.get("scalingConfig") or {}
    if is_known(sizes) and not sizes.get("minSize", 0) <= sizes.get("desiredSize", 0) <= sizes.get("maxSize", 0):
        yield Wrong("scalingConfig", "InvalidParameterException: desired capacity must be between min and max size")
    yield from fit_shapes(inputs, "eks", _NODES_SHAPES)
    yield from fits(
        inputs, "instanceTypes[*]", r"[a-z][a-z0-9-]*[0-9][a-z0-9-]*\.[0-9a-z-]+", "InvalidParameterException"
    )
    if inputs.get("launchTemplate") and inputs.get("diskSize"):
        yield Wrong("diskSize", "InvalidParameterException: Disk size must be specified within the launch template.")
    for machine in at(inputs, "instanceTypes[*]"):
        arm = "g" in str(machine).split(".")[0].lstrip("abcdefghijklmnopqrstuvwxyz")
        system = inputs.get("amiType") or ""
        if is_known(machine) and is_known(system) and system and arm != ("ARM" in system):
            yield Wrong("amiType", f"InvalidParameterException: [{machine}] is not a valid instance type for {system}")


def _nodes_refused(wanted: Wanted) -> str:
    cluster = wanted.found(str(wanted.inputs["clusterName"]), CLUSTER)
    if cluster and _minor(wanted.inputs.get("version") or cluster.outputs["version"]) > _minor(
        cluster.outputs["version"]
    ):
        return "InvalidParameterException: Requested Nodegroup version is newer than the cluster's"
    if wanted.before:
        return ""
    for subnet in wanted.inputs["subnetIds"]:
        if not has_way_out(wanted.account, str(subnet)):
            return (
                "NodeCreationFailure: Instances failed to join the kubernetes cluster: no way to the internet from"
                f" {subnet}"
            )
    return lacks_policies(
        wanted, "nodeRoleArn",
        "AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy", "AmazonEC2ContainerRegistry(PullOnly|ReadOnly)",
    )  # fmt: skip


def _nodes(wanted: Wanted) -> Mapping[str, Any]:
    name = _nodes_name(wanted)
    return {
        "arn": arn(wanted, "eks", f"nodegroup/{wanted.inputs['clusterName']}/{name}/{wanted.fresh(digits=32)}"),
        "nodeGroupName": name,
        "status": "ACTIVE",
        "resources": [{"autoscalingGroups": [{"name": f"eks-{name}-{wanted.fresh(digits=12)}"}]}],
    }


def _nodes_name(wanted: Wanted) -> str:
    return str(wanted.inputs.get("nodeGroupName") or wanted.name)


def _nodes_made(account: "Account", record: "Record") -> None:
    """Make the scaling group behind it; its own tags are not those of the group of nodes."""
    name = record.outputs["resources"][0]["autoscalingGroups"][0]["name"]
    cluster = record.inputs["clusterName"]
    tags = {"k8s.io/cluster-autoscaler/enabled": "true", f"k8s.io/cluster-autoscaler/{cluster}": "owned"}
    account.add(New("aws", SCALING, name, name, record.scope, {"name": name}, {"name": name}, tags, "kubernetes"))


def _nodes_gone(account: "Account", record: "Record") -> None:
    name = record.outputs["resources"][0]["autoscalingGroups"][0]["name"]
    for each in account.records(TAG):
        if each.inputs.get("autoscalingGroupName") == name:
            account.remove(each)
    scaling = account.find(name, SCALING)
    if scaling:
        account.remove(scaling)


def _pool(inputs: Inputs) -> NodePool:
    sizes, machines = inputs["scalingConfig"], inputs.get("instanceTypes") or ["t3.medium"]
    return NodePool(
        name=str(inputs.get("nodeGroupName", "")),
        machine=str(machines[0]),
        min=int(sizes["minSize"]),
        max=int(sizes["maxSize"]),
        size=int(sizes["desiredSize"]),
        labels=inputs.get("labels") or {},
        taints=tuple(
            Taint(each["key"], each.get("value", ""), _EFFECTS[each["effect"]]) for each in inputs.get("taints") or ()
        ),
        spot=inputs.get("capacityType") == "SPOT",
    )


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


def _tag_key(wanted: Wanted) -> str:
    return f"{wanted.inputs['autoscalingGroupName']},{wanted.inputs['tag']['key']}"


def _of_cluster(*keys: str) -> Callable[[Wanted], str]:
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
    # A cluster with groups of nodes cannot be deleted: "ResourceInUseException: Cluster has nodegroups attached".
    Kind(
        NODES,
        named_by="nodeGroupName",
        name_in=_of_cluster(),
        identify=lambda wanted: f"{wanted.inputs['clusterName']}:{_nodes_name(wanted)}",
        computed=_nodes,
        check=_nodes_wrong,
        refuses=_nodes_refused,
        made=_nodes_made,
        gone=_nodes_gone,
        pool=_pool,
        cluster_of="clusterName",
        refers={"clusterName": CLUSTER, "nodeRoleArn": ROLE, "subnetIds[*]": SUBNET, "launchTemplate.id": TEMPLATE},
        replaces=frozenset(
            {
                "clusterName",
                "nodeGroupName",
                "nodeRoleArn",
                "subnetIds",
                "amiType",
                "capacityType",
                "diskSize",
                "instanceTypes",
                "launchTemplate.id",
                "launchTemplate.name",
                "remoteAccess",
            }
        ),
    ),
    Kind(
        ADDON,
        named_by=None,
        identify=_of_cluster("addonName"),
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
        identify=_of_cluster("principalArn"),
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
    Kind(SCALING),
    Kind(
        TAG,
        named_by=None,
        identify=_tag_key,
        labels=None,
        refers={"autoscalingGroupName": SCALING},
        lets_go=frozenset({"autoscalingGroupName"}),
        replaces=frozenset({"autoscalingGroupName", "tag.key"}),
    ),
]
