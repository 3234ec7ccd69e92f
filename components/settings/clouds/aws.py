"""AWS: the network, the cluster, the nodes and the file system that a platform makes there, or finds there."""

from typing import Literal

from pydantic import Field

from components.settings.clouds.aws_names import (
    Account,
    ClusterName,
    FileSystemId,
    Key,
    Listed,
    Log,
    Principal,
    Region,
    ServiceRange,
    SubnetId,
    VpcId,
    VpcRange,
    Zone,
    Zones,
)
from components.settings.clouds.pools import Pools
from components.settings.names import Domain, NodePath
from components.settings.section import Section, YesOrNo

KubernetesVersion = Literal["1.33", "1.34", "1.35", "1.36"]
"""What EKS offers and the platform has an autoscaler for (components/clouds/aws/autoscaler.py)."""


class AwsExistingNetwork(Section):
    """A VPC that exists, which the platform uses and never changes. Nodes need a way to the internet in it."""

    vpc: VpcId = Field(description="Id of the VPC; no default.", examples=["vpc-0a1b2c3d4e5f60718"])
    private_subnets: dict[Zone, SubnetId] = Field(
        description=(
            "Subnet of the nodes in each of the platform's zones; they have a route to the internet through a NAT "
            "gateway. No default."
        ),
    )
    public_subnets: dict[Zone, SubnetId] = Field(
        description=(
            "Subnet in which hubs' load balancers stand, for the first zone at least; it has a route to an internet "
            "gateway. No default."
        ),
    )


class AwsNetwork(Section):
    """The network that nodes, file system and load balancers stand in."""

    range: VpcRange = Field(
        default="10.20.0.0/16",
        description=(
            "Addresses of the VPC, a private network between /16 and /20. Each zone's nodes get a quarter of it, as "
            "every pod has an address of its own. The default rarely meets another network; take one of your own "
            "where the VPC is to be joined with a university's."
        ),
        examples=["10.20.0.0/16"],
    )
    nat: Literal["one", "per_zone"] = Field(
        default="one",
        description=(
            "How nodes reach the internet: one NAT gateway for all zones, or one per zone. One is the default, as "
            "each costs about 35 $ a month; while its zone is out, nodes of the other zones run on but pull no images."
        ),
        examples=["per_zone"],
    )
    existing: AwsExistingNetwork | None = Field(
        default=None,
        description="A VPC that exists, instead of one of the platform's own. Default: none.",
    )


class AwsCluster(Section):
    """The EKS cluster."""

    reached_from: tuple[Listed, ...] = Field(
        description=(
            "Networks, as address/length, from which the API server can be reached over the internet. An empty list "
            "leaves it reachable from within the VPC only. No default, as whoever runs Pulumi has to be in one of "
            "them; 0.0.0.0/0 is refused."
        ),
        examples=[["203.0.113.0/24"]],
    )
    version: KubernetesVersion = Field(
        default="1.35",
        description=(
            "Kubernetes version, one of those EKS supports. It goes up one minor version at a time and never down. "
            "The default has been out long enough for its add-ons."
        ),
        examples=["1.35"],
    )
    services: ServiceRange = Field(
        default="172.20.0.0/16",
        description=(
            "Addresses of Services inside the cluster, a private network between /12 and /24 that nobody else uses. "
            "The default is EKS's own. It stays as the cluster was made."
        ),
        examples=["172.20.0.0/16"],
    )
    admins: tuple[Principal, ...] = Field(
        default=(),
        description=(
            "ARNs of IAM roles or users who administer the cluster, beside whoever made it. Default: nobody. Add the "
            "role of your pipeline and of your colleagues, or only the person who ran the first `pulumi up` gets in."
        ),
        examples=[["arn:aws:iam::111122223333:role/hub-admins"]],
    )
    secrets_key: Key | None = Field(
        default=None,
        description=(
            "ARN of the KMS key that Kubernetes Secrets are encrypted with. Default: a key of the platform's own, "
            "about 1 $ a month. It stays as the cluster was made."
        ),
        examples=["arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"],
    )
    logs: tuple[Log, ...] = Field(
        default=("api", "audit", "authenticator"),
        description=(
            "What the control plane writes to CloudWatch: any of api, audit, authenticator, controllerManager, "
            "scheduler. The default says who did what; the other two help Kubernetes' own developers."
        ),
        examples=[["audit"]],
    )
    log_days: Literal[1, 3, 7, 14, 30, 60, 90, 180, 365] = Field(
        default=30,
        description=(
            "Days for which these logs are kept, of those CloudWatch offers. The default spans a month's questions."
        ),
        examples=[90],
    )
    existing: ClusterName | None = Field(
        default=None,
        description=(
            "Name of a cluster that exists, used as it is: the platform adds no nodes and no drivers to it. It needs "
            "the EBS and EFS CSI drivers and an autoscaler, and network.existing to name its VPC. Default: none, a "
            "cluster of the platform's own."
        ),
        examples=["university-eks"],
    )


class AwsNfsServer(Section):
    """A university's own NFS server, mounted over plain NFS 4.1: nothing encrypts it on the way."""

    host: Domain = Field(description="Its name, as nodes resolve it; no default.", examples=["nfs.example.edu"])
    path: NodePath = Field(description="The exported folder; no default.", examples=["/export/hub"])


class AwsFilestore(Section):
    """The file system of people's homes: EFS, which grows and shrinks by itself."""

    performance: Literal["general", "max_io"] = Field(
        default="general",
        description=(
            "EFS's performance mode. general answers fastest and is right for homes; max_io is older, slower per file "
            "and for thousands of clients. It stays as the file system was made."
        ),
        examples=["general"],
    )
    throughput: Literal["elastic", "bursting"] = Field(
        default="elastic",
        description=(
            "EFS's throughput mode. elastic is always fast and charges for what is read and written; bursting is "
            "included, but a small file system is slow after a few busy hours, as a course's first week is."
        ),
        examples=["bursting"],
    )
    infrequent_after: Literal[1, 7, 14, 30, 60, 90, 180, 270, 365] | None = Field(
        default=30,
        description=(
            "Days after which a file that nobody opened moves to infrequent access, at a twentieth of the price for "
            "space; it comes back when it is opened. null keeps all files where they are. The default suits a course, "
            "whose homes are mostly idle."
        ),
        examples=[30],
    )
    backups: YesOrNo = Field(
        default=True,
        description=(
            "Whether AWS Backup takes a copy each day and keeps it for 35 days; about 0.05 $ per GB and month. Files "
            "people deleted by mistake are got back from there."
        ),
        examples=[True],
    )
    existing: FileSystemId | None = Field(
        default=None,
        description=(
            "Id of a file system that exists, such as the one an earlier stack kept, so that its homes go on. The "
            "platform gives it a way into its network and never deletes it. Default: none, one of the platform's own."
        ),
        examples=["fs-0123456789abcdef0"],
    )
    server: AwsNfsServer | None = Field(
        default=None,
        description="An NFS server of your own, instead of EFS; the VPC must have a way to it. Default: none.",
    )


class AwsCloud(Section):
    """AWS, with EKS as the cluster and EFS as the file system."""

    provider: Literal["aws"] = Field(description="The cloud the platform runs on: AWS.", examples=["aws"])
    region: Region = Field(description="The region everything is in; no default.", examples=["eu-central-1"])
    zones: Zones = Field(
        description=(
            "Two or three availability zones of the region: EKS asks for two, and a third adds nothing that a hub "
            "could use. Nodes with disks start in the first; no default, as an account has not all of them."
        ),
        examples=[["eu-central-1a", "eu-central-1b"]],
    )
    account: Account | None = Field(
        default=None,
        description=(
            "The account's 12 digits: nothing is done with credentials of another one. Default: whatever account the "
            "credentials are of."
        ),
        examples=["111122223333"],
    )
    network: AwsNetwork = Field(default=AwsNetwork(), description="The VPC.")
    cluster: AwsCluster = Field(description="The Kubernetes cluster.")
    pools: Pools = Field(default=Pools(), description="The nodes, in groups for what runs on them.")
    filestore: AwsFilestore = Field(default=AwsFilestore(), description="The file system that people's homes lie on.")
    dns_zone: Domain | None = Field(
        default=None,
        description=(
            "Name of a public Route 53 zone that exists, which gets a record for each hub's domain. Default: none; "
            "you lead each domain to the hub's address yourself."
        ),
        examples=["research.example.edu"],
    )
