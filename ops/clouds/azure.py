"""Azure, asked with `az`."""

from typing import Any

from ops.clouds.asking import answer
from ops.clouds.looking import TAG
from ops.clouds.place import Place
from ops.clouds.thing import Look, Thing

CLUSTER = "azure-native:containerservice:ManagedCluster"

_GROUP = "/subscriptions/{subscription}/resourceGroups/{resourceGroupName}"


def _by_id(path: str) -> Look:
    return Look(f"az resource show --ids {path}", path)


def _in_group(path: str) -> Look:
    return _by_id(f"{_GROUP}/providers/{path}")


_CLUSTERS = "Microsoft.ContainerService/managedClusters/{resourceName}"
_ACCOUNTS = "Microsoft.Storage/storageAccounts/{accountName}"
_IDENTITIES = "Microsoft.ManagedIdentity/userAssignedIdentities/{resourceName}"
_NETWORKS = "Microsoft.Network/virtualNetworks/{virtualNetworkName}"
_ZONES = "Microsoft.Network/privateDnsZones/{privateZoneName}"

LOOKS = {
    "azure-native:resources:ResourceGroup": Look("az group show --name {resourceGroupName}", _GROUP),
    "azure-native:network:VirtualNetwork": _in_group(_NETWORKS),
    "azure-native:network:Subnet": _in_group(f"{_NETWORKS}/subnets/{{subnetName}}"),
    "azure-native:network:NetworkSecurityGroup": _in_group(
        "Microsoft.Network/networkSecurityGroups/{networkSecurityGroupName}"
    ),
    "azure-native:network:NatGateway": _in_group("Microsoft.Network/natGateways/{natGatewayName}"),
    "azure-native:network:PublicIPAddress": _in_group("Microsoft.Network/publicIPAddresses/{publicIpAddressName}"),
    "azure-native:network:PrivateEndpoint": _in_group("Microsoft.Network/privateEndpoints/{privateEndpointName}"),
    "azure-native:network:PrivateDnsZoneGroup": _in_group(
        "Microsoft.Network/privateEndpoints/{privateEndpointName}/privateDnsZoneGroups/{privateDnsZoneGroupName}"
    ),
    "azure-native:privatedns:PrivateZone": _in_group(_ZONES),
    "azure-native:privatedns:VirtualNetworkLink": _in_group(f"{_ZONES}/virtualNetworkLinks/{{virtualNetworkLinkName}}"),
    "azure-native:dns:RecordSet": _in_group(
        "Microsoft.Network/dnsZones/{zoneName}/{recordType}/{relativeRecordSetName}"
    ),
    CLUSTER: _in_group(_CLUSTERS),
    "azure-native:containerservice:AgentPool": _in_group(f"{_CLUSTERS}/agentPools/{{agentPoolName}}"),
    "azure-native:containerservice:MaintenanceConfiguration": _in_group(
        f"{_CLUSTERS}/maintenanceConfigurations/{{configName}}"
    ),
    "azure-native:storage:StorageAccount": _in_group(_ACCOUNTS),
    "azure-native:storage:FileShare": _in_group(f"{_ACCOUNTS}/fileServices/default/shares/{{shareName}}"),
    "azure-native:storage:BlobContainer": _in_group(f"{_ACCOUNTS}/blobServices/default/containers/{{containerName}}"),
    "azure-native:managedidentity:UserAssignedIdentity": _in_group(_IDENTITIES),
    "azure-native:managedidentity:FederatedIdentityCredential": _in_group(
        f"{_IDENTITIES}/federatedIdentityCredentials/{{federatedIdentityCredentialResourceName}}"
    ),
    "azure-native:authorization:RoleAssignment": _by_id(
        "{scope}/providers/Microsoft.Authorization/roleAssignments/{roleAssignmentName}"
    ),
}
"""How each kind is found by its resource id, which follows from names that are Pulumi's own."""

AGAIN: tuple[str, ...] = ("azure-native:storage:FileServiceProperties", "azure-native:storage:BlobServiceProperties")
"""Kinds that are the same thing when they are made twice."""


def selected_subscription() -> str:
    """Give the subscription that `az` works in where none is named. Raises CloudError where it does not say."""
    said: dict[str, Any] = answer("az", "account", "show", "-o", "json") or {}
    return str(said.get("id") or "")


def common(place: Place) -> list[str]:
    """Give the words that every command ends with."""
    return [*(["--subscription", place.subscription] if place.subscription else []), "-o", "json"]


def things_of(place: Place, platform: str) -> list[Thing]:
    """Give the resource groups and resources that bear a platform's tag."""
    tag = f"{TAG}={platform}"
    groups: list[dict[str, Any]] = answer("az", "group", "list", "--tag", tag, *common(place)) or []
    found: list[dict[str, Any]] = answer("az", "resource", "list", "--tag", tag, *common(place)) or []
    return [*(_group(each) for each in groups), *(_thing(each) for each in found)]


def cluster_command(identity: str, _outputs: dict[str, Any]) -> list[str]:
    """Give the command that describes a cluster, by the id that the state has of it."""
    return ["az", "aks", "show", "--ids", identity, "-o", "json"]


def _group(found: dict[str, Any]) -> Thing:
    name, where = str(found["name"]), str(found.get("location") or "")
    return Thing("Microsoft.Resources/resourceGroups", name, where, str(found["id"]), f"az group delete --name {name}")


def _thing(found: dict[str, Any]) -> Thing:
    identity = str(found["id"])
    return Thing(
        str(found["type"]),
        str(found["name"]),
        str(found.get("resourceGroup") or ""),
        identity,
        f"az resource delete --ids {identity}",
    )
