"""Google Cloud: the network, the cluster, the nodes and the file system that a platform makes there, or finds there."""

from typing import Annotated, Literal

from pydantic import Field

from components.settings.clouds.gcp_names import (
    Clock,
    ClusterName,
    ExclusionName,
    FilestoreRange,
    Host,
    InstanceName,
    Key,
    Listed,
    NetworkName,
    NodesRange,
    PodsRange,
    Project,
    RangeName,
    Region,
    ServicesRange,
    SubnetworkName,
    Window,
    Zone,
    ZoneName,
)
from components.settings.clouds.pools import Pools
from components.settings.dates import Date
from components.settings.durations import Duration
from components.settings.names import NodePath
from components.settings.section import Section, Whole, YesOrNo

Weekday = Literal["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
Tier = Literal["BASIC_HDD", "BASIC_SSD", "ZONAL", "REGIONAL"]


class GcpExistingSubnetwork(Section):
    """A subnetwork that exists, in the platform's region, with a way out to the internet through Cloud NAT."""

    name: SubnetworkName = Field(description="Its name; no default.", examples=["hubs"])
    pods: RangeName = Field(description="Name of its secondary range for pods; no default.", examples=["pods"])
    services: RangeName = Field(
        description="Name of its secondary range for Services; no default.", examples=["services"]
    )


class GcpExistingNetwork(Section):
    """A VPC network that exists, which the platform uses and never deletes."""

    name: NetworkName = Field(
        description="Its name; no default. That of a kept file system is what `python -m ops.leftovers` names.",
        examples=["network-1a2b3c4"],
    )
    subnetwork: GcpExistingSubnetwork | None = Field(
        default=None,
        description="A subnetwork of it to be used as it is. Default: none, the platform makes one of its own in it.",
    )


class GcpNetwork(Section):
    """The VPC network. Nodes have no public addresses; they reach the internet through Cloud NAT."""

    nodes: NodesRange = Field(
        default="10.40.0.0/20",
        description=(
            "Addresses of nodes, a private network between /8 and /27. The default is room for 4,000 and rarely meets "
            "another network; take one of your own where the VPC is to be joined with a university's."
        ),
        examples=["10.40.0.0/20"],
    )
    pods: PodsRange = Field(
        default="10.64.0.0/14",
        description=(
            "Addresses of pods, a private network between /9 and /22, of which each node takes a /24. The default is "
            "room for 1,024 nodes: it cannot be changed once the cluster is there."
        ),
        examples=["10.64.0.0/14"],
    )
    services: ServicesRange = Field(
        default="10.44.0.0/20",
        description="Addresses of Services, a private network between /16 and /27. The default is room for 4,000.",
        examples=["10.44.0.0/20"],
    )
    existing: GcpExistingNetwork | None = Field(
        default=None,
        description="A network that exists, instead of one of the platform's own. Default: none.",
    )


class GcpExclusion(Section):
    """Days on which Google upgrades nothing, such as an exam's."""

    first_day: Date = Field(description="The first day, in UTC; no default.", examples=["2027-01-25"])
    last_day: Date = Field(description="The last day, which still counts; no default.", examples=["2027-02-05"])
    scope: Literal["everything", "minor", "minor_and_nodes"] = Field(
        default="everything",
        description=(
            "What waits: everything, for 30 days at most; minor, new minor versions of Kubernetes only, for 180 days "
            "at most; or minor_and_nodes, these and all upgrades of nodes. Google applies urgent security patches all "
            "the same. The default moves nobody's server to another node during an exam."
        ),
        examples=["everything"],
    )


class GcpMaintenance(Section):
    """When Google may upgrade the cluster. It needs 48 hours in any 32 days."""

    start: Clock = Field(
        default="02:00",
        description="When the window opens, in UTC and in quotes. The default is night in Europe.",
        examples=["02:00"],
    )
    duration: Window = Field(
        default=Duration("4h"),
        description="How long it is open, between 4h and 24h. The default is the shortest that Google takes.",
        examples=["4h"],
    )
    days: tuple[Weekday, ...] = Field(
        min_length=1,
        default=("MO", "TU", "WE", "TH", "FR", "SA", "SU"),
        description=(
            "On which days, any of MO, TU, WE, TH, FR, SA and SU. The default, each of them, leaves room for long "
            "exclusions; with the weekend alone a window has to be longer."
        ),
        examples=[["SA", "SU"]],
    )
    exclusions: dict[ExclusionName, GcpExclusion] = Field(
        default={},
        description=(
            "Days on which Google upgrades nothing, by name; at most three with the scope everything, and twenty in "
            "all. Default: none."
        ),
    )


class GcpCluster(Section):
    """The GKE cluster."""

    control_plane: Literal["regional", "zonal"] = Field(
        default="regional",
        description=(
            "Whether the API server runs in three zones or one. Both cost the same; a zonal one is away for minutes "
            "at each upgrade, and nobody starts a server meanwhile. Nodes are in the platform's zones either way."
        ),
        examples=["regional"],
    )
    channel: Literal["RAPID", "REGULAR", "STABLE", "EXTENDED"] = Field(
        default="REGULAR",
        description=(
            "How soon new versions of Kubernetes come. The default is what Google advises for most; STABLE comes "
            "months later, and EXTENDED stays on one version for up to two years and costs six times the fee."
        ),
        examples=["STABLE"],
    )
    maintenance: GcpMaintenance = Field(default=GcpMaintenance(), description="When Google may upgrade the cluster.")
    reached_from: tuple[Listed, ...] = Field(
        default=(),
        description=(
            "Networks, as address/length, from which the API server is reached at an IP address. Default: none; it is "
            "reached at a DNS name, where Google's own login stands before it, from wherever people are. "
            "0.0.0.0/0 is refused."
        ),
        examples=[["203.0.113.0/24"]],
    )
    existing: ClusterName | None = Field(
        default=None,
        description=(
            "Name of a cluster that exists, in the region, or in the first zone with control_plane: zonal. It is used "
            "as it is: the platform adds no nodes to it. It needs Dataplane V2 or network policies, and its nodes the "
            "label hub.jupyter.org/node-purpose. Default: none, a cluster of the platform's own."
        ),
        examples=["university-gke"],
    )


class GcpNfsServer(Section):
    """A university's own NFS server, mounted over NFS 4.1: nothing encrypts it on the way."""

    host: Host = Field(description="Its name or address, as nodes reach it; no default.", examples=["nfs.example.edu"])
    path: NodePath = Field(description="The exported folder; no default.", examples=["/export/hub"])


class GcpFilestore(Section):
    """The file system of people's homes: a Filestore instance. homes.capacity says how large it is."""

    tier: Tier = Field(
        default="BASIC_HDD",
        description=(
            "What it runs on. BASIC_HDD: 1Ti or more, about 200 $ a month, only grows; BASIC_SSD: 2.5Ti or more, "
            "about 770 $, only grows; ZONAL: 1Ti or more, about 260 $, faster, also shrinks; REGIONAL: 100Gi or more, "
            "0.45 $ for each GiB, survives the loss of a zone. It stays as the instance was made. The default is the "
            "cheapest that holds a course."
        ),
        examples=["ZONAL"],
    )
    protocol: Literal["NFS_V3", "NFS_V4_1"] | None = Field(
        default=None,
        description=(
            "Version of NFS. Default: NFS_V4_1, whose locks need no way back into the nodes, where the tier has it: "
            "ZONAL and REGIONAL; NFS_V3 with the basic tiers. It stays as the instance was made."
        ),
        examples=["NFS_V4_1"],
    )
    range: FilestoreRange | None = Field(
        default=None,
        description=(
            "Addresses of the instance, a private network between /24 and /29 that nothing else uses. Default: one "
            "that Google finds free in the VPC; write it where the VPC is joined with a university's network."
        ),
        examples=["10.39.0.0/29"],
    )
    backups: YesOrNo = Field(
        default=True,
        description=(
            "Whether a backup is taken each night, at about 0.08 $ for each GiB and month that changed. Files that "
            "people deleted by mistake are got back from there."
        ),
        examples=[True],
    )
    backups_kept: Annotated[Whole, Field(ge=1, le=90)] = Field(
        default=5,
        description="How many of these backups are kept, between 1 and 90. The default is what operators of hubs keep.",
        examples=[14],
    )
    existing: InstanceName | None = Field(
        default=None,
        description=(
            "Name of an instance that exists, such as the one an earlier stack kept, so that its homes go on. It is in "
            "the region with tier: REGIONAL, else in the first zone; network.existing names its network. The platform "
            "never deletes it. Default: none, one of the platform's own."
        ),
        examples=["homes-1a2b3c4"],
    )
    server: GcpNfsServer | None = Field(
        default=None,
        description="An NFS server of your own, instead of Filestore; the VPC must have a way to it. Default: none.",
    )

    @property
    def version(self) -> Literal["NFS_V3", "NFS_V4_1"]:
        """The version of NFS that the instance speaks."""
        return self.protocol or ("NFS_V3" if self.tier.startswith("BASIC") else "NFS_V4_1")


class GcpCloud(Section):
    """Google Cloud, with GKE as the cluster and Filestore as the file system."""

    provider: Literal["gcp"] = Field(description="The cloud the platform runs on: Google Cloud.", examples=["gcp"])
    project: Project = Field(
        description="Id of the project that everything is made in and paid by; no default.", examples=["my-university"]
    )
    region: Region = Field(description="The region everything is in; no default.", examples=["europe-west1"])
    zones: tuple[Zone, ...] = Field(
        min_length=1,
        max_length=3,
        description=(
            "One to three zones of the region that nodes are in; a file system of one zone is in the first. One costs "
            "least, as traffic between zones is charged; a disk stays in its zone. No default."
        ),
        examples=[["europe-west1-b"]],
    )
    network: GcpNetwork = Field(default=GcpNetwork(), description="The VPC network.")
    cluster: GcpCluster = Field(default=GcpCluster(), description="The Kubernetes cluster.")
    pools: Pools = Field(default=Pools(), description="The cluster's nodes, in groups for what runs on them.")
    filestore: GcpFilestore = Field(default=GcpFilestore(), description="The file system that people's homes lie on.")
    encryption_key: Key | None = Field(
        default=None,
        description=(
            "A key of Cloud KMS in the region, for Kubernetes Secrets, disks, the file system and the bucket; Google's "
            "service agents need roles/cloudkms.cryptoKeyEncrypterDecrypter on it (docs/gke.md). Default: none; Google "
            "encrypts all of it with keys of its own."
        ),
        examples=["projects/my-university/locations/europe-west1/keyRings/hubs/cryptoKeys/hubs"],
    )
    dns_zone: ZoneName | None = Field(
        default=None,
        description=(
            "Name of a managed zone of Cloud DNS in the project, which gets a record for each hub's domain. Default: "
            "none; you lead each domain to the hub's address yourself."
        ),
        examples=["example-edu"],
    )
    bucket: YesOrNo = Field(
        default=True,
        description=(
            "Whether there is a bucket for backups of databases. It costs nothing while it is empty. On destroy it "
            "goes as the homes do; with archive it stays."
        ),
        examples=[True],
    )

    @property
    def location(self) -> str:
        """Where the cluster's control plane is: the region or the first zone."""
        return self.region if self.cluster.control_plane == "regional" else self.zones[0]

    @property
    def files_location(self) -> str:
        """Where the file system is: the region or the first zone."""
        return self.region if self.filestore.tier == "REGIONAL" else self.zones[0]
