"""What each cloud puts into the ledger for a managed cluster, and what it refuses; the ledger here is a dictionary."""

from typing import Any

import pytest

from testbed.cloud.kinds import NodePool, Refused, Taint
from testbed.cloud.managed.book import Book
from testbed.cloud.managed.clouds import outside_of
from testbed.cloud.managed.clouds.aws import GROUP, INTERFACE, Eks
from testbed.cloud.managed.clouds.azure import Aks
from testbed.cloud.managed.clouds.gcp import ADDRESS, DISK, FIREWALL, RULE, Gke
from testbed.cloud.managed.outside import DiskRequest, SnapshotRequest
from tests.support.shelf import MemoryShelf


def _service(name: str = "hub", annotations: dict[str, str] | None = None, **spec: Any) -> dict[str, Any]:
    meta = {"name": name, "namespace": "hub", "uid": f"uid-of-{name}", "annotations": annotations or {}}
    return {"metadata": meta, "spec": {"type": "LoadBalancer", **spec}}


def _request(provisioner: str, **parameters: str) -> DiskRequest:
    return DiskRequest("pvc-1", "hub", "data", provisioner, parameters, 10, "europe-west1-b")


class TestGke:
    shelf: MemoryShelf
    gke: Gke

    @pytest.fixture(autouse=True)
    def made(self) -> None:
        self.shelf = MemoryShelf(facts={"network": "projects/university/global/networks/hubs"})
        self.gke = Gke(Book(self.shelf))

    def test_the_kind_of_the_cluster_says_which_cloud_it_is(self):
        assert isinstance(outside_of(Book(self.shelf)), Gke)

    def test_a_disk_has_the_labels_of_its_class(self):
        link = self.gke.make_disk(_request("pd.csi.storage.gke.io", type="pd-ssd", labels="a=b,hubstack-platform=c"))

        (disk,) = self.shelf.things(DISK)
        assert disk.id == link
        assert disk.labels == {"a": "b", "hubstack-platform": "c"}

    def test_a_type_of_disk_that_there_is_not(self):
        with pytest.raises(Refused, match="gp3"):
            self.gke.make_disk(_request("pd.csi.storage.gke.io", type="gp3"))

    def test_a_snapshot_has_the_labels_of_its_class_and_needs_its_disk(self):
        parameters = {"labels": "hubstack-platform=c", "storage-locations": "europe-west1"}
        with pytest.raises(Refused, match="could not find disk"):
            self.gke.make_snapshot(SnapshotRequest("snapshot-1", "nowhere", parameters))
        disk = self.gke.make_disk(_request("pd.csi.storage.gke.io"))
        with pytest.raises(Refused, match='invalid option "tagSpecification_1"'):
            self.gke.make_snapshot(SnapshotRequest("snapshot-1", disk, {"tagSpecification_1": "a=b"}))

        link = self.gke.make_snapshot(SnapshotRequest("snapshot-1", disk, parameters))

        self.gke.remove_disk(disk)
        assert self.shelf.kept["gcp:compute/snapshot:Snapshot", link].labels == {"hubstack-platform": "c"}
        self.gke.remove_snapshot(link)
        assert self.shelf.kept == {}

    def test_a_balancer_has_a_firewall_rule_that_holds_the_network(self):
        self.gke.make_balancer(_service())

        (rule,) = self.shelf.things(FIREWALL)
        assert rule.facts["network"].endswith("networks/hubs")
        self.gke.remove_balancer(_service())
        assert self.shelf.kept == {}

    def test_a_reserved_address_by_itself_or_by_its_name(self):
        self.shelf.add(ADDRESS, "fall", name="fall", address="34.1.1.1", region="europe-west1")

        by_name = {"networking.gke.io/load-balancer-ip-addresses": "fall"}
        assert self.gke.make_balancer(_service("one", by_name)) == {"ip": "34.1.1.1"}
        self.gke.remove_balancer(_service("one"))
        assert self.gke.make_balancer(_service("two", loadBalancerIP="34.1.1.1")) == {"ip": "34.1.1.1"}

    def test_an_address_in_use_elsewhere_or_nowhere(self):
        self.shelf.add(ADDRESS, "fall", address="34.1.1.1", region="europe-west1")
        self.shelf.add(ADDRESS, "far", address="34.2.2.2", region="us-east1")
        self.gke.make_balancer(_service("one", loadBalancerIP="34.1.1.1"))

        for wanted in ("34.1.1.1", "34.2.2.2", "34.3.3.3"):
            with pytest.raises(Refused, match=wanted):
                self.gke.make_balancer(_service("two", loadBalancerIP=wanted))
        assert len(self.shelf.things(RULE)) == 1

    def test_a_mount_needs_the_instance_and_its_share(self):
        kind = "gcp:filestore/instance:Instance"
        source = {"nfs": {"server": "10.1.2.2", "path": "/homes"}}
        facts: dict[str, Any] = {"networks": [{"ipAddresses": ["10.1.2.2"]}], "fileShares": {"name": "homes"}}

        self.shelf.add(kind, "fs", ready=False, **facts)
        assert "no file server at 10.1.2.2 is ready" in self.gke.lacks_share(source, "")
        self.shelf.add(kind, "fs", **facts)
        assert self.gke.lacks_share(source, "") == ""
        assert self.gke.lacks_share({"nfs": {"server": "10.1.2.2", "path": "/homes/fall"}}, "") == ""
        assert "No such file" in self.gke.lacks_share({"nfs": {"server": "10.1.2.2", "path": "/other"}}, "")

    def test_a_pool_without_zones_is_in_the_cluster_s(self):
        self.shelf.all_pools = [NodePool("users", "n2-highmem-4", 0, 3, 0)]

        assert self.gke.pools()[0].zones == ("europe-west1-b",)


class TestEks:
    shelf: MemoryShelf
    eks: Eks

    @pytest.fixture(autouse=True)
    def made(self) -> None:
        self.shelf = MemoryShelf("aws:eks/cluster:Cluster", {"vpcConfig": {"subnetIds": ["subnet-a", "subnet-b"]}})
        self.eks = Eks(Book(self.shelf))
        for letter in "ab":
            facts = {"vpcId": "vpc-1", "availabilityZone": f"eu-west-1{letter}"}
            self.shelf.add("aws:ec2/subnet:Subnet", f"subnet-{letter}", **facts)

    def _public(self) -> None:
        for letter in "ab":
            facts: dict[str, Any] = {"vpcId": "vpc-1", "availabilityZone": f"eu-west-1{letter}"}
            tags = {"kubernetes.io/role/elb": "1"}
            self.shelf.add("aws:ec2/subnet:Subnet", f"subnet-public-{letter}", tags=tags, **facts)

    def test_the_driver_is_an_add_on_with_a_role(self):
        facts = {"addonName": "aws-ebs-csi-driver", "clusterName": "course"}
        assert "not active" in self.eks.lacks_driver()
        self.shelf.add("aws:eks/addon:Addon", "ebs", **facts)
        assert "UnauthorizedOperation" in self.eks.lacks_driver()
        identity = {"clusterName": "course", "serviceAccount": "ebs-csi-controller-sa"}
        self.shelf.add("aws:eks/podIdentityAssociation:PodIdentityAssociation", "a-1", **identity)
        assert self.eks.lacks_driver() == ""

    def test_snapshots_come_with_an_add_on(self):
        assert "snapshot-controller is not active" in self.eks.lacks_snapshots()
        self.shelf.add("aws:eks/addon:Addon", "snap", addonName="snapshot-controller", clusterName="course")
        assert self.eks.lacks_snapshots() == ""

    def test_a_snapshot_has_the_tags_of_its_class(self):
        volume = self.eks.make_disk(_request("ebs.csi.aws.com", type="gp3", encrypted="true"))
        with pytest.raises(Refused, match="Invalid parameter key labels"):
            self.eks.make_snapshot(SnapshotRequest("snapshot-1", volume, {"labels": "a=b"}))

        number = self.eks.make_snapshot(
            SnapshotRequest("snapshot-1", volume, {"tagSpecification_1": "hubstack-platform=c"})
        )

        snapshot = self.shelf.kept["aws:ebs/snapshot:Snapshot", number]
        assert snapshot.labels["hubstack-platform"] == "c"
        assert snapshot.facts["encrypted"] is True
        with pytest.raises(Refused, match="vol-none"):
            self.eks.make_snapshot(SnapshotRequest("snapshot-1", "vol-none", {}))

    def test_a_volume_has_the_tags_of_its_class(self):
        request = _request("ebs.csi.aws.com", type="gp3", encrypted="true", tagSpecification_1="hubstack-platform=c")
        number = self.eks.make_disk(request)

        volume = self.shelf.kept["aws:ebs/volume:Volume", number]
        assert volume.labels["hubstack-platform"] == "c"
        assert volume.facts["encrypted"] is True

    def test_a_balancer_needs_subnets_with_the_tag(self):
        with pytest.raises(Refused, match=r"kubernetes\.io/role/elb"):
            self.eks.make_balancer(_service())

    def test_a_balancer_s_interfaces_and_group_hold_the_vpc(self):
        self._public()
        told = {"service.beta.kubernetes.io/aws-load-balancer-additional-resource-tags": "hubstack-platform=c"}
        self.eks.make_balancer(_service("hub", told))

        interfaces = self.shelf.things(INTERFACE)
        assert {each.facts["subnetId"] for each in interfaces} == {"subnet-public-a", "subnet-public-b"}
        assert [each.facts["vpcId"] for each in self.shelf.things(GROUP)] == ["vpc-1"]
        assert {each.labels["hubstack-platform"] for each in interfaces} == {"c"}
        self.eks.remove_balancer(_service("hub"))
        assert {kind for kind, _ in self.shelf.kept} == {"aws:ec2/subnet:Subnet"}

    def test_reserved_addresses_have_to_be_there_one_a_subnet(self):
        self._public()
        key = "service.beta.kubernetes.io/aws-load-balancer-eip-allocations"
        self.shelf.add("aws:ec2/eip:Eip", "eipalloc-1")
        self.shelf.add("aws:ec2/eip:Eip", "eipalloc-2")

        with pytest.raises(Refused, match="eipalloc-9"):
            self.eks.make_balancer(_service("hub", {key: "eipalloc-1,eipalloc-9"}))
        with pytest.raises(Refused, match="1 EIP allocations for 2 subnets"):
            self.eks.make_balancer(_service("hub", {key: "eipalloc-1"}))
        assert self.eks.make_balancer(_service("hub", {key: "eipalloc-1,eipalloc-2"}))["hostname"]

    def test_pools_grow_only_with_an_autoscaler(self):
        image = "registry.k8s.io/autoscaling/cluster-autoscaler:v1.36.0"
        pod = {"spec": {"containers": [{"image": image}]}, "status": {"phase": "Running"}}

        assert "no cluster-autoscaler runs" in self.eks.lacks_autoscaler([])
        assert self.eks.lacks_autoscaler([pod]) == ""

    def test_a_mount_needs_a_target_in_the_zone_that_lets_nfs_in(self):
        source = {"nfs": {"server": "fs-1.efs.eu-west-1.amazonaws.com", "path": "/"}}
        assert "Failed to resolve" in self.eks.lacks_share(source, "eu-west-1a")
        self.shelf.add("aws:efs/fileSystem:FileSystem", "fs-1")
        assert "no mount target in eu-west-1a" in self.eks.lacks_share(source, "eu-west-1a")
        target = {"fileSystemId": "fs-1", "subnetId": "subnet-a", "securityGroups": ["sg-1"]}
        self.shelf.add("aws:efs/mountTarget:MountTarget", "fsmt-1", **target)
        self.shelf.add(GROUP, "sg-1", vpcId="vpc-1")
        assert "no rule lets port 2049" in self.eks.lacks_share(source, "eu-west-1a")
        rule = {"securityGroupId": "sg-1", "ipProtocol": "tcp", "fromPort": 2049, "toPort": 2049}
        self.shelf.add("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "sgr-1", **rule)
        assert self.eks.lacks_share(source, "eu-west-1a") == ""
        assert "no mount target in eu-west-1b" in self.eks.lacks_share(source, "eu-west-1b")

    def test_the_efs_driver_is_an_add_on_too(self):
        source = {"csi": {"driver": "efs.csi.aws.com", "volumeHandle": "fs-1"}}

        assert "not found in the list of registered CSI drivers" in self.eks.lacks_share(source, "eu-west-1a")


class TestAks:
    shelf: MemoryShelf
    aks: Aks

    @pytest.fixture(autouse=True)
    def made(self) -> None:
        facts = {"location": "West Europe", "nodeResourceGroup": "MC_course", "tags": {"hubstack-platform": "c"}}
        self.shelf = MemoryShelf("azure-native:containerservice:ManagedCluster", facts)
        self.aks = Aks(Book(self.shelf))

    def test_spot_nodes_have_a_taint_of_their_own(self):
        names = self.aks.node(NodePool("spot", "Standard_E4s_v5", 0, 3, 0, spot=True), "", "1")

        assert list(names.taints) == [Taint("kubernetes.azure.com/scalesetpriority", "spot", "NoSchedule")]

    def test_a_disk_has_the_cluster_s_tags_and_its_class_s(self):
        link = self.aks.make_disk(_request("disk.csi.azure.com", skuName="Premium_LRS", tags="a=b"))

        tags = self.shelf.kept["azure-native:compute:Disk", link].labels
        assert (tags["hubstack-platform"], tags["a"]) == ("c", "b")

    def test_a_snapshot_in_another_group_needs_the_group_and_a_right(self):
        self.shelf.facts["identity"] = {"userAssignedIdentities": {"/identity": {"principalId": "p"}}}
        disk = self.aks.make_disk(_request("disk.csi.azure.com"))
        asked = SnapshotRequest("snapshot-1", disk, {"tags": "hubstack-platform=c", "resourceGroup": "hubs"})
        with pytest.raises(Refused, match="Resource group 'hubs' could not be found"):
            self.aks.make_snapshot(asked)
        self.shelf.add("azure-native:resources:ResourceGroup", "/s/resourceGroups/hubs", name="hubs")
        with pytest.raises(Refused, match="snapshots/write"):
            self.aks.make_snapshot(asked)
        role = "/roleDefinitions/7efff54f-a5b4-42b5-a1c5-5411624893ce"
        facts = {"scope": "/s/resourceGroups/hubs", "roleDefinitionId": role, "principalId": "p"}
        self.shelf.add("azure-native:authorization:RoleAssignment", "/grant", **facts)

        link = self.aks.make_snapshot(asked)

        assert "/resourceGroups/hubs/providers/Microsoft.Compute/snapshots/" in link
        assert self.shelf.kept["azure-native:compute:Snapshot", link].labels["hubstack-platform"] == "c"

    def test_a_snapshot_lies_where_its_disk_does_unless_its_class_says_otherwise(self):
        disk = self.aks.make_disk(_request("disk.csi.azure.com"))

        assert "/resourceGroups/MC_course/" in self.aks.make_snapshot(SnapshotRequest("snapshot-1", disk, {}))
        with pytest.raises(Refused, match="invalid option labels"):
            self.aks.make_snapshot(SnapshotRequest("snapshot-2", disk, {"labels": "a=b"}))

    def test_a_reserved_address_has_to_lie_where_it_is_looked_for(self):
        kind = "azure-native:network:PublicIPAddress"
        self.shelf.add(kind, "/hub", name="hub", ipAddress="20.1.1.1", resourceGroupName="hubs")
        prefix = "service.beta.kubernetes.io/azure"

        with pytest.raises(Refused, match="MC_course"):
            self.aks.make_balancer(_service("hub", {f"{prefix}-load-balancer-ipv4": "20.1.1.1"}))
        told = {f"{prefix}-pip-name": "hub", f"{prefix}-load-balancer-resource-group": "hubs"}
        assert self.aks.make_balancer(_service("hub", told)) == {"ip": "20.1.1.1"}
        self.aks.remove_balancer(_service("hub"))
        assert [name for _, name in self.shelf.kept] == ["/hub"]

    def test_a_share_needs_account_endpoint_and_name(self):
        source = {"nfs": {"server": "homes.file.core.windows.net", "path": "/homes/fall"}}
        assert "Failed to resolve" in self.aks.lacks_share(source, "")
        account = {"name": "homes", "enableHttpsTrafficOnly": False, "publicNetworkAccess": "Disabled"}
        self.shelf.add("azure-native:storage:StorageAccount", "/homes", **account)
        assert "No such file" in self.aks.lacks_share(source, "")
        self.shelf.add("azure-native:storage:FileShare", "/homes/fall", name="fall", accountName="homes")
        assert "Connection timed out" in self.aks.lacks_share(source, "")
        link = {"privateLinkServiceConnections": [{"privateLinkServiceId": "/homes"}]}
        self.shelf.add("azure-native:network:PrivateEndpoint", "/endpoint", name="way", **link)
        assert "no DNS zone group" in self.aks.lacks_share(source, "")
        group = "azure-native:network:PrivateDnsZoneGroup"
        self.shelf.add(group, "/group", name="group", privateEndpointName="way")
        assert self.aks.lacks_share(source, "") == ""

    def test_an_account_that_asks_for_secure_transfer_serves_no_nfs(self):
        source = {"nfs": {"server": "homes.file.core.windows.net", "path": "/homes/fall"}}
        self.shelf.add("azure-native:storage:StorageAccount", "/homes", name="homes")
        self.shelf.add("azure-native:storage:FileShare", "/homes/fall", name="fall", accountName="homes")

        assert "secure transfer" in self.aks.lacks_share(source, "")
