"""A managed cluster of a simulated cloud: a real control plane, and what its controllers do to the ledger."""

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from testbed.cloud.ledger import Account
from testbed.cloud.managed import cluster, places
from testbed.cloud.records import New, Record
from testbed.cluster.api import Api, ApiError, Object
from testbed.local import operator_chart
from testbed.tools import tool
from tests.support.kube import wait_for

AKS = "azure-native:containerservice:ManagedCluster"
POOL = "azure-native:containerservice:AgentPool"
DISK = "azure-native:compute:Disk"
SNAPSHOT = "azure-native:compute:Snapshot"
ADDRESS = "azure-native:network:PublicIPAddress"
BALANCER = "azure-native:network:LoadBalancer"
INSIDE = "/api/v1/namespaces/default"
DATABASES = "/apis/postgresql.cnpg.io/v1/namespaces/default"
SNAPSHOTS = "/apis/snapshot.storage.k8s.io/v1"
FOR_USERS = {"hub.jupyter.org/node-purpose": "user"}


@dataclass(frozen=True)
class Managed:
    """One managed cluster, and the account that it is in."""

    account: Account
    record: Record
    api: Api
    kubeconfig: Path

    def there(self, path: str) -> Object | None:
        try:
            return self.api.get(path)
        except ApiError as error:
            if error.status == 404:
                return None
            raise

    def apply(self, path: str, name: str, **body: Any) -> None:
        self.api.create(path, {"metadata": {"name": name, **body.pop("metadata", {})}, **body})

    def runs(self, pod: str) -> bool:
        found = self.there(f"{INSIDE}/pods/{pod}")
        return found is not None and found["status"].get("phase") == "Running"

    def said(self, name: str) -> str:
        events = self.api.get(f"{INSIDE}/events")["items"]
        return "\n".join(each["message"] for each in events if each["involvedObject"]["name"] == name)

    def nodes(self) -> set[str]:
        return {each["metadata"]["labels"]["agentpool"] for each in self.api.get("/api/v1/nodes")["items"]}


@pytest.fixture(scope="module")
def managed(account: Account) -> Managed:
    return _cluster(account, "course")


def _cluster(account: Account, name: str) -> Managed:
    group = "/subscriptions/university/resourceGroups/hubs"
    profile = {"name": "core", "mode": "System", "vmSize": "Standard_E2s_v5", "count": 1}
    inputs = {
        "resourceName": name,
        "resourceGroupName": "hubs",
        "location": "westeurope",
        "agentPoolProfiles": [{**profile, "enableAutoScaling": True, "minCount": 1, "maxCount": 2}],
        "tags": {"hubstack-platform": "0a1b"},
    }
    link = f"{group}/providers/Microsoft.ContainerService/managedClusters/{name}"
    new = New("azure-native", AKS, name, id=link, inputs=inputs, tags=inputs["tags"])
    record = account.begin(new)
    access = cluster.start(account, record)
    record = account.ready(record, {**inputs, "nodeResourceGroup": f"MC_{name}"})
    folder = places.folder_of(account, record.serial)
    api = Api("127.0.0.1", int(access.endpoint.rpartition(":")[2]), folder / "pki", "admin")
    found = Managed(account, record, api, folder / "kubeconfig")
    wait_for("a service account", lambda: found.there(f"{INSIDE}/serviceaccounts/default") is not None)
    found.apply(
        "/apis/storage.k8s.io/v1/storageclasses",
        "block",
        provisioner="disk.csi.azure.com",
        parameters={"skuName": "Premium_LRS", "tags": "course=fall"},
        volumeBindingMode="WaitForFirstConsumer",
    )
    return found


def _pod(*, memory: str = "64Mi", image: str = "registry.k8s.io/pause:3.10.1", **spec: Any) -> dict[str, Any]:
    container = {"name": "one", "image": image, "resources": {"requests": {"memory": memory}}}
    return {"spec": {"containers": [container], **spec}}


def _claim(managed: Managed, name: str) -> dict[str, Any]:
    resources = {"requests": {"storage": "10Gi"}}
    spec = {"accessModes": ["ReadWriteOnce"], "storageClassName": "block", "resources": resources}
    managed.apply(f"{INSIDE}/persistentvolumeclaims", name, spec=spec)
    return {"name": "data", "persistentVolumeClaim": {"claimName": name}}


def test_the_account_s_token_and_authority_open_the_cluster(managed: Managed):
    asked = subprocess.run(
        ["curl", "-s", "--noproxy", "*", "--cacert", str(places.authorities(managed.account)), "-H", "@-",
         f"https://127.0.0.1:{managed.api.port}/api/v1/namespaces/default"],
        input=f"Authorization: Bearer {places.token(managed.account)}", text=True, capture_output=True, check=True,
    )  # fmt: skip

    assert '"kind": "Namespace"' in asked.stdout


def test_a_pool_has_its_nodes_and_takes_them_along(managed: Managed):
    wait_for("the cluster's own pool", lambda: managed.nodes() == {"core"})
    record = managed.account.add(New("azure-native", POOL, "more", inputs=_pool("more", 2, 3), id="more"))
    wait_for("the new pool's nodes", lambda: managed.nodes() == {"core", "more"})

    managed.account.turn(record, "deleting")

    wait_for("the nodes to go", lambda: managed.nodes() == {"core"})
    managed.account.remove(record)


def _pool(name: str, count: int, most: int) -> dict[str, Any]:
    taint = "hub.jupyter.org/dedicated=user:NoSchedule"
    size = {"vmSize": "Standard_E4s_v5", "count": count, "minCount": 0, "maxCount": most, "enableAutoScaling": True}
    named = {"agentPoolName": name, "resourceName": "course", "resourceGroupName": "hubs"}
    return {**named, **size, "nodeLabels": FOR_USERS, "nodeTaints": [taint]}


def test_a_pod_without_room_makes_the_fitting_pool_grow_once(managed: Managed):
    toleration = {"key": "hub.jupyter.org/dedicated", "operator": "Exists"}
    record = managed.account.add(New("azure-native", POOL, "users", inputs=_pool("users", 0, 3), id="users"))
    managed.apply(f"{INSIDE}/pods", "user", **_pod(memory="2Gi", nodeSelector=FOR_USERS, tolerations=[toleration]))
    managed.apply(f"{INSIDE}/pods", "huge", **_pod(memory="2Ti", nodeSelector=FOR_USERS, tolerations=[toleration]))

    wait_for("the pod to run", lambda: managed.runs("user"))

    assert sum("aks-users" in each["metadata"]["name"] for each in managed.api.get("/api/v1/nodes")["items"]) == 1
    assert "no pool fits it" in managed.said("huge")
    managed.account.remove(record)
    wait_for("the pod to go with its node", lambda: managed.there(f"{INSIDE}/pods/user") is None)


def test_a_job_s_pod_ends_and_an_image_that_is_nowhere_is_not_pulled(managed: Managed):
    template = _pod(restartPolicy="Never")
    managed.apply("/apis/batch/v1/namespaces/default/jobs", "once", spec={"template": template})
    managed.apply(f"{INSIDE}/pods", "lost", **_pod(image="registry.invalid/server:1"))

    path = "/apis/batch/v1/namespaces/default/jobs/once/status"
    wait_for("the job", lambda: managed.api.get(path)["status"].get("succeeded") == 1)
    wait_for("the event", lambda: "Failed to pull image" in managed.said("lost"))
    assert not managed.runs("lost")


def test_a_disk_comes_with_its_tags_and_goes_before_its_volume(managed: Managed):
    managed.apply(f"{INSIDE}/pods", "writer", **_pod(volumes=[_claim(managed, "data")]))
    wait_for("the pod to run", lambda: managed.runs("writer"))
    (disk,) = managed.account.records(DISK)
    assert disk.made_by == "kubernetes"
    assert {"hubstack-platform": "0a1b", "course": "fall"}.items() <= disk.tags.items()
    assert disk.outputs["managedBy"].startswith("aks-core")

    managed.api.delete(f"{INSIDE}/persistentvolumeclaims/data")
    managed.api.delete(f"{INSIDE}/pods/writer")
    seen: list[tuple[int, int]] = []

    def gone() -> bool:
        seen.append((len(managed.api.get("/api/v1/persistentvolumes")["items"]), len(managed.account.records(DISK))))
        return seen[-1] == (0, 0)

    wait_for("disk and volume to go", gone)
    assert (0, 1) not in seen


def test_a_claim_that_no_pod_uses_gets_no_disk(managed: Managed):
    _claim(managed, "unused")
    managed.apply(f"{INSIDE}/pods", "other", **_pod())
    wait_for("another pod to run", lambda: managed.runs("other"))

    assert managed.account.records(DISK) == []
    managed.api.delete(f"{INSIDE}/persistentvolumeclaims/unused")


def test_a_balancer_takes_a_reserved_address_and_refuses_one_that_is_not_there(managed: Managed):
    reserved = {"resourceGroupName": "hubs", "publicIpAddressName": "hub", "ipAddress": "20.1.2.3"}
    address = managed.account.add(New("azure-native", ADDRESS, "hub", id="hub", inputs=reserved, outputs=reserved))
    told = {"service.beta.kubernetes.io/azure-load-balancer-resource-group": "hubs"}
    for name, wanted in (("hub", "20.1.2.3"), ("lost", "20.9.9.9")):
        annotations = {**told, "service.beta.kubernetes.io/azure-load-balancer-ipv4": wanted}
        spec = {"type": "LoadBalancer", "ports": [{"port": 443}]}
        managed.apply(f"{INSIDE}/services", name, metadata={"annotations": annotations}, spec=spec)

    path = f"{INSIDE}/services/hub"
    wait_for("the address", lambda: managed.api.get(path)["status"]["loadBalancer"].get("ingress") is not None)
    wait_for("the refusal", lambda: "20.9.9.9 was not found" in managed.said("lost"))
    (balancer,) = managed.account.records(BALANCER)
    assert managed.api.get(path)["status"]["loadBalancer"]["ingress"][0]["ip"] == "20.1.2.3"
    assert [each.name for each, _ in managed.account.referring(address)] == [balancer.name]

    managed.api.delete(path)
    managed.api.delete(f"{INSIDE}/services/lost")
    assert managed.there(path) is not None  # removed late
    wait_for("the Service to go", lambda: managed.there(path) is None)
    assert managed.account.records(BALANCER) == []


def test_a_share_that_is_not_there_keeps_its_pod_waiting(managed: Managed):
    share = {"name": "homes", "nfs": {"server": "nfs.university.example", "path": "/homes"}}
    managed.apply(f"{INSIDE}/pods", "home", **_pod(volumes=[share]))
    wait_for("the event", lambda: "no file server at nfs.university.example" in managed.said("home"))
    assert not managed.runs("home")

    server = {"server": "nfs.university.example"}
    managed.account.add(New("azure-native", "simulated:index:NfsServer", "nfs", inputs=server))

    wait_for("the pod to run", lambda: managed.runs("home"))


@pytest.fixture(scope="module")
def operator(managed: Managed) -> None:
    chart = str(operator_chart.stand_in())
    words = ["install", "cloudnative-pg", chart, "--namespace", "operators", "--create-namespace", "--wait"]
    subprocess.run([tool("helm") / "helm", "--kubeconfig", managed.kubeconfig, *words], check=True)


@pytest.mark.usefixtures("operator")
class TestDatabases:
    def test_a_cluster_is_ready_when_its_instances_run(self, managed: Managed):
        self._make(managed, "analytics", instances=2)
        wait_for("the database", lambda: self._is_ready(managed, "analytics"))
        assert len(managed.account.records(DISK)) == 2

        managed.api.delete(f"{DATABASES}/clusters/analytics", {"propagationPolicy": "Foreground"})

        wait_for("it to go", lambda: managed.there(f"{DATABASES}/clusters/analytics") is None)
        wait_for("its disks to go", lambda: managed.account.records(DISK) == [])

    @pytest.mark.parametrize(("policy", "stays"), [("Retain", 1), ("Delete", 0)])
    def test_a_snapshot_outlives_its_objects_where_its_class_says_so(self, managed: Managed, policy: str, stays: int):
        name = policy.lower()
        self._make(managed, name, backup={"volumeSnapshot": {"className": name}})
        wait_for("the database", lambda: self._is_ready(managed, name))
        self._back_up(managed, f"{name}-early", name)
        early = f"{DATABASES}/backups/{name}-early"
        wait_for("the refusal", lambda: _phase(managed, early) == "failed")
        assert f'"{name}" not found' in managed.api.get(early)["status"]["error"]
        refused = f"{SNAPSHOTS}/namespaces/default/volumesnapshots/{name}-early"
        managed.api.delete(refused)  # or it is tried again once there is a class
        wait_for("what was refused to go", lambda: managed.there(refused) is None)
        body = {"driver": "disk.csi.azure.com", "deletionPolicy": policy, "parameters": {"tags": "course=fall"}}
        managed.apply(f"{SNAPSHOTS}/volumesnapshotclasses", name, **_of_snapshots("VolumeSnapshotClass"), **body)

        self._back_up(managed, name, name)

        wait_for("the backup", lambda: _phase(managed, f"{DATABASES}/backups/{name}") == "completed")
        (snapshot,) = managed.account.records(SNAPSHOT)
        assert snapshot.tags["course"] == "fall"
        taken = managed.api.get(f"{SNAPSHOTS}/namespaces/default/volumesnapshots/{name}")
        content = f"{SNAPSHOTS}/volumesnapshotcontents/{taken['status']['boundVolumeSnapshotContentName']}"
        assert managed.api.get(content)["status"]["snapshotHandle"] == snapshot.id
        managed.api.delete(f"{SNAPSHOTS}/namespaces/default/volumesnapshots/{name}")
        if stays:
            managed.api.delete(content)
        wait_for("its content to go", lambda: managed.there(content) is None)
        assert len(managed.account.records(SNAPSHOT)) == stays
        for each in managed.account.records(SNAPSHOT):
            managed.account.remove(each)
        managed.api.delete(f"{DATABASES}/clusters/{name}", {"propagationPolicy": "Foreground"})
        wait_for("its disk to go", lambda: managed.account.records(DISK) == [])

    def test_a_backup_of_a_cluster_that_speaks_of_none_fails(self, managed: Managed):
        self._make(managed, "bare")
        self._back_up(managed, "bare", "bare")
        wait_for("the refusal", lambda: _phase(managed, f"{DATABASES}/backups/bare") == "failed")
        assert "has no backup section" in managed.api.get(f"{DATABASES}/backups/bare")["status"]["error"]
        managed.api.delete(f"{DATABASES}/clusters/bare", {"propagationPolicy": "Foreground"})
        wait_for("its disk to go", lambda: managed.account.records(DISK) == [])

    def test_without_the_operator_nothing_is_taken_and_finalizers_hang(self, managed: Managed):
        self._make(managed, "first")
        spec = {"name": "data", "owner": "app", "cluster": {"name": "first"}}
        managed.apply(f"{DATABASES}/databases", "data", apiVersion="postgresql.cnpg.io/v1", kind="Database", spec=spec)
        path = f"{DATABASES}/databases/data"
        wait_for("the finalizer", lambda: bool(managed.api.get(path)["metadata"].get("finalizers")))
        deployment = "/apis/apps/v1/namespaces/operators/deployments/cloudnative-pg"
        managed.api.patch(deployment, {"spec": {"replicas": 0}})
        wait_for("the operator to go", lambda: not managed.api.get("/api/v1/namespaces/operators/pods")["items"])

        managed.api.delete(path)
        with pytest.raises(ApiError, match="failed calling webhook"):
            self._make(managed, "second")
        assert managed.there(path) is not None

        managed.api.patch(deployment, {"spec": {"replicas": 1}})
        wait_for("the finalizer to be let go", lambda: managed.there(path) is None)
        managed.api.delete(f"{DATABASES}/clusters/first", {"propagationPolicy": "Foreground"})
        wait_for("its disks to go", lambda: managed.account.records(DISK) == [])

    def _back_up(self, managed: Managed, name: str, database: str) -> None:
        spec = {"cluster": {"name": database}, "method": "volumeSnapshot", "online": False}
        managed.apply(f"{DATABASES}/backups", name, apiVersion="postgresql.cnpg.io/v1", kind="Backup", spec=spec)

    def _make(self, managed: Managed, name: str, instances: int = 1, **more: Any) -> None:
        spec = {"instances": instances, "storage": {"size": "10Gi", "storageClass": "block"}, **more}
        body: dict[str, Any] = {"apiVersion": "postgresql.cnpg.io/v1", "kind": "Cluster", "spec": spec}
        managed.apply(f"{DATABASES}/clusters", name, **body)

    def _is_ready(self, managed: Managed, name: str) -> bool:
        status = managed.api.get(f"{DATABASES}/clusters/{name}").get("status", {})
        return any(each["type"] == "Ready" and each["status"] == "True" for each in status.get("conditions", []))


def _of_snapshots(kind: str) -> dict[str, str]:
    return {"apiVersion": "snapshot.storage.k8s.io/v1", "kind": kind}


def _phase(managed: Managed, backup: str) -> str:
    return managed.api.get(backup).get("status", {}).get("phase", "")


def test_a_cluster_deleted_too_soon_leaves_what_it_made(managed: Managed):
    managed.apply(f"{INSIDE}/pods", "late", **_pod(volumes=[_claim(managed, "late")]))
    managed.apply(f"{INSIDE}/services", "late", spec={"type": "LoadBalancer", "ports": [{"port": 80}]})
    wait_for("the disk", lambda: len(managed.account.records(DISK)) == 1)
    wait_for("the balancer", lambda: len(managed.account.records(BALANCER)) == 1)

    cluster.stop(managed.account, managed.record)

    assert [each.made_by for kind in (DISK, BALANCER) for each in managed.account.records(kind)] == ["kubernetes"] * 2
    with pytest.raises(ConnectionError):
        managed.api.get("/version")
    folder = places.folder_of(managed.account, managed.record.serial)
    assert not folder.exists()
    assert str(folder) not in subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
