"""GKE: what stands in a Google project for the disks, balancers and mounts of one of its clusters."""

from collections.abc import Mapping, Sequence
from typing import Any

from testbed.cloud.kinds import NodePool, Refused
from testbed.cloud.managed import machines
from testbed.cloud.managed.book import Book, Thing, pairs
from testbed.cloud.managed.outside import DiskRequest, NodeNames, Shape, SnapshotRequest
from testbed.cloud.managed.world import annotations, below, mapped

DISK = "gcp:compute/disk:Disk"
SNAPSHOT = "gcp:compute/snapshot:Snapshot"
RULE = "gcp:compute/forwardingRule:ForwardingRule"
FIREWALL = "gcp:compute/firewall:Firewall"
ADDRESS = "gcp:compute/address:Address"
FILESTORE = "gcp:filestore/instance:Instance"

_TYPES = ("pd-standard", "pd-balanced", "pd-ssd", "pd-extreme", "hyperdisk-balanced")
_OF_SNAPSHOTS = {"labels", "storage-locations", "snapshot-type", "image-family", "resource-tags"}
_ADDRESS_BY_NAME = "networking.gke.io/load-balancer-ip-addresses"


class Gke:
    """One cluster of GKE."""

    cloud = "gke"
    disk_driver = "pd.csi.storage.gke.io"
    topology_key = "topology.gke.io/zone"
    disks_per_node = 127

    def __init__(self, book: Book) -> None:
        self.book = book

    @property
    def region(self) -> str:
        """The region."""
        return self.book.place.region

    def pools(self) -> list[NodePool]:
        """Give the pools that are ready."""
        return self.book.pools(self._zones)

    def _zones(self, pool: Thing) -> list[str]:
        """Give the zones a pool says, its cluster says, or those of the region."""
        said = pool.at("nodeLocations[*]") or self.book.cluster.at("nodeLocations[*]")
        place = self.book.place
        return [str(each) for each in said] or (
            [place.zone] if place.zone else [f"{place.region}-{each}" for each in "bcd"]
        )

    def shape(self, machine: str) -> Shape:
        """Give what a type of machine has."""
        return machines.shape("gcp", machine)

    def node(self, pool: NodePool, zone: str, number: str) -> NodeNames:
        """Name a node as GKE does."""
        name = f"gke-{self.book.cluster.name[:20]}-{pool.name[:12]}-{number}".lower()
        told = {
            "cloud.google.com/gke-nodepool": pool.name,
            "cloud.google.com/machine-family": pool.machine.split("-")[0],
        }
        if pool.spot:
            told |= {"cloud.google.com/gke-spot": "true", "cloud.google.com/gke-provisioning": "spot"}
        provider = f"gce://{self.book.place.project}/{zone}/{name}"
        return NodeNames(name, provider, zone or self.book.place.zone, told)

    def lacks_autoscaler(self, _pods: Sequence[Mapping[str, Any]]) -> str:
        """Say nothing: GKE's autoscaler is its own."""
        return ""

    def makes(self, provisioner: str) -> bool:
        """Say whether volumes of this provisioner are persistent disks."""
        return provisioner == self.disk_driver

    def lacks_driver(self) -> str:
        """Say whether the driver, which is always there, was turned off."""
        off = self.book.cluster.at("addonsConfig.gcePersistentDiskCsiDriverConfig.enabled") == [False]
        return "the Compute Engine persistent disk CSI driver of the cluster is turned off" if off else ""

    def make_disk(self, request: DiskRequest) -> str:
        """Make a persistent disk with the labels of the class."""
        kind = request.parameters.get("type", "pd-standard")
        if kind not in _TYPES:
            raise Refused(
                "InvalidArgument", f"Invalid value for field 'resource.type': '{kind}'. It is none of {_TYPES}."
            )
        facts = {
            "name": request.name,
            "type": kind,
            "size": request.gibibytes,
            "zone": request.zone,
            "project": self.book.place.project,
            "labels": {**self.book.cluster.labels, **pairs(request.parameters.get("labels", ""))},
            "description": f"claim {request.namespace}/{request.claim}",
        }
        link = f"projects/{self.book.place.project}/zones/{request.zone}/disks/{request.name}"
        self.book.put(DISK, link, request.name, facts)
        return link

    def attach(self, handle: str, node: str) -> None:
        """Note who uses a disk."""
        self.book.change(DISK, handle, {"users": [node] if node else []})

    def remove_disk(self, handle: str) -> None:
        """Delete a disk."""
        self.book.take_out(DISK, handle)

    def lacks_snapshots(self) -> str:
        """Say nothing: GKE brings them with the driver of disks."""
        return ""

    def make_snapshot(self, request: SnapshotRequest) -> str:
        """Make a snapshot with the labels of the class; the driver refuses what it does not know."""
        unknown = sorted(set(request.parameters) - _OF_SNAPSHOTS)
        if unknown:
            raise Refused(
                "InvalidArgument", f'Invalid snapshot parameters: parameters contains invalid option "{unknown[0]}"'
            )
        disk = self.book.find(DISK, request.handle)
        if disk is None:
            raise Refused("NotFound", f"CreateSnapshot could not find disk {request.handle}")
        project = self.book.place.project
        link = f"projects/{project}/global/snapshots/{request.name}"
        facts = {
            "name": request.name,
            "sourceDisk": request.handle,
            "diskSizeGb": disk.facts.get("size"),
            "storageLocations": [request.parameters["storage-locations"]]
            if "storage-locations" in request.parameters
            else [],
            "labels": pairs(request.parameters.get("labels", "")),
            "project": project,
        }
        self.book.put(SNAPSHOT, link, request.name, facts)
        return link

    def remove_snapshot(self, handle: str) -> None:
        """Delete a snapshot."""
        self.book.take_out(SNAPSHOT, handle)

    def make_balancer(self, service: Mapping[str, Any]) -> Mapping[str, str]:
        """Make a forwarding rule, and the firewall rule that lets people through to it: it holds the network."""
        address = self._address(service)
        name = f"a{service['metadata']['uid'].replace('-', '')}"
        project = self.book.place.project
        labels = {**self.book.cluster.labels}
        facts = {"name": name, "ipAddress": address, "region": self.region, "labels": labels, "project": project}
        described = {**facts, "description": _owner(service)}
        self.book.put(RULE, f"projects/{project}/regions/{self.region}/forwardingRules/{name}", name, described)
        network = self.book.cluster.first("network")
        fence = {"name": f"k8s-fw-{name}", "network": network, "project": project, "description": _owner(service)}
        self.book.put(
            FIREWALL, f"projects/{project}/global/firewalls/k8s-fw-{name}", f"k8s-fw-{name}", fence, ("network",)
        )
        return {"ip": address}

    def remove_balancer(self, service: Mapping[str, Any]) -> None:
        """Delete what was made for a Service."""
        for kind in (FIREWALL, RULE):
            for thing in self.book.all(kind):
                if thing.facts.get("description") == _owner(service):
                    self.book.take_out(kind, thing.id)

    def lacks_share(self, source: Mapping[str, Any], _zone: str) -> str:
        """Say whether a Filestore instance answers there, which it does as soon as it is ready."""
        server = below(source, "nfs", "server") or ""
        path = below(source, "nfs", "path") or "/"
        csi = mapped(source, "csi")
        if csi.get("driver") == "filestore.csi.storage.gke.io":
            server = below(csi, "volumeAttributes", "ip") or ""
            path = f"/{csi.get('volumeAttributes', {}).get('volume', '')}"
        for thing in self.book.ready(FILESTORE):
            if server in thing.at("networks[*].ipAddresses[*]"):
                share = next(iter(thing.at("fileShares.name")), "")
                if path == f"/{share}" or path.startswith(f"/{share}/"):
                    return ""
                return f"mount.nfs: mounting {server}:{path} failed, reason given by server: No such file or directory"
        return self.book.lacks_server(server)

    def _address(self, service: Mapping[str, Any]) -> str:
        wanted = service["spec"].get("loadBalancerIP") or annotations(service).get(_ADDRESS_BY_NAME)
        if not wanted:
            return self.book.fresh_address(service["metadata"]["uid"])
        for thing in self.book.ready(ADDRESS):
            if wanted in (thing.facts.get("address"), thing.name) and self.region in str(thing.facts.get("region")):
                address = str(thing.facts["address"])
                used = [rule for rule in self.book.all(RULE) if rule.facts.get("ipAddress") == address]
                if any(rule.facts.get("description") != _owner(service) for rule in used):
                    raise Refused(
                        "400 invalid", f"Specified IP address is in-use and would result in a conflict: {address}"
                    )
                return address
        why = f"requested ip {wanted!r} is neither static nor assigned to the LB: no such address in {self.region}"
        raise Refused("404 notFound", why)


def _owner(service: Mapping[str, Any]) -> str:
    meta = service["metadata"]
    return f"kubernetes.io/service-name: {meta['namespace']}/{meta['name']} ({meta['uid']})"
