"""AKS: what stands in a subscription for the disks, balancers and mounts of one of its clusters."""

from collections.abc import Mapping, Sequence
from typing import Any

from testbed.cloud.kinds import NodePool, Refused, Taint
from testbed.cloud.managed import machines
from testbed.cloud.managed.book import Book, Thing, pairs
from testbed.cloud.managed.outside import DiskRequest, NodeNames, Shape, SnapshotRequest
from testbed.cloud.managed.world import annotations, below, mapped

DISK = "azure-native:compute:Disk"
SNAPSHOT = "azure-native:compute:Snapshot"
GROUP = "azure-native:resources:ResourceGroup"
GRANT = "azure-native:authorization:RoleAssignment"
BALANCER = "azure-native:network:LoadBalancer"
ADDRESS = "azure-native:network:PublicIPAddress"
ACCOUNT = "azure-native:storage:StorageAccount"
SHARE = "azure-native:storage:FileShare"
ENDPOINT = "azure-native:network:PrivateEndpoint"

_TYPES = (
    "Standard_LRS",
    "StandardSSD_LRS",
    "StandardSSD_ZRS",
    "Premium_LRS",
    "Premium_ZRS",
    "PremiumV2_LRS",
    "UltraSSD_LRS",
)
_OF_SNAPSHOTS = {"resourcegroup", "incremental", "tags", "subscriptionid", "dataaccessauthmode"}
_MAY_SNAPSHOT = ("7efff54f-a5b4-42b5-a1c5-5411624893ce", "b24988ac-6180-42a0-ab88-20f7382dd24c")
"""Disk Snapshot Contributor, and Contributor."""
_SPOT = Taint("kubernetes.azure.com/scalesetpriority", "spot", "NoSchedule")
_PREFIX = "service.beta.kubernetes.io/azure-"


class Aks:
    """One cluster of AKS.

    Unlike in life, what Kubernetes made outlives the cluster although it lies in the node resource group, so that a
    graph that deletes the cluster too soon is seen here as on the other clouds.
    """

    cloud = "aks"
    disk_driver = "disk.csi.azure.com"
    topology_key = "topology.disk.csi.azure.com/zone"
    disks_per_node = 8

    def __init__(self, book: Book) -> None:
        self.book = book

    @property
    def region(self) -> str:
        """The region, as labels have it."""
        return str(self.book.cluster.facts.get("location") or self.book.place.region).lower().replace(" ", "")

    @property
    def _group(self) -> str:
        return str(self.book.cluster.facts.get("nodeResourceGroup") or f"MC_{self.book.cluster.name}")

    def pools(self) -> list[NodePool]:
        """Give the pools that are ready."""
        return self.book.pools(lambda pool: [str(each) for each in pool.at("availabilityZones[*]")])

    def shape(self, machine: str) -> Shape:
        """Give what a size of machine has."""
        return machines.shape("azure", machine)

    def node(self, pool: NodePool, zone: str, number: str) -> NodeNames:
        """Name a node as AKS does."""
        name = f"aks-{pool.name}-{number}-vmss000000".lower()
        told = {
            "agentpool": pool.name,
            "kubernetes.azure.com/agentpool": pool.name,
            "kubernetes.azure.com/cluster": self._group,
        }
        if pool.spot:
            told["kubernetes.azure.com/scalesetpriority"] = "spot"
        where = f"{self.region}-{zone.rpartition('-')[2]}" if zone else "0"
        pool_of = self._id("Microsoft.Compute/virtualMachineScaleSets", f"aks-{pool.name}")
        provider = f"azure://{pool_of}/virtualMachines/{number}"
        return NodeNames(name, provider, where, told, (_SPOT,) if pool.spot and _SPOT not in pool.taints else ())

    def lacks_autoscaler(self, _pods: Sequence[Mapping[str, Any]]) -> str:
        """Say nothing: AKS's autoscaler is its own."""
        return ""

    def makes(self, provisioner: str) -> bool:
        """Say whether volumes of this provisioner are managed disks."""
        return provisioner == self.disk_driver

    def lacks_driver(self) -> str:
        """Say whether the driver, which is always there, was turned off."""
        off = self.book.cluster.at("storageProfile.diskCSIDriver.enabled") == [False]
        return "the Azure disk CSI driver of the cluster is turned off" if off else ""

    def make_disk(self, request: DiskRequest) -> str:
        """Make a managed disk with the tags of the class."""
        said = {key.lower(): value for key, value in request.parameters.items()}
        kind = said.get("skuname") or said.get("storageaccounttype") or "StandardSSD_LRS"
        if kind not in _TYPES:
            raise Refused("InvalidArgument", f"azureDisk - {kind} is not supported sku/storageaccounttype")
        tags = {
            **self.book.cluster.labels,
            **pairs(said.get("tags", "")),
            "k8s-azure-created-by": "kubernetes-azure-dd",
            "kubernetes.io-created-for-pvc-name": request.claim,
            "kubernetes.io-created-for-pvc-namespace": request.namespace,
            "kubernetes.io-created-for-pv-name": request.name,
        }
        facts = {
            "diskName": request.name,
            "diskSizeGB": request.gibibytes,
            "sku": {"name": kind},
            "location": self.region,
            "resourceGroupName": said.get("resourcegroup") or self._group,
            "tags": tags,
        }
        link = self._id("Microsoft.Compute/disks", request.name, facts["resourceGroupName"])
        self.book.put(DISK, link, request.name, facts)
        return link

    def attach(self, handle: str, node: str) -> None:
        """Note who uses a disk."""
        self.book.change(DISK, handle, {"managedBy": node, "diskState": "Attached" if node else "Unattached"})

    def remove_disk(self, handle: str) -> None:
        """Delete a disk."""
        self.book.take_out(DISK, handle)

    def lacks_snapshots(self) -> str:
        """Say whether the controller, which is always there, was turned off."""
        off = self.book.cluster.at("storageProfile.snapshotController.enabled") == [False]
        return "the snapshot controller of the cluster is turned off" if off else ""

    def make_snapshot(self, request: SnapshotRequest) -> str:
        """Make a snapshot with the tags of the class: in the group that it names, if the cluster may, or the disk's."""
        said = {key.lower(): value for key, value in request.parameters.items()}
        unknown = sorted(set(said) - _OF_SNAPSHOTS)
        if unknown:
            raise Refused("InvalidArgument", f"AzureDisk - invalid option {unknown[0]} in VolumeSnapshotClass")
        disk = self.book.find(DISK, request.handle)
        if disk is None:
            raise Refused("ResourceNotFound", f"The disk '{request.handle}' was not found.")
        group = said.get("resourcegroup") or str(disk.facts["resourceGroupName"])
        why = "" if group == self._group else self._may_not_write(group)
        if why:
            raise Refused("AuthorizationFailed", why)
        facts = {
            "snapshotName": request.name,
            "diskSizeGB": disk.facts.get("diskSizeGB"),
            "creationData": {"createOption": "Copy", "sourceResourceId": request.handle},
            "incremental": said.get("incremental", "true") == "true",
            "location": self.region,
            "resourceGroupName": group,
            "tags": {**self.book.cluster.labels, **pairs(said.get("tags", ""))},
        }
        link = self._id("Microsoft.Compute/snapshots", request.name, group)
        self.book.put(SNAPSHOT, link, request.name, facts)
        return link

    def _may_not_write(self, group: str) -> str:
        """Say why the cluster's identity makes no snapshot in a group that is not its own."""
        found = next((each for each in self.book.ready(GROUP) if each.name.lower() == group.lower()), None)
        if found is None:
            return f"Resource group '{group}' could not be found."
        identities: Mapping[str, Any] = self.book.cluster.first("identity.userAssignedIdentities") or {}
        principals = {each.get("principalId") for each in identities.values()}
        for grant in self.book.ready(GRANT):
            role = str(grant.facts.get("roleDefinitionId", "")).rpartition("/")[2]
            covers = found.id.lower().startswith(str(grant.facts.get("scope", "?")).lower())
            if covers and role in _MAY_SNAPSHOT and grant.facts.get("principalId") in principals:
                return ""
        return (
            "The client of the cluster does not have authorization to perform action"
            f" 'Microsoft.Compute/snapshots/write' over scope '{found.id}'."
        )

    def remove_snapshot(self, handle: str) -> None:
        """Delete a snapshot."""
        self.book.take_out(SNAPSHOT, handle)

    def make_balancer(self, service: Mapping[str, Any]) -> Mapping[str, str]:
        """Make a front end of the cluster's balancer, at the reserved address or one of its own."""
        told = annotations(service)
        # AKS puts the cluster's own tags on all that lies in the node resource group.
        asked = pairs(told.get(f"{_PREFIX}pip-tags", ""))
        tags = {**self.book.cluster.labels, **asked, "k8s-azure-service": _owner(service)}
        reserved = self._reserved(service, told)
        name = f"kubernetes-a{service['metadata']['uid'].replace('-', '')}"
        if reserved is None:
            address = self.book.fresh_address(service["metadata"]["uid"])
            facts = {"publicIpAddressName": name, "ipAddress": address, "location": self.region, "tags": tags}
            described = {**facts, "resourceGroupName": self._group}
            self.book.put(ADDRESS, self._id("Microsoft.Network/publicIPAddresses", name), name, described)
        else:
            address = str(reserved.facts["ipAddress"])
        facts = {
            "loadBalancerName": name,
            "frontendIPAddress": address,
            "publicIPAddressId": reserved.id if reserved else self._id("Microsoft.Network/publicIPAddresses", name),
            "location": self.region,
            "resourceGroupName": self._group,
            "tags": tags,
        }
        self.book.put(BALANCER, self._id("Microsoft.Network/loadBalancers", name), name, facts, ("publicIPAddressId",))
        return {"ip": address}

    def remove_balancer(self, service: Mapping[str, Any]) -> None:
        """Delete what was made for a Service."""
        for kind in (BALANCER, ADDRESS):
            for thing in self.book.all(kind):
                if thing.labels.get("k8s-azure-service") == _owner(service):
                    self.book.take_out(kind, thing.id)

    def lacks_share(self, source: Mapping[str, Any], _zone: str) -> str:
        """Say what a share of Azure Files lacks: its account, a private endpoint, a name that leads there."""
        account, share = _share_of(source)
        if not account:
            return self.book.lacks_server(str(below(source, "nfs", "server") or ""))
        found = next((each for each in self.book.ready(ACCOUNT) if each.name == account), None)
        if found is None:
            return f"mount.nfs: Failed to resolve server {account}.file.core.windows.net: Name or service not known"
        if not any(each.name == share and each.facts.get("accountName") == account for each in self.book.ready(SHARE)):
            return f"mount.nfs: mounting {account}/{share} failed, reason given by server: No such file or directory"
        if found.facts.get("enableHttpsTrafficOnly", True):
            return "mount.nfs: access denied by server: the account asks for secure transfer, which NFS has not"
        return self._lacks_way(found)

    def _lacks_way(self, account: Thing) -> str:
        """Say what the network lacks for an account to be reached over NFS."""
        rule = str(account.first("networkRuleSet.defaultAction") or "Allow")
        public = str(account.facts.get("publicNetworkAccess") or "Enabled")
        rules = account.at("networkRuleSet.virtualNetworkRules[*]")
        links = [each for each in self.book.ready(ENDPOINT) if account.id in _targets(each)]
        if not links:
            return "" if public == "Enabled" and rule == "Deny" and rules else _TIMEOUT
        zones = [each for each in self.book.ready("azure-native:network:PrivateDnsZoneGroup") if _is_of(each, links)]
        return "" if zones else f"{_TIMEOUT}: the private endpoint has no DNS zone group, so its name leads elsewhere"

    def _reserved(self, service: Mapping[str, Any], told: Mapping[str, str]) -> Thing | None:
        """Give the address that a Service names, which has to lie where the cluster is told to look for it."""
        wanted = service["spec"].get("loadBalancerIP") or told.get(f"{_PREFIX}load-balancer-ipv4") or ""
        named = told.get(f"{_PREFIX}pip-name") or ""
        if not wanted and not named:
            return None
        group = told.get(f"{_PREFIX}load-balancer-resource-group") or self._group
        for thing in self.book.ready(ADDRESS):
            here = str(thing.facts.get("resourceGroupName", "")).lower() == group.lower()
            if here and ((wanted and thing.facts.get("ipAddress") == wanted) or (named and thing.name == named)):
                return thing
        why = f"user supplied IP Address {wanted or named} was not found in resource group {group}"
        raise Refused("PublicIPNotFound", why)

    def _id(self, kind: str, name: str, group: object = "") -> str:
        return f"/subscriptions/{self.book.place.project}/resourceGroups/{group or self._group}/providers/{kind}/{name}"


_TIMEOUT = "mount.nfs: Connection timed out: nothing leads from the nodes' network to the account"


def _share_of(source: Mapping[str, Any]) -> tuple[str, str]:
    """Give account and share that a volume names; empty texts where it is none of Azure's."""
    nfs = mapped(source, "nfs")
    if str(nfs.get("server", "")).endswith(".core.windows.net"):
        path = str(nfs.get("path", "/")).strip("/").split("/")
        return str(nfs["server"]).partition(".")[0], path[1] if len(path) > 1 else ""
    said = {str(key).lower(): str(value) for key, value in mapped(source, "csi", "volumeAttributes").items()}
    server = said.get("server", "").partition(".")[0]
    return said.get("storageaccount") or server, said.get("sharename", "")


def _targets(endpoint: Thing) -> list[Any]:
    manual = endpoint.at("manualPrivateLinkServiceConnections[*].privateLinkServiceId")
    return [*endpoint.at("privateLinkServiceConnections[*].privateLinkServiceId"), *manual]


def _is_of(group: Thing, endpoints: Sequence[Thing]) -> bool:
    return any(group.facts.get("privateEndpointName") == each.name for each in endpoints)


def _owner(service: Mapping[str, Any]) -> str:
    return f"{service['metadata']['namespace']}/{service['metadata']['name']}"
