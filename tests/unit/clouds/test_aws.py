"""What the program asks of AWS, under Pulumi's mocks: who waits for whom, what is tagged, what is kept."""

import json
from functools import cache
from typing import Any

import pytest
from pulumi.runtime.mocks import MockResourceArgs

from components.clouds.aws.network import deal_out
from components.clouds.aws.pools import groups
from components.labels import CLOUD_TAG
from components.platform import Platform
from components.settings import AwsCloud, StackSettings, load
from tests.support.graph import Answers, Graph, Made, record

CLOUD: dict[str, Any] = {
    "provider": "aws",
    "region": "eu-central-1",
    "zones": ["eu-central-1a", "eu-central-1b"],
    "cluster": {"reached_from": ["203.0.113.0/24"], "admins": ["arn:aws:iam::111122223333:role/hub-admins"]},
    "pools": {
        "core": {"machine": "r8i-flex.large", "max": 3},
        "users": {"machine": "r5.xlarge", "max": 5},
    },
}
HUBS: dict[str, Any] = {"data8": {"auth": {"dummy": {}}}}
NETWORK = {
    "vpc": "vpc-0123456789abcdef0",
    "private_subnets": {
        "eu-central-1a": "subnet-0123456789abcdef0",
        "eu-central-1b": "subnet-0123456789abcdef1",
    },
    "public_subnets": {"eu-central-1a": "subnet-0123456789abcdef2"},
}
UNTAGGED = {
    # AWS has no tags for these; they go with what they are part of.
    "aws:autoscaling/tag:Tag",
    "aws:ec2/route:Route",
    "aws:ec2/routeTableAssociation:RouteTableAssociation",
    "aws:efs/backupPolicy:BackupPolicy",
    "aws:efs/fileSystemPolicy:FileSystemPolicy",
    "aws:efs/mountTarget:MountTarget",
    "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
    "aws:iam/rolePolicy:RolePolicy",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    "aws:route53/record:Record",
}


OUTPUTS: dict[str, dict[str, Any]] = {
    "aws:eks/cluster:Cluster": {
        "arn": "arn:aws:eks:eu-central-1:111122223333:cluster/one",
        "createdAt": "2026-09-01T08:00:00Z",
        "endpoint": "https://0123456789ABCDEF.gr7.eu-central-1.eks.amazonaws.com",
        "certificateAuthority": {"data": "Y2VydGlmaWNhdGU="},
    },
    "aws:ec2/launchTemplate:LaunchTemplate": {"latestVersion": 1},
    "aws:ec2/eip:Eip": {"publicIp": "192.0.2.9"},
}


def outputs(args: MockResourceArgs) -> dict[str, Any]:
    known = OUTPUTS.get(args.typ, {"arn": f"arn:aws:::{args.name}"})
    named = {} if "name" in args.inputs else {"name": args.resource_id or args.name}
    if args.typ == "aws:eks/cluster:Cluster":
        known = {**known, "vpcConfig": {**args.inputs.get("vpcConfig", {}), "clusterSecurityGroupId": "sg-0cluster"}}
    if args.typ == "aws:eks/nodeGroup:NodeGroup":
        known = {"resources": [{"autoscalingGroups": [{"name": f"eks-{args.name}"}]}]}
    return {**known, **named}


ANSWERS = Answers(outputs, {"aws:route53/getZone:getZone": {"zoneId": "Z0123456789", "name": "example.edu"}})


def settings(
    homes: str = "refuse", hubs: dict[str, Any] | None = None, database: str = "delete", **cloud: Any
) -> StackSettings:
    whole = {key: value for key, value in {**CLOUD, **cloud}.items() if value is not None}
    described = {"cloud": whole, "homes": {"on_destroy": homes}, "hubs": hubs or HUBS}
    return load(
        {**described, "databases": {"analytics": {"instances": 1, "storage": "10Gi", "on_destroy": database}}}, {}
    )


def graph_of(
    homes: str = "refuse", hubs: dict[str, Any] | None = None, database: str = "delete", **cloud: Any
) -> Graph:
    return _graph_of(json.dumps([homes, hubs, database, cloud]))


@cache
def _graph_of(described: str) -> Graph:
    homes, hubs, database, cloud = json.loads(described)
    whole = settings(homes, hubs, database, **cloud)
    return record(lambda: Platform("platform", whole), ANSWERS)


def of(graph: Graph, kind: str) -> list[Made]:
    return graph.of_type(f":{kind}")


def one(graph: Graph, kind: str, name: str) -> Made:
    (found,) = [made for made in of(graph, kind) if made.name == name]
    return found


def needs(graph: Graph, made: Made) -> set[str]:
    """Give the types and names of all that is made before a resource and deleted after it."""
    seen: set[str] = set()
    waiting = [made]
    while waiting:
        for urn in waiting.pop().depends_on - seen:
            seen.add(urn)
            waiting.extend([graph.resources[urn]] if urn in graph.resources else [])
    return {
        f"{graph.resources[urn].type.split(':')[-1]} {graph.resources[urn].name}" for urn in seen & set(graph.resources)
    }


def test_everything_goes_to_the_one_provider_with_the_platforms_tag() -> None:
    graph = graph_of()
    provider = one(graph, "aws", "aws")
    platform = one(graph, "StorageClass", "storage-block").at("metadata.labels")["hubstack.dev/platform"]
    assert json.loads(provider.inputs["defaultTags"]) == {"tags": {CLOUD_TAG: platform}}
    for made in graph:
        if made.type.startswith("aws:"):
            assert made.provider.startswith(provider.urn), f"{made.name} would go to the default provider"


def test_what_the_providers_tags_do_not_reach_is_tagged_itself() -> None:
    graph = graph_of()
    for template in of(graph, "LaunchTemplate"):
        tagged = {each["resourceType"]: each["tags"] for each in template.inputs["tagSpecifications"]}
        assert set(tagged) == {"instance", "volume", "network-interface"}
        assert all(CLOUD_TAG in tags for tags in tagged.values())
    for group in of(graph, "NodeGroup"):
        tags = [tag.at("tag") for tag in of(graph, "Tag") if tag.deleted_with == group.urn]
        assert CLOUD_TAG in {tag["key"] for tag in tags}
    for storage in of(graph, "StorageClass"):
        assert storage.at("parameters.tagSpecification_1").startswith(f"{CLOUD_TAG}=")
    service = one(graph, "Release", "data8-release").at("values.proxy.service")
    (tag,) = [value for key, value in service["annotations"].items() if key.endswith("additional-resource-tags")]
    assert tag.startswith(f"{CLOUD_TAG}=")


def test_only_what_aws_cannot_tag_goes_untagged() -> None:
    kinds = {made.type for made in graph_of(dns_zone="example.edu") if made.type.startswith("aws:")}
    import pulumi_aws  # noqa: PLC0415

    for kind in kinds - UNTAGGED:
        module, name = kind.split(":")[1].split("/")[0], kind.split(":")[-1]
        assert hasattr(getattr(getattr(pulumi_aws, module), name), "tags_all"), f"{kind} takes no tags"


def test_the_longest_way_up_has_nothing_more_in_it() -> None:
    graph = graph_of()
    cluster = needs(graph, one(graph, "Cluster", "cluster"))
    assert {"Vpc network", "Subnet nodes-eu-central-1a", "LogGroup cluster-log", "Key cluster-key"} <= cluster
    # The gateway takes 106 seconds and the file system's doors 84: both beside the cluster's 612.
    for slow in ("NatGateway", "MountTarget", "FileSystem", "Eip", "Route"):
        assert not any(each.startswith(f"{slow} ") for each in cluster)
    for group in of(graph, "NodeGroup"):
        assert {"Cluster cluster", "NatGateway nat-eu-central-1a"} <= needs(graph, group)
        assert not any(each.startswith(("Addon ", "MountTarget ")) for each in needs(graph, group))
    for addon in of(graph, "Addon"):
        waits = any(each.startswith("NodeGroup ") for each in needs(graph, addon))
        assert waits == (addon.name == "aws-ebs-csi-driver")
    operator = needs(graph, one(graph, "Release", "databases-operator"))
    assert "Addon aws-ebs-csi-driver" not in operator, "the operator comes up beside the disks' driver"


def test_on_the_way_down_what_lets_go_outlives_what_it_holds() -> None:
    graph = graph_of()
    for name in ("data8-teardown", "analytics-teardown"):
        outlived = needs(graph, one(graph, "Teardown", name))
        assert {"Addon aws-ebs-csi-driver", "PodIdentityAssociation disks", "Addon vpc-cni"} <= outlived
        for zone in CLOUD["zones"]:
            assert {f"NodeGroup core-{zone}", f"NodeGroup users-{zone}"} <= outlived
    hub = needs(graph, one(graph, "Release", "data8-release"))
    assert {"Eip data8-address", "MountTarget homes-eu-central-1a", "SecurityGroupIngressRule homes"} <= hub
    assert {"Addon aws-efs-csi-driver", "FileSystem homes"} <= hub
    # A group of nodes goes before the rights it needs to leave, and the cluster before its role and its log.
    group = needs(graph, one(graph, "NodeGroup", "core-eu-central-1a"))
    assert {"RolePolicyAttachment nodes-AmazonEKS_CNI_Policy", "Cluster cluster"} <= group
    cluster = needs(graph, one(graph, "Cluster", "cluster"))
    assert {"RolePolicyAttachment cluster-AmazonEKSClusterPolicy", "RolePolicy cluster-no-log-group"} <= cluster


def test_pods_can_end_while_nodes_and_addons_go_together() -> None:
    lasting = {addon.name for addon in of(graph_of(), "Addon") if addon.at("preserve")}
    assert lasting == {"vpc-cni", "kube-proxy", "coredns"}


def test_the_gateway_goes_while_the_cluster_does() -> None:
    # A destroy takes whole layers, the deepest first; each takes as long as its slowest (docs/architecture.md).
    graph = graph_of()
    cluster = layer(graph, one(graph, "Cluster", "cluster"))
    assert {layer(graph, made) for kind in ("NatGateway", "MountTarget") for made in of(graph, kind)} == {cluster}
    nodes = {layer(graph, made) for made in of(graph, "NodeGroup")}
    assert len(nodes) == 1
    beside = {layer(graph, made) for made in of(graph, "Addon") if made.name != "aws-ebs-csi-driver"}
    assert beside == nodes


def layer(graph: Graph, made: Made) -> int:
    provider = made.provider.rsplit("::", 1)[0]
    above = [graph.resources[urn] for urn in {*made.depends_on, made.parent, provider} if urn in graph.resources]
    return 1 + max((layer(graph, each) for each in above), default=0)


@pytest.mark.parametrize(("choice", "held"), [("refuse", "protect"), ("keep", "retain_on_delete"), ("delete", "")])
def test_homes_are_held_as_the_stack_file_says(choice: str, held: str) -> None:
    graph = graph_of(choice)
    for kind in ("FileSystem", "BackupPolicy", "FileSystemPolicy"):
        made = one(graph, kind, "homes")
        assert (made.protect, made.retain_on_delete) == (held == "protect", held == "retain_on_delete")
    kept = {made.name for made in graph if made.type.startswith("aws:") and (made.protect or made.retain_on_delete)}
    assert kept == ({"homes"} if held else set())


def test_an_archive_gets_a_vault_that_stays() -> None:
    graph = graph_of("archive")
    assert one(graph, "Vault", "archive").retain_on_delete
    archive = one(graph, "Archive", "homes-archive")
    assert {"vault", "role", "resource", "file_system", "region", "tag", "platform"} <= set(archive.inputs)
    assert {"FileSystem homes", "Vault archive"} <= needs(graph, archive)
    without = graph_of("delete")
    assert not of(without, "Vault")
    assert one(without, "Archive", "homes-archive").at("archive") is False


def test_homes_are_mounted_through_a_tunnel_and_from_nodes_only() -> None:
    graph = graph_of()
    source = one(graph, "PersistentVolume", "data8-volume").at("spec.csi")
    assert source == {"driver": "efs.csi.aws.com", "volumeHandle": "homes-id:/data8"}
    rule = one(graph, "SecurityGroupIngressRule", "homes").inputs
    assert (rule["fromPort"], rule["toPort"], rule["referencedSecurityGroupId"]) == (2049, 2049, "sg-0cluster")
    assert "cidrIpv4" not in rule
    assert one(graph, "FileSystem", "homes").at("encrypted") is True
    policy = json.loads(one(graph, "FileSystemPolicy", "homes").at("policy"))
    assert {"Bool": {"aws:SecureTransport": "false"}} in [
        each["Condition"] for each in policy["Statement"] if each["Effect"] == "Deny"
    ]


def test_nodes_keep_their_role_to_themselves() -> None:
    graph = graph_of()
    for template in of(graph, "LaunchTemplate"):
        options = template.inputs["metadataOptions"]
        assert (options["httpTokens"], options["httpPutResponseHopLimit"]) == ("required", 1)
        (disk,) = template.inputs["blockDeviceMappings"]
        assert (disk["ebs"]["volumeType"], disk["ebs"]["encrypted"], disk["ebs"]["volumeSize"]) == ("gp3", "true", 100)


def test_an_empty_group_says_what_its_nodes_are_like() -> None:
    graph = graph_of()
    group = one(graph, "NodeGroup", "users-eu-central-1b")
    tags = {tag.at("tag.key"): tag.at("tag.value") for tag in of(graph, "Tag") if tag.deleted_with == group.urn}
    template = "k8s.io/cluster-autoscaler/node-template"
    assert tags[f"{template}/label/hub.jupyter.org/node-purpose"] == "user"
    assert tags[f"{template}/taint/hub.jupyter.org/dedicated"] == "user:NoSchedule"
    assert tags[f"{template}/label/topology.ebs.csi.aws.com/zone"] == "eu-central-1b"
    assert group.at("scalingConfig.minSize") == 0


def test_nodes_are_dealt_out_over_the_zones() -> None:
    cloud = settings().cloud
    assert isinstance(cloud, AwsCloud)
    assert {group.name: (group.min, group.max) for group in groups(cloud)} == {
        "core-eu-central-1a": (1, 3),
        "core-eu-central-1b": (0, 3),
        "users-eu-central-1a": (0, 3),
        "users-eu-central-1b": (0, 2),
    }


def test_zones_get_addresses_that_never_move() -> None:
    two, three = deal_out("10.20.0.0/16", 2), deal_out("10.20.0.0/16", 3)
    assert two.private == ["10.20.0.0/18", "10.20.64.0/18"]
    assert two.public == ["10.20.192.0/22", "10.20.196.0/22"]
    assert (three.private[:2], three.public[:2]) == (two.private, two.public)


@pytest.mark.parametrize(
    ("machine", "pool", "system"),
    [
        ("r5.xlarge", "users", "AL2023_x86_64_STANDARD"),
        ("r8i-flex.large", "users", "AL2023_x86_64_STANDARD"),
        ("g4dn.xlarge", "gpu", "BOTTLEROCKET_x86_64_NVIDIA"),
    ],
)
def test_nodes_run_the_system_that_fits_their_machine(machine: str, pool: str, system: str) -> None:
    pools = {**CLOUD["pools"], pool: {"machine": machine, "max": 2}}
    graph = graph_of(pools=pools)
    assert one(graph, "NodeGroup", f"{pool}-eu-central-1a").at("amiType") == system


def test_a_hub_gets_an_address_and_its_name_leads_there() -> None:
    login = {"github": {"client_id": "id", "client_secret": "hush"}, "admins": ["ada"]}
    hubs = {"stat": {"domain": "stat.example.edu", "auth": login}}
    graph = graph_of(hubs=hubs, dns_zone="example.edu")
    made = one(graph, "Record", "stat-name").inputs
    assert (made["name"], made["type"], made["records"], made["zoneId"]) == (
        "stat.example.edu",
        "A",
        ["192.0.2.9"],
        "Z0123456789",
    )
    annotations = one(graph, "Release", "stat-release").at("values.proxy.service.annotations")
    prefix = "service.beta.kubernetes.io/aws-load-balancer"
    assert annotations[f"{prefix}-eip-allocations"] == "stat-address-id"
    assert annotations[f"{prefix}-subnets"] == "edge-eu-central-1a-id"
    assert not of(graph_of(hubs=hubs), "Record"), "without a zone there is no record"


def test_the_api_server_is_open_to_the_listed_networks_only() -> None:
    doors = one(graph_of(), "Cluster", "cluster").at("vpcConfig")
    assert doors["publicAccessCidrs"] == ["203.0.113.0/24"]
    closed = one(graph_of(cluster={"reached_from": []}), "Cluster", "cluster").at("vpcConfig")
    assert (closed["endpointPublicAccess"], closed["endpointPrivateAccess"]) == (False, True)


def test_the_kubeconfig_holds_no_credential() -> None:
    written = json.loads(one(graph_of(), "kubernetes", "platform-kubernetes").inputs["kubeconfig"].value)
    (user,) = written["users"]
    assert set(user["user"]) == {"exec"}
    assert user["user"]["exec"]["command"] == "aws"
    assert user["user"]["exec"]["args"][:2] == ["eks", "get-token"]


def test_what_exists_is_used_and_not_made() -> None:
    graph = graph_of(
        network={"existing": NETWORK},
        cluster={"reached_from": [], "existing": "university"},
        filestore={"existing": "fs-0123456789abcdef0"},
        pools=None,
    )
    read = {f"{made.type.split(':')[-1]} {made.name}" for made in graph if made.was_read and made.type[:4] == "aws:"}
    assert read == {"Vpc network", "Cluster cluster", "FileSystem homes"}
    made = {made.type.split(":")[-1] for made in graph if made.type.startswith("aws:") and not made.was_read}
    assert made == {"SecurityGroup", "SecurityGroupIngressRule", "MountTarget", "Eip"}
    targets = {target.at("subnetId") for target in of(graph, "MountTarget")}
    assert targets == set(NETWORK["private_subnets"].values())


def test_a_file_server_of_ones_own_needs_nothing_of_aws() -> None:
    graph = graph_of(filestore={"server": {"host": "nfs.example.edu", "path": "/export/hub"}})
    assert not of(graph, "FileSystem")
    volume = one(graph, "PersistentVolume", "data8-volume")
    assert volume.at("spec.nfs") == {"server": "nfs.example.edu", "path": "/export/hub/data8"}
    assert "nfsvers=4.1" in volume.at("spec.mountOptions")


def test_one_gateway_for_all_zones_or_one_each() -> None:
    assert len(of(graph_of(), "NatGateway")) == 1
    graph = graph_of(network={"nat": "per_zone"})
    assert len(of(graph, "NatGateway")) == 2
    tables = {made.at("routeTableId") for made in of(graph, "RouteTableAssociation") if made.name.startswith("nodes-")}
    assert len(tables) == 2


def test_what_would_be_made_anew_stays() -> None:
    graph = graph_of()
    word = one(graph, "Unchanging", "aws-place")
    assert {
        "hubstack:cloud.region",
        "hubstack:cloud.zones[0]",
        "hubstack:cloud.network.range",
        "hubstack:cloud.cluster.services",
        "hubstack:cloud.filestore.performance",
    } <= set(word.inputs["settings"])
    for kind, name in (("Cluster", "cluster"), ("FileSystem", "homes")):
        assert "Unchanging aws-place" in needs(graph, one(graph, kind, name))


def test_an_archived_database_has_what_its_last_snapshot_needs() -> None:
    graph = graph_of(database="archive")
    database, last = graph.named("analytics-database"), graph.named("analytics-last-backup")
    chosen = graph.named("databases-snapshots")
    assert last.at("archive") is True
    assert (chosen.at("driver"), chosen.at("deletionPolicy")) == ("ebs.csi.aws.com", "Retain")
    platform = one(graph, "StorageClass", "storage-block").at("metadata.labels")["hubstack.dev/platform"]
    assert chosen.at("parameters") == {"tagSpecification_1": f"{CLOUD_TAG}={platform}"}
    assert database.at("spec.backup") == {"volumeSnapshot": {"className": "databases-snapshots-1234"}}
    # It goes before the database, and all that it works with after it.
    outlived = needs(graph, last)
    assert {"Cluster analytics-database", "Teardown analytics-teardown", "Release databases-operator"} <= outlived
    assert {"VolumeSnapshotClass databases-snapshots", "Addon snapshot-controller"} <= outlived
    assert "Addon snapshot-controller" in needs(graph, chosen)


def test_the_operator_starts_anew_once_there_are_snapshots() -> None:
    # It looks for their kinds as it starts, and never again.
    operator = one(graph_of(database="archive"), "Release", "databases-operator")
    assert operator.at("values.podAnnotations") == {"hubstack.dev/snapshots": "true"}
    assert "Addon snapshot-controller" in needs(graph_of(database="archive"), operator)
    assert one(graph_of(), "Release", "databases-operator").at("values.podAnnotations") is None


def test_a_database_that_is_not_archived_costs_nothing_but_the_word() -> None:
    graph = graph_of()
    assert graph.named("analytics-last-backup").at("archive") is False
    assert not [made for made in graph if made.name in ("snapshot-controller", "databases-snapshots")]


def test_in_a_cluster_that_exists_its_own_controller_takes_the_snapshot() -> None:
    graph = graph_of(
        database="archive",
        cluster={"reached_from": [], "existing": "campus"},
        network={"existing": NETWORK},
        pools=None,
    )
    assert graph.named("databases-snapshots").at("deletionPolicy") == "Retain"
    assert not of(graph, "Addon")
