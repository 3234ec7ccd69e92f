"""EKS's managed groups of nodes, and the scaling groups behind them."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from testbed.cloud.aws_api import fit_shapes
from testbed.cloud.aws_eks import CLUSTER, NODES, minor_of, of_cluster
from testbed.cloud.aws_iam import ROLE, lacks_policies
from testbed.cloud.aws_network import SUBNET, arn, has_way_out
from testbed.cloud.kinds import Inputs, Kind, NodePool, Taint, Wanted, Wrong, at, is_known
from testbed.cloud.patterns import fits
from testbed.cloud.records import New

if TYPE_CHECKING:
    from testbed.cloud.ledger import Account
    from testbed.cloud.records import Record

SCALING = "aws:autoscaling/group:Group"
TAG = "aws:autoscaling/tag:Tag"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"

_NODES_SHAPES = {
    "amiType": "AMITypes",
    "capacityType": "CapacityTypes",
    "scalingConfig.minSize": "ZeroCapacity",
    "scalingConfig.maxSize": "Capacity",
    "taints[*].effect": "TaintEffect",
    "taints[*].key": "taintKey",
    "taints[*].value": "taintValue",
}
_EFFECTS = {"NO_SCHEDULE": "NoSchedule", "NO_EXECUTE": "NoExecute", "PREFER_NO_SCHEDULE": "PreferNoSchedule"}


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
    if cluster and minor_of(wanted.inputs.get("version") or cluster.outputs["version"]) > minor_of(
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
    if account.find(name, SCALING):
        return  # whoever had begun with it was killed
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


def _tag_key(wanted: Wanted) -> str:
    return f"{wanted.inputs['autoscalingGroupName']},{wanted.inputs['tag']['key']}"


KINDS = [
    # A cluster with groups of nodes cannot be deleted: "ResourceInUseException: Cluster has nodegroups attached".
    Kind(
        NODES,
        named_by="nodeGroupName",
        name_in=of_cluster(),
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
