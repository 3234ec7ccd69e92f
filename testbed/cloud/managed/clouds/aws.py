"""EKS: what stands in an AWS account for the disks, balancers and mounts of one of its clusters."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from testbed.cloud.kinds import NodePool, Refused
from testbed.cloud.managed import machines
from testbed.cloud.managed.book import Book, Thing, pairs
from testbed.cloud.managed.outside import DiskRequest, NodeNames, Shape, SnapshotRequest
from testbed.cloud.managed.world import annotations, below, mapped

DISK = "aws:ebs/volume:Volume"
SNAPSHOT = "aws:ebs/snapshot:Snapshot"
BALANCER = "aws:lb/loadBalancer:LoadBalancer"
INTERFACE = "aws:ec2/networkInterface:NetworkInterface"
GROUP = "aws:ec2/securityGroup:SecurityGroup"
SUBNET = "aws:ec2/subnet:Subnet"
ADDRESS = "aws:ec2/eip:Eip"
ADDON = "aws:eks/addon:Addon"
IDENTITY = "aws:eks/podIdentityAssociation:PodIdentityAssociation"
MOUNT_TARGET = "aws:efs/mountTarget:MountTarget"
FILE_SYSTEM = "aws:efs/fileSystem:FileSystem"

_TYPES = ("gp2", "gp3", "io1", "io2", "st1", "sc1", "standard")
_TO_SUBNETS = "kubernetes.io/role/elb"
_EXTRA_TAGS = "service.beta.kubernetes.io/aws-load-balancer-additional-resource-tags"
_ADDRESSES = "service.beta.kubernetes.io/aws-load-balancer-eip-allocations"
_SUBNETS = "service.beta.kubernetes.io/aws-load-balancer-subnets"
_NFS = 2049


class Eks:
    """One cluster of EKS."""

    cloud = "eks"
    disk_driver = "ebs.csi.aws.com"
    topology_key = "topology.ebs.csi.aws.com/zone"
    disks_per_node = 25

    def __init__(self, book: Book) -> None:
        self.book = book

    @property
    def region(self) -> str:
        """The region."""
        return self.book.place.region

    def pools(self) -> list[NodePool]:
        """Give the node groups that are ready."""
        return self.book.pools(self._zones)

    def _zones(self, group: Thing) -> list[str]:
        """Give the zones of a group's subnets."""
        subnets = [self.book.find(SUBNET, str(each)) for each in group.at("subnetIds[*]")]
        return sorted({str(each.facts.get("availabilityZone")) for each in subnets if each})

    def shape(self, machine: str) -> Shape:
        """Give what a type of instance has."""
        return machines.shape("aws", machine)

    def node(self, pool: NodePool, zone: str, number: str) -> NodeNames:
        """Name a node as EKS does, after its address."""
        digits = sha256(number.encode()).digest()
        name = f"ip-10-{digits[0]}-{digits[1]}-{digits[2]}.{self.region}.compute.internal"
        told = {
            "eks.amazonaws.com/nodegroup": pool.name,
            "eks.amazonaws.com/capacityType": "SPOT" if pool.spot else "ON_DEMAND",
        }
        where = zone or f"{self.region}a"
        return NodeNames(name, f"aws:///{where}/i-{sha256(number.encode()).hexdigest()[:17]}", where, told)

    def lacks_autoscaler(self, pods: Sequence[Mapping[str, Any]]) -> str:
        """On EKS nothing grows by itself: a cluster-autoscaler has to run in the cluster."""
        for pod in pods:
            image = pod["spec"]["containers"][0]["image"]
            if "cluster-autoscaler" in image and pod["status"].get("phase") == "Running":
                return ""
        return "no cluster-autoscaler runs in this cluster, and EKS has none of its own"

    def makes(self, provisioner: str) -> bool:
        """Say whether volumes of this provisioner are EBS volumes."""
        return provisioner == self.disk_driver

    def lacks_driver(self) -> str:
        """Say what the EBS driver lacks, which is an add-on that needs a role."""
        addon = self._addon("aws-ebs-csi-driver")
        if addon is None:
            return (
                "Waiting for a volume to be created or deleted by the external provisioner 'ebs.csi.aws.com': the"
                " add-on aws-ebs-csi-driver is not active in this cluster"
            )
        if addon.first("serviceAccountRoleArn") or addon.at("podIdentityAssociations[*].roleArn"):
            return ""
        accounts = [
            each.facts.get("serviceAccount")
            for each in self.book.ready(IDENTITY)
            if each.facts.get("clusterName") == self.book.cluster.name
        ]
        if "ebs-csi-controller-sa" in accounts:
            return ""
        return (
            "UnauthorizedOperation: You are not authorized to perform this operation: ebs-csi-controller-sa has no role"
        )

    def make_disk(self, request: DiskRequest) -> str:
        """Make an EBS volume with the tags of the class, and those by which the driver knows its own."""
        kind = request.parameters.get("type", "gp3")
        if kind not in _TYPES:
            raise Refused("InvalidParameterValue", f"Value ({kind}) for parameter volumeType is invalid.")
        given = [value for key, value in request.parameters.items() if key.startswith("tagSpecification_")]
        tags = {key: value for text in given for key, value in pairs(text).items()}
        tags |= {
            "Name": f"{self.book.cluster.name}-dynamic-{request.name}",
            "CSIVolumeName": request.name,
            "ebs.csi.aws.com/cluster": "true",
            "kubernetes.io/created-for/pvc/name": request.claim,
            "kubernetes.io/created-for/pvc/namespace": request.namespace,
            "kubernetes.io/created-for/pv/name": request.name,
        }
        number = f"vol-{sha256(request.name.encode()).hexdigest()[:17]}"
        facts = {
            "availabilityZone": request.zone,
            "size": request.gibibytes,
            "type": kind,
            "encrypted": request.parameters.get("encrypted") == "true",
            "tags": tags,
        }
        self.book.put(DISK, number, number, facts)
        return number

    def attach(self, handle: str, node: str) -> None:
        """Note who uses a volume."""
        self.book.change(DISK, handle, {"attachments": [{"instanceId": node}] if node else []})

    def remove_disk(self, handle: str) -> None:
        """Delete a volume."""
        self.book.take_out(DISK, handle)

    def lacks_snapshots(self) -> str:
        """Say that the controller is an add-on of its own, which brings the kinds as well."""
        if self._addon("snapshot-controller"):
            return ""
        return "the add-on snapshot-controller is not active in this cluster"

    def make_snapshot(self, request: SnapshotRequest) -> str:
        """Make a snapshot with the tags of the class, and those by which the driver knows its own."""
        given = {key: value for key, value in request.parameters.items() if key.startswith("tagSpecification_")}
        unknown = sorted(set(request.parameters) - set(given))
        if unknown:
            raise Refused("InvalidArgument", f"Invalid parameter key {unknown[0]} for CreateSnapshot")
        volume = self.book.find(DISK, request.handle)
        if volume is None:
            raise Refused("InvalidVolume.NotFound", f"The volume '{request.handle}' does not exist.")
        tags = {key: value for text in given.values() for key, value in pairs(text).items()}
        tags |= {"CSIVolumeSnapshotName": request.name, "ebs.csi.aws.com/cluster": "true"}
        number = f"snap-{sha256(request.name.encode()).hexdigest()[:17]}"
        facts = {
            "volumeId": request.handle,
            "volumeSize": volume.facts.get("size"),
            "encrypted": volume.facts.get("encrypted"),
            "tags": tags,
        }
        self.book.put(SNAPSHOT, number, number, facts)
        return number

    def remove_snapshot(self, handle: str) -> None:
        """Delete a snapshot."""
        self.book.take_out(SNAPSHOT, handle)

    def make_balancer(self, service: Mapping[str, Any]) -> Mapping[str, str]:
        """Make a balancer with a security group, and an interface in each of its subnets: these hold the VPC."""
        told = annotations(service)
        subnets = self._subnets(told)
        addresses = self._addresses(told, subnets)
        number = sha256(service["metadata"]["uid"].encode()).hexdigest()[:17]
        name = f"a{service['metadata']['uid'].replace('-', '')}"[:32]
        cluster = self.book.cluster.name
        tags = {
            **pairs(told.get(_EXTRA_TAGS, "")),
            "kubernetes.io/service-name": _owner(service),
            f"kubernetes.io/cluster/{cluster}": "owned",
        }
        vpc = subnets[0].facts["vpcId"]
        group = {"name": f"k8s-elb-{name}", "vpcId": vpc, "tags": tags}
        self.book.put(GROUP, f"sg-{number}", f"k8s-elb-{name}", group, ("vpcId",))
        for subnet, address in zip(subnets, addresses, strict=True):
            interface = {
                "subnetId": subnet.id,
                "securityGroups": [f"sg-{number}"],
                "description": f"ELB {name}",
                "requesterManaged": True,
                "tags": tags,
                **({"allocationId": address} if address else {}),
            }
            inner = f"eni-{sha256((number + subnet.id).encode()).hexdigest()[:17]}"
            references = ("subnetId", "allocationId") if address else ("subnetId",)
            self.book.put(INTERFACE, inner, inner, interface, references)
        host = f"{name}-{number[:16]}.elb.{self.region}.amazonaws.com"
        account = f"arn:aws:elasticloadbalancing:{self.region}:{self.book.place.project}"
        arn = f"{account}:loadbalancer/net/{name}/{number[:16]}"
        facts = {"name": name, "arn": arn, "dnsName": host, "subnets": [each.id for each in subnets], "tags": tags}
        self.book.put(BALANCER, arn, name, facts)
        return {"hostname": host}

    def remove_balancer(self, service: Mapping[str, Any]) -> None:
        """Delete what was made for a Service."""
        for kind in (BALANCER, INTERFACE, GROUP):
            for thing in self.book.all(kind):
                if thing.labels.get("kubernetes.io/service-name") == _owner(service):
                    self.book.take_out(kind, thing.id)

    def lacks_share(self, source: Mapping[str, Any], zone: str) -> str:
        """EFS answers in a zone that has a mount target, which lets port 2049 through."""
        number = str(below(source, "nfs", "server") or "").partition(".efs.")[0]
        csi = mapped(source, "csi")
        if csi.get("driver") == "efs.csi.aws.com":
            number = str(csi["volumeHandle"]).partition(":")[0]
            if self._addon("aws-efs-csi-driver") is None:
                return "driver name efs.csi.aws.com not found in the list of registered CSI drivers"
        if not number.startswith("fs-"):
            return self.book.lacks_server(number)
        if not any(each.id == number for each in self.book.ready(FILE_SYSTEM)):
            return f"mount.nfs: Failed to resolve server {number}: Name or service not known"
        targets = [each for each in self.book.ready(MOUNT_TARGET) if each.facts.get("fileSystemId") == number]
        here = next((each for each in targets if self._zone_of(each) == zone), None)
        if here is None:
            return f"mount.nfs: Failed to resolve server {number}: it has no mount target in {zone}"
        return "" if self._open(here) else f"mount.nfs: Connection timed out: no rule lets port {_NFS} into {here.id}"

    def _zone_of(self, target: Thing) -> str:
        named = target.facts.get("availabilityZoneName")
        subnet = self.book.find(SUBNET, str(target.facts.get("subnetId")))
        return str(named or (subnet.facts.get("availabilityZone") if subnet else ""))

    def _open(self, target: Thing) -> bool:
        """Say whether a rule of the target's groups, in them or beside them, lets NFS in."""
        groups = {str(each) for each in target.at("securityGroups[*]")}
        rules = [rule for each in self.book.all(GROUP) if each.id in groups for rule in each.at("ingress[*]")]
        for kind in (
            "aws:ec2/securityGroupRule:SecurityGroupRule",
            "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        ):
            beside = [each.facts for each in self.book.all(kind) if each.facts.get("securityGroupId") in groups]
            rules += [rule for rule in beside if rule.get("type", "ingress") == "ingress"]
        return any(_lets_nfs_in(rule) for rule in rules)

    def _addon(self, name: str) -> Thing | None:
        for addon in self.book.ready(ADDON):
            if addon.facts.get("addonName") == name and addon.facts.get("clusterName") == self.book.cluster.name:
                return addon
        return None

    def _subnets(self, told: Mapping[str, str]) -> list[Thing]:
        """Give one public subnet a zone, as the cloud controller picks them: by their tag."""
        own = {str(each) for each in self.book.cluster.at("vpcConfig.subnetIds[*]")}
        vpcs = {each.facts.get("vpcId") for each in self.book.ready(SUBNET) if each.id in own}
        named = [each.strip() for each in told.get(_SUBNETS, "").split(",") if each.strip()]
        found: dict[str, Thing] = {}
        for subnet in sorted(self.book.ready(SUBNET), key=lambda each: each.id):
            chosen = subnet.id in named if named else _TO_SUBNETS in subnet.labels
            if subnet.facts.get("vpcId") in vpcs and chosen:
                found.setdefault(str(subnet.facts.get("availabilityZone")), subnet)
        if not found:
            why = f"could not find any suitable subnets for creating the ELB: none in the VPC has the tag {_TO_SUBNETS}"
            raise Refused("InvalidConfigurationRequest", why)
        return list(found.values())

    def _addresses(self, told: Mapping[str, str], subnets: Sequence[Thing]) -> list[str]:
        named = [each.strip() for each in told.get(_ADDRESSES, "").split(",") if each.strip()]
        if not named:
            return [""] * len(subnets)
        there = {each.id: each for each in self.book.ready(ADDRESS)}
        for each in named:
            thing = next((one for one in there.values() if each in (one.id, one.facts.get("allocationId"))), None)
            if thing is None:
                raise Refused("AllocationIdNotFound", f"The allocation ID '{each}' does not exist")
        if len(named) != len(subnets):
            why = f"error creating load balancer: {len(named)} EIP allocations for {len(subnets)} subnets"
            raise Refused("InvalidConfigurationRequest", why)
        return named


def _lets_nfs_in(rule: Mapping[str, Any]) -> bool:
    protocol = str(rule.get("ipProtocol", rule.get("protocol", "")))
    if protocol == "-1":
        return True
    low, high = rule.get("fromPort"), rule.get("toPort")
    return protocol in ("tcp", "6") and low is not None and int(low) <= _NFS <= int(high or low)


def _owner(service: Mapping[str, Any]) -> str:
    return f"{service['metadata']['namespace']}/{service['metadata']['name']}"
