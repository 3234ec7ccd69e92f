"""What a platform asks of Azure, under Pulumi's mocks."""

import base64
import json
from typing import Any

import pulumi
import pytest
import yaml
from pulumi.runtime import mocks

from components.clouds.azure import open_cloud
from components.clouds.cloud import Cloud
from components.labels import Labels
from components.platform import Platform
from components.settings import Homes, load
from components.settings.clouds.azure import AzureCloud
from tests.support import graph as support
from tests.support.graph import Graph, held, record

ADMINS = ["0f3c2a4e-7d58-4c1b-9a60-2b8d5e6f7a81"]
SUBSCRIPTION = "/subscriptions/7d0f5c1e-2b3a-4c5d-8e9f-0a1b2c3d4e5f"
GROUP = f"{SUBSCRIPTION}/resourceGroups/platform"
SUBNET = f"{SUBSCRIPTION}/resourceGroups/university/providers/Microsoft.Network/virtualNetworks/campus/subnets"
POOL = {"machine": "Standard_E4s_v5", "max": 10}
LEAST = {
    "provider": "azure",
    "region": "westeurope",
    "cluster": {"admin_groups": ADMINS, "reached_from": ["203.0.113.0/24"]},
    "pools": {"core": {"machine": "Standard_E2s_v5", "max": 3}, "users": POOL},
}
ENTRA_KUBECONFIG = {
    "apiVersion": "v1",
    "kind": "Config",
    "clusters": [
        {"name": "aks", "cluster": {"server": "https://aks.example:443", "certificate-authority-data": "Q0E="}}
    ],
    "users": [{"name": "clusterUser", "user": {"auth-provider": {"name": "azure"}, "token": "hunter2"}}],
}


def called(_mocks: object, args: mocks.MockCallArgs) -> tuple[dict[str, Any], list[Any]]:
    """Answer the two questions that the program asks of Azure."""
    match args.token.rpartition(":")[2]:
        case "listManagedClusterUserCredentials":
            value = base64.b64encode(yaml.safe_dump(ENTRA_KUBECONFIG).encode()).decode()
            return {"kubeconfigs": [{"name": "clusterUser", "value": value}]}, []
        case "getManagedCluster":
            return {
                "id": f"{SUBSCRIPTION}/managedClusters/{args.args['resourceName']}",
                "nodeResourceGroup": "MC_its-nodes",
            }, []
        case other:
            raise AssertionError(other)


def made(_mocks: object, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
    """Name things as Azure does, as far as the program looks."""
    name = args.inputs.get("shareName") or args.name
    kind = args.typ.rpartition(":")[2]
    more = {"ipAddress": "192.0.2.9"} if kind == "PublicIPAddress" else {}
    identity = {"principalId": "11111111-2222-3333-4444-555555555555"} if kind == "UserAssignedIdentity" else {}
    if kind == "ManagedCluster":
        more = {"identity": {"type": "UserAssigned", "userAssignedIdentities": {}}}
    where = GROUP if kind == "ResourceGroup" else f"{GROUP}/providers/{kind}/{args.name}"
    if not args.typ.startswith("azure-native:"):
        return args.name, {**args.inputs, **support._answer(args)}
    return where, {**args.inputs, "name": name, **more, **identity}


@pytest.fixture(autouse=True)
def azure_that_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(support._Cloud, "call", called)
    monkeypatch.setattr(support._Cloud, "new_resource", made)


def opened(
    cloud: dict[str, Any] | None = None, homes: dict[str, Any] | None = None, *, archives: bool = False
) -> tuple[Graph, Cloud]:
    settings = AzureCloud.model_validate({**LEAST, **(cloud or {})})
    held = Homes.model_validate({"capacity": "1Ti", **(homes or {})})
    found: list[Cloud] = []

    def program() -> None:
        here = pulumi.ComponentResource("hubstack:index:Platform", "platform", {})
        opts = pulumi.ResourceOptions(parent=here)
        platform = pulumi.Output.from_input("a1b2c3d4")
        found.append(open_cloud(settings, held, Labels(platform), opts, archives_databases=archives))
        if found[0].entrance:
            found[0].entrance("data8", "data8.hubs.example.edu")

    return record(program), found[0]


def azure(graph: Graph) -> list[support.Made]:
    return [each for each in graph if each.type.startswith("azure-native:")]


def test_the_least_is_all_of_this_and_no_more() -> None:
    graph, _ = opened()
    assert sorted(f"{each.type.split(':')[-1]} {each.name}" for each in azure(graph)) == [
        "AgentPool users",
        "FileServiceProperties homes-service",
        "FileShare homes-share",
        "MaintenanceConfiguration cluster-upgrades",
        "MaintenanceConfiguration node-upgrades",
        "ManagedCluster cluster",
        "NatGateway outbound",
        "PrivateDnsZoneGroup homes-name",
        "PrivateEndpoint homes-endpoint",
        "PrivateZone homes-zone",
        "PublicIPAddress data8-address",
        "PublicIPAddress outbound-address",
        "ResourceGroup group",
        "RoleAssignment network-grant",
        "StorageAccount homes",
        "Subnet endpoints",
        "Subnet nodes",
        "UserAssignedIdentity identity",
        "VirtualNetwork network",
        "VirtualNetworkLink homes-zone-link",
    ]


UNTAGGED = {
    "FileServiceProperties": "a part of its account",
    "MaintenanceConfiguration": "a part of its cluster",
    "PrivateDnsZoneGroup": "a part of its endpoint",
    "RoleAssignment": "Azure takes no tags of it",
    "Subnet": "a part of its network",
}


def test_everything_bears_the_platforms_tag() -> None:
    zone = {"dns_zone": {"name": "hubs.example.edu", "resource_group": "dns"}}
    pools = {**LEAST["pools"], "gpu": {"machine": "Standard_NC4as_T4_v3", "max": 2}, "spot": POOL}
    graph, cloud = opened({**zone, "pools": pools})
    for each in azure(graph):
        kind = each.type.split(":")[-1]
        if kind not in UNTAGGED:
            tags = each.at("metadata") if kind in ("RecordSet", "FileShare") else each.at("tags")
            assert tags == {"hubstack-platform": "a1b2c3d4"}, each.name
    (core,) = graph.named("cluster").at("agentPoolProfiles")
    assert core["tags"] == {"hubstack-platform": "a1b2c3d4"}
    for each in cloud.storage_classes.values():
        assert held(each.parameters["tags"]) == "hubstack-platform=a1b2c3d4"


def test_everything_names_the_one_provider() -> None:
    graph, _ = opened({"subscription": SUBSCRIPTION.rsplit("/", 1)[1]})
    provider = graph.named("azure")
    assert provider.at("subscriptionId") == SUBSCRIPTION.rsplit("/", 1)[1]
    for each in azure(graph):
        assert each.provider.startswith(provider.urn), each.name


def test_the_longest_way_is_no_longer_than_it_must_be() -> None:
    graph, _ = opened()
    before = graph.needs(graph.named("cluster"))
    assert before == {
        *("group", "identity", "network-grant", "network", "endpoints", "nodes", "outbound", "outbound-address"),
        "as-made",
    }
    assert graph.needs(graph.named("network-grant")) == {"group", "identity"}, "it holds late, so it waits for nothing"
    assert "network-grant" not in graph.needs(graph.named("nodes"))
    assert graph.needs(graph.named("homes")) == {"group", "as-made"}
    assert graph.needs(graph.named("data8-address")) == {"group"}
    assert graph.needs(graph.named("users")) - before == {"cluster"}


def test_the_homes_can_be_mounted_once_their_name_leads_to_them() -> None:
    _, cloud = opened()
    assert {type(each).__name__ for each in cloud.homes.needs} == {
        "FileShare",
        "PrivateDnsZoneGroup",
        "VirtualNetworkLink",
    }


def test_the_account_is_closed_and_has_no_rule_that_locks_out() -> None:
    account = opened()[0].named("homes")
    assert account.at("publicNetworkAccess") == "Disabled"
    assert account.at("networkRuleSet") is None
    assert account.at("allowSharedKeyAccess") is False
    assert account.at("enableHttpsTrafficOnly") is False
    assert account.at("kind") == "FileStorage"
    assert account.at("sku.name") == "Premium_LRS"


def test_a_hub_mounts_its_own_folder() -> None:
    _, cloud = opened()
    nfs = cloud.homes.source("data8")["nfs"]
    assert held(nfs["path"]) == "/homes/homes/data8"
    assert held(nfs["server"]) == "homes.file.core.windows.net"
    assert held(cloud.homes.source("")["nfs"]["path"]) == "/homes/homes"


def test_with_encryption_the_driver_mounts_each_folder_as_a_volume_of_its_own() -> None:
    graph, cloud = opened({"filestore": {"encrypt_in_transit": True}})
    assert graph.named("homes").at("enableHttpsTrafficOnly") is True
    one, other = (cloud.homes.source(folder)["csi"] for folder in ("data8", "stat"))
    assert held(one["volume_handle"]) != held(other["volume_handle"])
    assert one["volume_attributes"]["folderName"] == "data8"
    assert one["volume_attributes"]["encryptInTransit"] == "true"
    assert not [option for option in cloud.homes.mount_options if "vers" in option]


HELD = {"group", "network", "endpoints", "homes", "homes-service", "homes-share"}
HELD |= {"homes-zone", "homes-zone-link", "homes-endpoint", "homes-name"}


@pytest.mark.parametrize(
    ("on_destroy", "protected", "kept"), [("refuse", HELD, set()), ("keep", set(), HELD), ("delete", set(), set())]
)
def test_what_becomes_of_the_homes_on_destroy(on_destroy: str, protected: set[str], kept: set[str]) -> None:
    graph, _ = opened(homes={"on_destroy": on_destroy})
    assert {each.name for each in graph if each.protect} == protected
    assert {each.name for each in graph if each.retain_on_delete} == kept


def test_what_goes_with_the_cluster_takes_no_time_of_its_own() -> None:
    graph, _ = opened({"pools": {**LEAST["pools"], "spot": POOL}})
    cluster = graph.named("cluster").urn
    with_it = {each.name for each in graph if each.deleted_with == cluster}
    assert with_it == {"users", "spot", "cluster-upgrades", "node-upgrades"}


def test_people_come_in_with_their_own_accounts_only() -> None:
    graph, cloud = opened()
    cluster = graph.named("cluster")
    assert cluster.at("disableLocalAccounts") is True
    assert cluster.at("aadProfile.enableAzureRBAC") is True
    assert cluster.at("aadProfile.adminGroupObjectIDs") == ADMINS
    assert cluster.at("apiServerAccessProfile.authorizedIPRanges") == ["203.0.113.0/24"]
    written = json.loads(held(cloud.cluster.kubeconfig))
    assert "hunter2" not in json.dumps(written)
    assert written["clusters"][0]["cluster"] == ENTRA_KUBECONFIG["clusters"][0]["cluster"]
    (user,) = written["users"]
    assert list(user["user"]) == ["exec"]
    assert user["user"]["exec"]["command"] == "kubelogin"


def test_without_a_listed_network_the_cluster_is_private() -> None:
    cluster = opened({"cluster": {"admin_groups": ADMINS, "reached_from": []}})[0].named("cluster")
    assert cluster.at("apiServerAccessProfile.enablePrivateCluster") is True


def test_the_cluster_enforces_network_policies_and_gives_workloads_identities() -> None:
    cluster = opened()[0].named("cluster")
    assert cluster.at("networkProfile.networkDataplane") == "cilium"
    assert cluster.at("networkProfile.networkPolicy") == "cilium"
    assert cluster.at("networkProfile.networkPluginMode") == "overlay"
    assert cluster.at("networkProfile.dnsServiceIP") == "10.245.0.10"
    assert cluster.at("networkProfile.outboundType") == "userAssignedNATGateway"
    assert cluster.at("oidcIssuerProfile.enabled") is True
    assert cluster.at("securityProfile.workloadIdentity.enabled") is True


def test_pools_are_named_as_azure_takes_it_and_bear_the_hubs_labels() -> None:
    pools = {**LEAST["pools"], "gpu": {"machine": "Standard_NC4as_T4_v3", "max": 2}, "spot": POOL}
    graph, cloud = opened({"pools": pools})
    for each in graph.of_type(":AgentPool"):
        assert each.at("agentPoolName").isalnum()
        assert len(each.at("agentPoolName")) <= 12
        assert each.inputs["nodeLabels"]["hub.jupyter.org/node-purpose"] == "user"
        assert "hub.jupyter.org/dedicated=user:NoSchedule" in each.at("nodeTaints")
        assert (each.at("minCount"), each.at("enableAutoScaling")) == (0, True)
    assert "kubernetes.azure.com/scalesetpriority=spot:NoSchedule" in graph.named("spot").at("nodeTaints")
    (core,) = graph.named("cluster").at("agentPoolProfiles")
    assert "nodeTaints" not in core, "Azure's own pods run there, and tolerate no taint of ours"
    assert core["nodeLabels"]["hub.jupyter.org/node-purpose"] == "core"
    assert set(cloud.pools) == {"core", "users", "gpu", "spot"}
    assert cloud.device_plugin


def test_a_pool_on_another_machine_is_another_pool() -> None:
    names = {
        opened({"pools": {**LEAST["pools"], "users": pool}})[0].named("users").at("agentPoolName")
        for pool in (POOL, {**POOL, "machine": "Standard_E16s_v5"}, {**POOL, "disk": "200Gi"}, {**POOL, "max": 20})
    }
    assert len(names) == 3, "a larger max changes the pool in place"


def test_exam_weeks_are_left_alone() -> None:
    weeks = {"finals": {"first_day": "2027-01-25", "last_day": "2027-02-12"}}
    cluster = {**LEAST["cluster"], "maintenance": {"day": "Saturday", "exclusions": weeks}}
    for each in opened({"cluster": cluster})[0].of_type(":MaintenanceConfiguration"):
        assert each.at("maintenanceWindow.notAllowedDates") == [{"start": "2027-01-25", "end": "2027-02-12"}]
        assert each.at("maintenanceWindow.schedule.weekly.dayOfWeek") == "Saturday"
        assert each.at("maintenanceWindow.durationHours") == 6


def test_a_hub_has_an_address_and_a_name_before_it_is_there() -> None:
    graph, cloud = opened({"dns_zone": {"name": "hubs.example.edu", "resource_group": "dns"}})
    record_set = graph.named("data8-name")
    assert record_set.at("relativeRecordSetName") == "data8"
    assert record_set.at("aRecords") == [{"ipv4Address": "192.0.2.9"}]
    assert graph.needs(record_set) == {"group", "data8-address"}
    assert cloud.entrance
    assert graph.named("data8-address").at("publicIPAllocationMethod") == "Static"


def test_a_grant_is_named_by_what_it_says() -> None:
    """So one whose making was cut off can be looked up; and another grant is never in the way of its successor."""

    def names(scopes: str) -> dict[str, str]:
        existing = {"nodes": f"{SUBNET.replace('university', scopes)}/nodes", "endpoints": f"{SUBNET}/endpoints"}
        grants = opened({"network": {"existing": existing}})[0].of_type(":RoleAssignment")
        return {each.at("scope"): each.at("roleAssignmentName") for each in grants}

    one, two = names("university"), names("faculty")
    assert len({*one.values(), *two.values()}) == 3
    assert all(one[scope] == two[scope] for scope in one.keys() & two.keys())


def test_an_existing_network_is_used_and_not_changed() -> None:
    existing = {"nodes": f"{SUBNET}/nodes", "endpoints": f"{SUBNET}/endpoints"}
    graph, _ = opened({"network": {"existing": existing}})
    assert not [each for each in graph if each.type.endswith((":VirtualNetwork", ":Subnet", ":NatGateway"))]
    assert graph.named("cluster").at("agentPoolProfiles")[0]["vnetSubnetID"] == f"{SUBNET}/nodes"
    assert graph.named("homes-endpoint").at("subnet.id") == f"{SUBNET}/endpoints"
    assert graph.named("homes-zone-link").at("virtualNetwork.id") == SUBNET.removesuffix("/subnets")
    grant = graph.named("network-grant-university")
    assert grant.at("scope") == f"{SUBSCRIPTION}/resourceGroups/university"
    assert "network-grant-university" in graph.needs(graph.named("cluster"))


def test_an_existing_share_gets_a_way_in_and_is_not_changed() -> None:
    filestore = {"existing": {"resource_group": "fall", "account": "homes4f2a"}}
    graph, cloud = opened({"filestore": filestore})
    assert not [each for each in graph if each.type.startswith("azure-native:storage")]
    (connection,) = graph.named("homes-endpoint").at("privateLinkServiceConnections")
    assert connection["privateLinkServiceId"] == (
        f"{SUBSCRIPTION}/resourceGroups/fall/providers/Microsoft.Storage/storageAccounts/homes4f2a"
    )
    assert not [each for each in graph if each.protect], "nothing here holds anybody's work"
    assert held(cloud.homes.source("data8")["nfs"]["path"]) == "/homes4f2a/homes/data8"
    reachable = {"existing": {**filestore["existing"], "reachable": True}}
    assert not [each for each in opened({"filestore": reachable})[0] if "homes" in each.name]


def test_a_universitys_own_server_is_mounted_as_it_is() -> None:
    graph, cloud = opened({"filestore": {"server": {"host": "nfs.example.edu", "path": "/export/hub"}}})
    assert cloud.homes.source("data8") == {"nfs": {"server": "nfs.example.edu", "path": "/export/hub/data8"}}
    assert not [each for each in graph if "homes" in each.name]


def test_an_existing_cluster_gets_no_nodes() -> None:
    existing = {"nodes": f"{SUBNET}/nodes", "endpoints": f"{SUBNET}/endpoints"}
    cluster = {"existing": {"resource_group": "university-aks", "name": "university"}}
    graph, cloud = opened({"cluster": cluster, "network": {"existing": existing}})
    assert not [each for each in graph if "containerservice" in each.type]
    assert not [each for each in graph if each.type.endswith((":RoleAssignment", ":UserAssignedIdentity"))]
    assert cloud.cluster.resource is None
    assert not cloud.pools
    assert held(cloud.cluster.identifier) == f"{SUBSCRIPTION}/managedClusters/university"
    # The group that its identity has rights in.
    assert graph.named("data8-address").at("resourceGroupName") == "MC_its-nodes"


def test_what_stays_as_it_was_made_is_compared() -> None:
    graph, _ = opened()
    stays = graph.named("as-made").at("settings")
    assert stays["hubstack:cloud.region"] == "westeurope"
    assert stays["hubstack:cloud.pools.core.machine"] == "Standard_E2s_v5"
    assert "as-made" in graph.needs(graph.named("cluster"))


def test_a_whole_platform_stands_on_it() -> None:
    described = {
        "cloud": LEAST,
        "homes": {"on_destroy": "delete"},
        "databases": {"analytics": {"on_destroy": "delete"}},
        "hubs": {"data8": {"auth": {"dummy": {}}}},
    }
    settings = load(described, {})
    graph = record(lambda: Platform("platform", settings))
    release = graph.named("data8-release")
    needed = graph.needs(release)
    assert {"homes-share", "homes-name", "homes-zone-link", "data8-address", "cluster"} <= needed
    assert "users" not in needed, "a hub comes up beside the nodes of its users"
    service = release.inputs["values"]["proxy"]["service"]
    assert service["annotations"] == {
        "service.beta.kubernetes.io/azure-pip-name": "data8-address",
        "service.beta.kubernetes.io/azure-load-balancer-resource-group": "group",
    }
    assert graph.named("homes-share").at("shareQuota") == 100
    provider = graph.named("platform-kubernetes")
    assert isinstance(provider.inputs["kubeconfig"], support.Secret)


def test_snapshots_of_databases_lie_in_the_platforms_group_which_stays() -> None:
    graph, cloud = opened(homes={"on_destroy": "delete"}, archives=True)
    assert {each.name for each in graph if each.retain_on_delete} == {"group"}
    grant = graph.named("snapshot-grant")
    assert grant.at("scope") == GROUP
    assert grant.at("roleDefinitionId").endswith("/7efff54f-a5b4-42b5-a1c5-5411624893ce"), "Disk Snapshot Contributor"
    assert "snapshot-grant" not in graph.needs(graph.named("cluster")), "it holds late, and the cluster needs it last"
    assert cloud.snapshots
    assert cloud.snapshots.driver == "disk.csi.azure.com"
    assert {name: held(value) for name, value in cloud.snapshots.parameters.items()} == {
        "tags": "hubstack-platform=a1b2c3d4",
        "resourceGroup": "group",
    }
    assert len(cloud.snapshots.needs) == 1


def test_without_an_archive_no_right_is_given_and_the_group_goes() -> None:
    graph, _ = opened(homes={"on_destroy": "delete"})
    assert not [each for each in graph if each.retain_on_delete or each.name == "snapshot-grant"]


def test_a_cluster_that_exists_keeps_snapshots_where_its_disks_are() -> None:
    cluster = {"existing": {"resource_group": "campus", "name": "campus"}}
    network = {"existing": {"nodes": f"{SUBNET}/nodes", "endpoints": f"{SUBNET}/endpoints"}}
    graph, cloud = opened(
        {"cluster": cluster, "network": network, "pools": None}, {"on_destroy": "delete"}, archives=True
    )
    assert cloud.snapshots
    assert set(cloud.snapshots.parameters) == {"tags"}
    assert not graph.named("group").retain_on_delete
