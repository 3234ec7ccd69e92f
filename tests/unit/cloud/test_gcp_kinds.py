"""What a simulated Google Cloud refuses before anything is made, each as the real one does."""

from collections.abc import Mapping
from typing import Any

import pytest

from testbed.cloud.gcp import KINDS
from testbed.cloud.kinds import UNKNOWN, Kind

BY_NAME = {kind.type.rpartition(":")[2]: kind for kind in KINDS}
INSTANCE = {
    "name": "homes-1a2b3c4",
    "location": "europe-west1-b",
    "tier": "BASIC_HDD",
    "fileShares": {"name": "homes", "capacityGb": 1024},
    "networks": [{"network": "network-1a2b3c4", "modes": ["MODE_IPV4"], "connectMode": "DIRECT_PEERING"}],
}
CLUSTER = {
    "name": "cluster-1a2b3c4",
    "location": "europe-west1",
    "nodeLocations": ["europe-west1-b"],
    "initialNodeCount": 1,
    "removeDefaultNodePool": True,
    "releaseChannel": {"channel": "REGULAR"},
}
POOL = {
    "name": "users-1a2b3c4",
    "cluster": "cluster-1a2b3c4",
    "autoscaling": {"totalMinNodeCount": 0, "totalMaxNodeCount": 4},
    "nodeConfig": {
        "machineType": "n2-highmem-4",
        "diskSizeGb": 100,
        "taints": [{"key": "a", "value": "b", "effect": "NO_SCHEDULE"}],
    },
}
SUBNETWORK = {"name": "nodes-1a2b3c4", "network": "n", "ipCidrRange": "10.40.0.0/20"}
NAT = {"name": "nat-1a2b3c4", "router": "r", "enableDynamicPortAllocation": True, "minPortsPerVm": 256}
BUCKET = {"name": "hubstack-backups-1a2b3c4", "location": "EUROPE-WEST1"}
ACCOUNT = {"accountId": "hubstack-0a1b2c3d"}
RECORD = {"name": "data8.example.edu.", "type": "A", "managedZone": "example-edu", "rrdatas": ["198.51.100.7"]}


def exclusion(name: str, first: str, last: str, scope: str = "NO_UPGRADES") -> dict[str, Any]:
    times = {"startTime": f"{first}T00:00:00Z", "endTime": f"{last}T00:00:00Z"}
    return {"exclusionName": name, **times, "exclusionOptions": {"scope": scope}}


def exclusions(*all_of_them: dict[str, Any]) -> dict[str, Any]:
    return {"maintenancePolicy": {"maintenanceExclusions": list(all_of_them)}}


def wrong(kind: Kind, inputs: Mapping[str, Any]) -> list[str]:
    return [each.path for each in kind.check(inputs)] if kind.check else []


@pytest.mark.parametrize(
    ("name", "inputs"),
    [
        ("Instance", INSTANCE),
        ("Cluster", CLUSTER),
        ("NodePool", POOL),
        ("Subnetwork", SUBNETWORK),
        ("RouterNat", NAT),
        ("Bucket", BUCKET),
        ("Account", ACCOUNT),
        ("RecordSet", RECORD),
    ],
)
def test_what_is_right_is_taken(name: str, inputs: dict[str, Any]) -> None:
    assert wrong(BY_NAME[name], inputs) == []
    assert wrong(BY_NAME[name], dict.fromkeys(inputs, UNKNOWN)) == [], "a preview knows little"


@pytest.mark.parametrize(
    ("name", "inputs", "change", "path"),
    [
        ("Instance", INSTANCE, {"fileShares": {"name": "homes", "capacityGb": 512}}, "fileShares.capacityGb"),
        ("Instance", INSTANCE, {"tier": "CHEAP"}, "tier"),
        ("Instance", INSTANCE, {"location": "europe-west1"}, "location"),
        ("Instance", INSTANCE, {"protocol": "NFS_V4_1"}, "protocol"),
        ("Instance", INSTANCE, {"kmsKeyName": "projects/p"}, "kmsKeyName"),
        ("Instance", INSTANCE, {"fileShares": {"name": "the-homes", "capacityGb": 1024}}, "fileShares.name"),
        ("Instance", INSTANCE, {"name": "Homes"}, "name"),
        ("Cluster", CLUSTER, {"name": "c" * 41}, "name"),
        ("Cluster", CLUSTER, {"releaseChannel": {"channel": "NORMAL"}}, "releaseChannel.channel"),
        ("Cluster", CLUSTER, {"datapathProvider": "CILIUM"}, "datapathProvider"),
        ("Cluster", CLUSTER, {"initialNodeCount": 0}, "initialNodeCount"),
        ("Cluster", CLUSTER, {"nodeLocations": ["europe-west4-a"]}, "nodeLocations"),
        ("Cluster", {**CLUSTER, "location": "europe-west1-b"}, {}, "nodeLocations"),
        (
            "Cluster",
            CLUSTER,
            exclusions(exclusion("term", "2026-10-12", "2027-02-12")),
            "maintenancePolicy.maintenanceExclusions",
        ),
        (
            "Cluster",
            CLUSTER,
            exclusions(*(exclusion(name, "2027-01-01", "2027-01-02") for name in "abcd")),
            "maintenancePolicy.maintenanceExclusions",
        ),
        ("NodePool", POOL, {"autoscaling": {"totalMinNodeCount": 5, "totalMaxNodeCount": 4}}, "autoscaling"),
        ("NodePool", POOL, {"autoscaling": {"minNodeCount": 1, "totalMaxNodeCount": 4}}, "autoscaling"),
        ("NodePool", POOL, {"nodeConfig": {"machineType": "n2-highmem-4", "diskSizeGb": 5}}, "nodeConfig.diskSizeGb"),
        ("NodePool", POOL, {"nodeConfig": {"taints": [{"effect": "NoSchedule"}]}}, "nodeConfig.taints[*].effect"),
        ("Subnetwork", SUBNETWORK, {"ipCidrRange": "10.40.0.0/30"}, "ipCidrRange"),
        ("Subnetwork", SUBNETWORK, {"secondaryIpRanges": [{"ipCidrRange": "10.40.8.0/24"}]}, "secondaryIpRanges"),
        ("RouterNat", NAT, {"minPortsPerVm": 100}, "minPortsPerVm"),
        ("RouterNat", NAT, {"enableEndpointIndependentMapping": True}, "enableEndpointIndependentMapping"),
        ("RouterNat", NAT, {"enableDynamicPortAllocation": False, "maxPortsPerVm": 512}, "maxPortsPerVm"),
        ("Bucket", BUCKET, {"name": "Backups"}, "name"),
        ("Account", ACCOUNT, {"accountId": "nodes"}, "accountId"),
        ("RecordSet", RECORD, {"name": "data8.example.edu"}, "name"),
        ("RecordSet", RECORD, {"rrdatas": []}, "rrdatas"),
    ],
)
def test_what_google_would_refuse_is_refused(
    name: str, inputs: dict[str, Any], change: dict[str, Any], path: str
) -> None:
    assert path in wrong(BY_NAME[name], {**inputs, **change})
