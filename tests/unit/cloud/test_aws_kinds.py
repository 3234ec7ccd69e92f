"""What a simulated AWS refuses before anything is made, and of what is there, each as the real one does."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from testbed.cloud.aws import KINDS
from testbed.cloud.aws_network import has_way_out
from testbed.cloud.kinds import UNKNOWN, Kind, Place, Wanted
from testbed.cloud.ledger import Account
from testbed.cloud.records import New

BY_NAME = {kind.type.rpartition(":")[2]: kind for kind in KINDS}
CLUSTER: dict[str, Any] = {
    "name": "hubstack-0a1b2c3d",
    "version": "1.35",
    "roleArn": "arn:aws:iam::123456789012:role/cluster",
    "vpcConfig": {"subnetIds": ["subnet-a", "subnet-b"], "endpointPrivateAccess": True, "endpointPublicAccess": False},
    "accessConfig": {"authenticationMode": "API"},
    "enabledClusterLogTypes": ["audit"],
}
NODES: dict[str, Any] = {
    "clusterName": "hubstack-0a1b2c3d",
    "nodeRoleArn": "arn:aws:iam::123456789012:role/nodes",
    "subnetIds": ["subnet-a"],
    "scalingConfig": {"minSize": 0, "desiredSize": 0, "maxSize": 3},
    "amiType": "AL2023_x86_64_STANDARD",
    "instanceTypes": ["r5.xlarge"],
    "taints": [{"key": "a", "value": "b", "effect": "NO_SCHEDULE"}],
}
FILES = {"encrypted": True, "performanceMode": "generalPurpose", "throughputMode": "elastic"}
ROLE = {"name": "nodes", "assumeRolePolicy": '{"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole"}]}'}
ADDON = {"clusterName": "hubstack-0a1b2c3d", "addonName": "vpc-cni", "configurationValues": "{}"}


def wrong(kind: Kind, inputs: Mapping[str, Any]) -> list[str]:
    return [each.path for each in kind.check(inputs)] if kind.check else []


SOUND = {"Cluster": CLUSTER, "NodeGroup": NODES, "FileSystem": FILES, "Role": ROLE, "Addon": ADDON}


@pytest.mark.parametrize(("name", "inputs"), list(SOUND.items()))
def test_what_is_sound_is_taken_and_so_is_what_only_the_up_will_know(name: str, inputs: dict[str, Any]) -> None:
    assert wrong(BY_NAME[name], inputs) == []
    assert wrong(BY_NAME[name], dict.fromkeys(inputs, UNKNOWN)) == []


@pytest.mark.parametrize(
    ("name", "change", "path"),
    [
        ("Cluster", {"name": "a" * 101}, "name"),
        ("Cluster", {"name": "-lab"}, "name"),
        ("Cluster", {"version": "1.12"}, "version"),
        ("Cluster", {"accessConfig": {"authenticationMode": "IAM"}}, "accessConfig.authenticationMode"),
        ("Cluster", {"enabledClusterLogTypes": ["audits"]}, "enabledClusterLogTypes[*]"),
        ("Cluster", {"vpcConfig": {"endpointPublicAccess": False}}, "vpcConfig"),
        ("NodeGroup", {"amiType": "AL2024"}, "amiType"),
        ("NodeGroup", {"amiType": "AL2023_ARM_64_STANDARD"}, "amiType"),
        ("NodeGroup", {"instanceTypes": ["big"]}, "instanceTypes[*]"),
        ("NodeGroup", {"capacityType": "CHEAP"}, "capacityType"),
        ("NodeGroup", {"scalingConfig": {"minSize": 2, "desiredSize": 1, "maxSize": 3}}, "scalingConfig"),
        ("NodeGroup", {"scalingConfig": {"minSize": 0, "desiredSize": 0, "maxSize": 0}}, "scalingConfig.maxSize"),
        ("NodeGroup", {"taints": [{"key": "a", "value": "b", "effect": "NoSchedule"}]}, "taints[*].effect"),
        ("NodeGroup", {"launchTemplate": {"id": "lt-1"}, "diskSize": 20}, "diskSize"),
        ("FileSystem", {"performanceMode": "fast"}, "performanceMode"),
        ("FileSystem", {"performanceMode": "maxIO"}, "throughputMode"),
        (
            "FileSystem",
            {"lifecyclePolicies": [{"transitionToIa": "AFTER_15_DAYS"}]},
            "lifecyclePolicies[*].transitionToIa",
        ),
        ("Role", {"name": "a role"}, "name"),
        ("Role", {"assumeRolePolicy": "{}"}, "assumeRolePolicy"),
        ("Addon", {"addonName": "ebs"}, "addonName"),
        ("Addon", {"configurationValues": "enableNetworkPolicy: true"}, "configurationValues"),
        ("Addon", {"resolveConflictsOnCreate": "PLEASE"}, "resolveConflictsOnCreate"),
    ],
)
def test_what_is_not_is_refused(name: str, change: dict[str, Any], path: str) -> None:
    assert path in wrong(BY_NAME[name], {**SOUND[name], **change})


def test_a_policy_that_aws_has_not_is_refused() -> None:
    policy = "arn:aws:iam::aws:policy/AmazonEBSCSIDriverPolicy"  # it lies below service-role/
    assert wrong(BY_NAME["RolePolicyAttachment"], {"role": "disks", "policyArn": policy}) == ["policyArn"]


@pytest.fixture
def account(tmp_path: Path) -> Account:
    return Account(tmp_path / "account")


def put(account: Account, kind: str, identity: str, **inputs: Any) -> None:
    outputs = {"arn": f"arn:aws:iam::123456789012:role/{identity}"} if kind.endswith("Role") else inputs
    account.add(New("aws", kind, identity, identity, inputs=inputs, outputs=outputs))


def wanted(account: Account, kind: Kind, inputs: Mapping[str, Any], before: Mapping[str, Any] | None = None) -> Wanted:
    place = Place("123456789012", "eu-central-1")
    return Wanted(kind.type, inputs, "name", place, "seed", account, before or {})


def refusal(account: Account, name: str, inputs: Mapping[str, Any], before: Mapping[str, Any] | None = None) -> str:
    kind = BY_NAME[name]
    return kind.refuses(wanted(account, kind, inputs, before)) if kind.refuses else ""


def with_subnets(account: Account) -> None:
    put(account, "aws:ec2/vpc:Vpc", "vpc-1", cidrBlock="10.20.0.0/16")
    for zone in "ab":
        place = {"availabilityZone": f"eu-central-1{zone}", "cidrBlock": f"10.20.{ord(zone)}.0/24", "vpcId": "vpc-1"}
        put(account, "aws:ec2/subnet:Subnet", f"subnet-{zone}", **place)


def attach(account: Account, role: str, *policies: str) -> None:
    put(account, "aws:iam/role:Role", role)
    for policy in policies:
        arn = f"arn:aws:iam::aws:policy/{policy}"
        put(account, "aws:iam/rolePolicyAttachment:RolePolicyAttachment", f"{role}/{policy}", role=role, policyArn=arn)


def test_a_cluster_needs_two_zones_and_a_role_with_its_policy(account: Account) -> None:
    with_subnets(account)
    alone = {**CLUSTER, "vpcConfig": {"subnetIds": ["subnet-a"]}}
    assert "two different AZs" in refusal(account, "Cluster", alone)
    put(account, "aws:iam/role:Role", "cluster")
    assert "AmazonEKSClusterPolicy" in refusal(account, "Cluster", CLUSTER)


def test_a_cluster_goes_up_one_version_at_a_time_and_never_down(account: Account) -> None:
    with_subnets(account)
    for version, refused in (("1.34", True), ("1.36", False), ("1.35", False)):
        said = refusal(account, "Cluster", {**CLUSTER, "version": version}, {"version": "1.35"})
        assert bool(said) == refused
    assert refusal(account, "Cluster", {**CLUSTER, "version": "1.36"}, {"version": "1.34"})


def test_nodes_need_their_policies_and_a_way_out(account: Account) -> None:
    with_subnets(account)
    put(account, "aws:eks/cluster:Cluster", "hubstack-0a1b2c3d", version="1.35")
    attach(account, "nodes", "AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly")
    assert "NodeCreationFailure" in refusal(account, "NodeGroup", NODES)
    way = {"destinationCidrBlock": "0.0.0.0/0", "natGatewayId": "nat-1"}
    put(account, "aws:ec2/route:Route", "r-1", routeTableId="rtb-1", **way)
    put(
        account, "aws:ec2/routeTableAssociation:RouteTableAssociation", "a-1", routeTableId="rtb-1", subnetId="subnet-a"
    )
    assert has_way_out(account, "subnet-a")
    assert "AmazonEKS_CNI_Policy" in refusal(account, "NodeGroup", NODES)


def test_no_subnet_is_associated_twice_and_no_way_made_twice(account: Account) -> None:
    joined, way = {"routeTableId": "rtb-1", "subnetId": "subnet-a"}, {"destinationCidrBlock": "0.0.0.0/0"}
    assert not refusal(account, "RouteTableAssociation", joined)
    put(account, "aws:ec2/routeTableAssociation:RouteTableAssociation", "a-1", **joined)
    assert "Resource.AlreadyAssociated" in refusal(account, "RouteTableAssociation", joined)
    put(account, "aws:ec2/route:Route", "r-rtb-11080289494", routeTableId="rtb-1", **way)
    assert "RouteAlreadyExists" in refusal(account, "Route", {"routeTableId": "rtb-1", **way})
    assert not refusal(account, "Route", {"routeTableId": "rtb-2", **way})


def test_subnets_lie_in_the_vpc_and_apart(account: Account) -> None:
    with_subnets(account)
    place = {"vpcId": "vpc-1", "availabilityZone": "eu-central-1a"}
    assert "InvalidSubnet.Range" in refusal(account, "Subnet", {**place, "cidrBlock": "10.30.0.0/24"})
    assert "InvalidSubnet.Conflict" in refusal(account, "Subnet", {**place, "cidrBlock": "10.20.97.0/25"})
    elsewhere = {**place, "availabilityZone": "eu-west-1a", "cidrBlock": "10.20.1.0/24"}
    assert "availabilityZone" in refusal(account, "Subnet", elsewhere)
    assert refusal(account, "Subnet", {**place, "cidrBlock": "10.20.1.0/24"}) == ""


def test_a_gateway_stays_while_the_network_has_public_addresses(account: Account) -> None:
    with_subnets(account)
    put(account, "aws:ec2/internetGateway:InternetGateway", "igw-1", vpcId="vpc-1")
    (gateway,) = account.records("aws:ec2/internetGateway:InternetGateway")
    blocks = BY_NAME["InternetGateway"].blocks
    assert blocks is not None
    assert blocks(account, gateway) == ""
    put(account, "aws:ec2/natGateway:NatGateway", "nat-1", subnetId="subnet-a")
    assert "DependencyViolation" in blocks(account, gateway)


def test_a_template_has_a_new_version_only_for_what_nodes_are_made_of(account: Account) -> None:
    kind = BY_NAME["LaunchTemplate"]
    assert kind.computed is not None
    inputs = {"metadataOptions": {"httpTokens": "required"}, "tags": {"a": "1"}}
    first = {**inputs, **kind.computed(wanted(account, kind, inputs))}
    assert first["latestVersion"] == 1
    retagged = {**inputs, "tags": {"a": "2"}}
    assert kind.computed(wanted(account, kind, retagged, first))["latestVersion"] == 1
    changed = {**inputs, "metadataOptions": {"httpTokens": "optional"}}
    assert kind.computed(wanted(account, kind, changed, first))["latestVersion"] == 2
