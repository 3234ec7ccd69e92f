"""Azure: the network, the cluster, the nodes and the file system that a platform makes there, or finds there."""

from typing import Annotated, Literal

from pydantic import Field

from components.settings.clouds.azure_names import (
    AccountName,
    ClusterName,
    EndpointsRange,
    GroupName,
    Listed,
    NetworkRange,
    NodesRange,
    PodsRange,
    Principals,
    Region,
    ServicesRange,
    ShareName,
    SubnetId,
    Subscription,
    TimeOfDay,
    UtcOffset,
    Zone,
)
from components.settings.clouds.pools import Pools
from components.settings.dates import Date
from components.settings.names import Domain, NodePath, Text
from components.settings.section import Section, Whole, YesOrNo

KubernetesVersion = Literal["1.33", "1.34", "1.35", "1.36"]
"""What AKS offers; it has no end to its minor versions, so this list moves with hubstack's releases."""

Day = Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


class AzureExistingNetwork(Section):
    """Subnets of a virtual network that exists, which the platform uses and never changes."""

    nodes: SubnetId = Field(
        description=(
            "Id of the nodes' subnet, with a way to the internet and room for every node; no default. Whoever runs "
            "Pulumi may grant roles on its resource group, as the cluster joins its nodes to it."
        ),
    )
    endpoints: SubnetId = Field(
        description=(
            "Id of the subnet where the file system's private endpoint gets its address, the nodes' own or another "
            "one of the same network; no default."
        ),
    )


class AzureNetwork(Section):
    """The network that nodes and the file system's endpoint stand in. It stays as it was made."""

    range: NetworkRange = Field(
        default="10.30.0.0/16",
        description=(
            "Addresses of the virtual network, a private one between /8 and /24. The default rarely meets another; "
            "take one of your own where it is to be joined with a university's."
        ),
        examples=["10.30.0.0/16"],
    )
    nodes: NodesRange = Field(
        default="10.30.0.0/20",
        description=(
            "Part of range for nodes, one address each and more while they are renewed. The default has room for 4,000."
        ),
        examples=["10.30.0.0/20"],
    )
    endpoints: EndpointsRange = Field(
        default="10.30.16.0/27",
        description="Part of range for the file system's private endpoint. The default has room for 27.",
        examples=["10.30.16.0/27"],
    )
    pods: PodsRange = Field(
        default="10.244.0.0/16",
        description=(
            "Addresses of pods, outside range: they lie over the network, not in it (Azure CNI overlay), so other "
            "clusters may have the same. Each node takes a /24 of it; the default has room for 256 nodes."
        ),
        examples=["10.244.0.0/16"],
    )
    services: ServicesRange = Field(
        default="10.245.0.0/20",
        description="Addresses of Services inside the cluster, outside range and pods. The default has room for 4,000.",
        examples=["10.245.0.0/20"],
    )
    outbound: Literal["nat", "load_balancer"] = Field(
        default="nat",
        description=(
            "How nodes reach the internet. nat: a NAT gateway of the platform's own, about 35 $ a month; a class that "
            "installs packages all at once does not run out of ports. load_balancer: through the cluster's balancer, "
            "which costs nothing more and gives each node 1,024 ports."
        ),
        examples=["load_balancer"],
    )
    existing: AzureExistingNetwork | None = Field(
        default=None,
        description="Subnets that exist, instead of a virtual network of the platform's own. Default: none.",
    )


class AzureExclusion(Section):
    """Days on which nothing is upgraded, the first and the last among them."""

    first_day: Date = Field(description="The first day, as YYYY-MM-DD; no default.", examples=["2027-01-25"])
    last_day: Date = Field(description="The last day, as YYYY-MM-DD; no default.", examples=["2027-02-12"])


class AzureMaintenance(Section):
    """When Azure may upgrade the cluster and its nodes."""

    day: Day = Field(
        default="Sunday",
        description="Day of the week. The default is when fewest people work.",
        examples=["Sunday"],
    )
    start: TimeOfDay = Field(
        default="02:00",
        description="When the window opens on that day, as HH:MM in quotes. The default ends before the morning.",
        examples=["02:00"],
    )
    hours: Annotated[Whole, Field(ge=4, le=24)] = Field(
        default=6,
        description=(
            "Length of the window in hours, 4 to 24 as AKS has it. With the default the nodes of a large course are "
            "through."
        ),
        examples=[6],
    )
    utc_offset: UtcOffset = Field(
        default="+00:00",
        description="The time zone that start is in, by its distance from UTC, in quotes. The default is UTC.",
        examples=["+01:00"],
    )
    exclusions: dict[Text, AzureExclusion] = Field(
        default={},
        description="Days on which nothing is upgraded, such as exam weeks, by name. Default: none.",
    )


class AzureExistingCluster(Section):
    """An AKS cluster that exists."""

    resource_group: GroupName = Field(description="Its resource group; no default.", examples=["university-aks"])
    name: ClusterName = Field(description="Its name; no default.", examples=["university"])


class AzureCluster(Section):
    """The AKS cluster. People administer it with their Entra ID accounts; there is no other way in."""

    admin_groups: tuple[Principals, ...] = Field(
        default=(),
        max_length=20,
        description=(
            "Object ids of the Entra ID groups who administer the cluster. No default where the platform makes the "
            "cluster: local accounts are off, so whoever runs Pulumi has to be in one of them."
        ),
        examples=[["0f3c2a4e-7d58-4c1b-9a60-2b8d5e6f7a81"]],
    )
    reached_from: tuple[Listed, ...] | None = Field(
        default=None,
        max_length=200,
        description=(
            "Networks, as address/length, from which the API server can be reached over the internet. An empty list "
            "makes the cluster a private one, reachable from within its network only; whether it is one stays as it "
            "was made. No default where the platform makes the cluster, as whoever runs Pulumi has to be in one of "
            "them; 0.0.0.0/0 is refused."
        ),
        examples=[["203.0.113.0/24"]],
    )
    version: KubernetesVersion = Field(
        default="1.35",
        description=(
            "Kubernetes' minor version, one of those AKS supports; AKS chooses the patch. It goes up one at a time and "
            "never down. The default has been out long enough for its first patches."
        ),
        examples=["1.35"],
    )
    upgrades: Literal["patch", "none"] = Field(
        default="patch",
        description=(
            "What Azure upgrades by itself in the maintenance window. patch: to the newest patch of version, which "
            "mends security faults and breaks nothing; none: nothing, until you do. Minor versions change here in "
            "the stack file only, when a person looks on."
        ),
        examples=["none"],
    )
    node_upgrades: Literal["node_image", "security_patch", "none"] = Field(
        default="node_image",
        description=(
            "What Azure does with nodes' system in the maintenance window. node_image: a new image each week, on new "
            "nodes; security_patch: only security updates, most of them in place; none: nothing. The default is what "
            "AKS tests most."
        ),
        examples=["security_patch"],
    )
    maintenance: AzureMaintenance = Field(
        default=AzureMaintenance(), description="When Azure may upgrade the cluster and its nodes."
    )
    tier: Literal["free", "standard"] = Field(
        default="standard",
        description=(
            "AKS's tier. standard promises that the API server answers, for about 73 $ a month; free promises "
            "nothing, and slows down beyond ten nodes, as a course has them at its start."
        ),
        examples=["free"],
    )
    existing: AzureExistingCluster | None = Field(
        default=None,
        description=(
            "An AKS cluster that exists, used as it is: the platform adds no nodes to it. It needs Entra ID, its disk "
            "driver and an autoscaler, and network.existing to name its subnets. Default: none, a cluster of the "
            "platform's own."
        ),
    )


class AzureExistingShare(Section):
    """An NFS file share that exists, such as one that an earlier stack kept."""

    resource_group: GroupName = Field(description="Its account's resource group; no default.", examples=["homes"])
    account: AccountName = Field(description="Its storage account; no default.", examples=["homes4f2a"])
    share: ShareName = Field(default="homes", description="The share. The default is what hubstack calls it.")
    reachable: YesOrNo = Field(
        default=False,
        description=(
            "Whether the network has a private endpoint to the account and resolves its name already. By default the "
            "platform makes an endpoint of its own, and takes it away on destroy."
        ),
        examples=[True],
    )


class AzureNfsServer(Section):
    """A university's own NFS server, mounted over plain NFS 4.1: nothing encrypts it on the way."""

    host: Domain = Field(description="Its name, as nodes resolve it; no default.", examples=["nfs.example.edu"])
    path: NodePath = Field(description="The exported folder; no default.", examples=["/export/hub"])


class AzureFilestore(Section):
    """The file system of people's homes: an NFS share of Azure Files on SSDs, within the network only."""

    redundancy: Literal["LRS", "ZRS"] = Field(
        default="LRS",
        description=(
            "Where the copies lie: LRS three in one data centre, ZRS one in each of three zones, for a quarter more "
            "and not in every region. The default matches nodes in one zone. It stays as the file system was made."
        ),
        examples=["ZRS"],
    )
    soft_delete: Annotated[Whole, Field(ge=0, le=365)] = Field(
        default=7,
        description=(
            "Days for which a deleted share can be brought back, and is paid for; 0 for none. A second chance against "
            "a slip, not a backup: a storage account that goes takes it along. The default spans a week."
        ),
        examples=[7, 0],
    )
    encrypt_in_transit: YesOrNo = Field(
        default=False,
        description=(
            "Whether files are encrypted between nodes and share (TLS, by Azure's mount helper). The default leaves it "
            "out: they never leave the virtual network, and the helper costs a few percent and one more thing to fail."
        ),
        examples=[True],
    )
    existing: AzureExistingShare | None = Field(
        default=None,
        description=(
            "An NFS share that exists, so that its homes go on; the platform never changes or deletes it. Default: "
            "none, one of the platform's own."
        ),
    )
    server: AzureNfsServer | None = Field(
        default=None,
        description=(
            "An NFS server of your own, instead of Azure Files; the network must have a way to it. Default: none."
        ),
    )


class AzureDnsZone(Section):
    """A public DNS zone that exists in Azure."""

    name: Domain = Field(description="The zone, such as example.edu; no default.", examples=["hubs.example.edu"])
    resource_group: GroupName = Field(description="Its resource group; no default.", examples=["dns"])


class AzureCloud(Section):
    """Azure, with AKS as the cluster and Azure Files as the file system."""

    provider: Literal["azure"] = Field(description="The cloud the platform runs on: Azure.", examples=["azure"])
    subscription: Subscription | None = Field(
        default=None,
        description=(
            "Id of the subscription that everything is made in. Default: the one `az account show` names; with an id "
            "here, a wrong login harms nobody."
        ),
        examples=["7d0f5c1e-2b3a-4c5d-8e9f-0a1b2c3d4e5f"],
    )
    region: Region = Field(
        description="The region everything is in, as `az` names it; no default. It stays as the platform was made.",
        examples=["westeurope"],
    )
    zones: tuple[Zone, ...] = Field(
        default=("1",),
        max_length=3,
        description=(
            "The region's zones that nodes are in: '1', '2' and '3', in quotes, or an empty list where the region has "
            "none. One is the default: a disk lies in one zone, and people wait for nodes, not for zones. It stays as "
            "the platform was made."
        ),
        examples=[["1"], ["1", "2", "3"]],
    )
    network: AzureNetwork = Field(default=AzureNetwork(), description="The virtual network.")
    cluster: AzureCluster = Field(default=AzureCluster(), description="The Kubernetes cluster.")
    pools: Pools = Field(default=Pools(), description="The cluster's nodes, in groups for what runs on them.")
    filestore: AzureFilestore = Field(
        default=AzureFilestore(), description="The file system that people's homes lie on."
    )
    dns_zone: AzureDnsZone | None = Field(
        default=None,
        description=(
            "A public DNS zone that exists, which gets a record for each hub's domain. Default: none; you lead each "
            "domain to the hub's address yourself."
        ),
    )
