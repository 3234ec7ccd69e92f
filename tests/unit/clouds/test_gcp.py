"""What the program asks Google Cloud for, under Pulumi's mocks."""

import json
from pathlib import Path
from typing import Any

import pulumi
import pytest
import yaml
from pulumi.runtime import mocks

from components.archive import Archivist
from components.clouds.cloud import Cloud
from components.clouds.gcp import open_cloud
from components.labels import Labels
from components.settings import GcpCloud, StackSettings, load
from tests.support.graph import Answers, Graph, Made, record

PLATFORM = "0a1b2c3d"
SHORTEST: dict[str, Any] = {
    "provider": "gcp",
    "project": "my-university",
    "region": "europe-west1",
    "zones": ["europe-west1-b"],
}
KEY = "projects/my-university/locations/europe-west1/keyRings/hubs/cryptoKeys/hubs"
HUBS = {"data8": {"auth": {"dummy": {}}}}
WITHOUT_LABELS = (
    *(":Network", ":Subnetwork", ":Router", ":RouterNat", ":Account", ":IAMMember", ":RecordSet", ":Job"),
    *(":NodePool", ":Unchanging", ":gcp"),
)
"""Kinds that Google gives no labels; a pool's stand on its nodes."""


def settings(on_destroy: str = "refuse", homes: dict[str, Any] | None = None, **cloud: Any) -> StackSettings:
    config = {
        "cloud": {**SHORTEST, **cloud},
        "homes": {"capacity": "1Ti", **(homes or {}), "on_destroy": on_destroy},
        "hubs": HUBS,
    }
    return load(config, {})


def answer(args: mocks.MockResourceArgs) -> dict[str, Any]:
    name = args.name if not args.resource_id else args.resource_id.rpartition("/")[2]
    match args.typ:
        case "gcp:container/cluster:Cluster":
            dns = {"endpoint": "gke-0123abcd.europe-west1.gke.goog", "allowExternalTraffic": True}
            given = args.inputs.get("controlPlaneEndpointsConfig", {}).get("dnsEndpointConfig", {})
            return {
                "name": name,
                "selfLink": f"https://container.googleapis.com/v1/{name}",
                "endpoint": "203.0.113.9",
                "network": args.inputs.get("network", "projects/my-university/global/networks/campus"),
                "subnetwork": "projects/my-university/regions/europe-west1/subnetworks/hubs",
                "masterAuth": {"clusterCaCertificate": "Y2VydGlmaWNhdGU="},
                "controlPlaneEndpointsConfig": {"dnsEndpointConfig": {**dns, **given}},
                "privateClusterConfig": {"enablePrivateNodes": True, "privateEndpoint": "10.40.0.2"},
            }
        case "gcp:filestore/instance:Instance":
            shares = args.inputs.get("fileShares", {"name": "vol1"})
            return {"name": name, "networks": [{"ipAddresses": ["10.39.0.2"]}], "fileShares": shares}
        case "gcp:serviceaccount/account:Account":
            email = f"{args.inputs['accountId']}@my-university.iam.gserviceaccount.com"
            return {"email": email, "member": f"serviceAccount:{email}"}
        case "gcp:compute/address:Address":
            return {"address": "198.51.100.7"}
        case _:
            return {"name": f"{name}-1a2b3c4", "id": f"{name}-id"}


def graph_of(stack: StackSettings, domain: str | None = "data8.example.edu") -> tuple[Graph, dict[str, Any]]:
    """Record what is made, and what the cloud answers where that is an Output."""
    known: dict[str, Any] = {}
    cloud_settings = stack.cloud
    assert isinstance(cloud_settings, GcpCloud)

    def program() -> None:
        labels = Labels(pulumi.Output.from_input(PLATFORM))
        cloud = open_cloud(cloud_settings, stack.homes, labels, pulumi.ResourceOptions())
        assert cloud.entrance
        entrance = cloud.entrance("8data", domain)
        _note(known, cloud, {"address": entrance.address, **entrance.service})

    return record(program, Answers(answer)), known


def _note(known: dict[str, Any], cloud: Cloud, entrance: dict[str, Any]) -> None:
    known["cloud"] = cloud
    outputs = {
        "kubeconfig": cloud.cluster.kubeconfig,
        "identifier": cloud.cluster.identifier,
        "volume": pulumi.Output.from_input(cloud.homes.source("data8")),
        "root": pulumi.Output.from_input(cloud.homes.source("")),
        "block": pulumi.Output.from_input(cloud.storage_classes["block"].parameters),
        "archive": pulumi.Output.from_input(cloud.homes.archive),
        "snapshots": pulumi.Output.from_input(cloud.snapshots.parameters if cloud.snapshots else None),
        "entrance": pulumi.Output.from_input(entrance),
    }
    for name, output in outputs.items():
        pulumi.Output.from_input(output).apply(lambda value, name=name: known.update({name: value}))


def made(stack: StackSettings) -> Graph:
    return graph_of(stack)[0]


def known(stack: StackSettings) -> dict[str, Any]:
    return graph_of(stack)[1]


def test_the_shortest_stack_makes_all_of_this_and_no_more() -> None:
    assert sorted(f"{each.type.split(':')[-1]} {each.name}" for each in made(settings())) == [
        "Account backups",
        "Account nodes",
        "Address hub-8data",
        "Bucket hubstack-backups",
        "Cluster cluster",
        "IAMMember backups-files",
        "IAMMember backups-workflow",
        "IAMMember nodes-images",
        "IAMMember nodes-logs",
        "IAMMember nodes-metrics",
        "IAMMember nodes-metrics-viewer",
        "IAMMember nodes-resource-metadata",
        "Instance homes",
        "Job backups",
        "Network network",
        "NodePool core",
        "NodePool users",
        "Router router",
        "RouterNat nat",
        "Subnetwork nodes",
        "Unchanging as-made",
        "Workflow backups",
        "gcp gcp",
    ]


def every_pool() -> StackSettings:
    return settings(pools={"gpu": {"max": 2}, "spot": {}}, dns_zone="example-edu")


def test_everything_goes_through_the_one_provider() -> None:
    graph = made(every_pool())
    provider = graph.named("gcp")
    assert provider.inputs == {"project": "my-university", "region": "europe-west1", "zone": "europe-west1-b"}
    for each in graph:
        if each.type.startswith("gcp:"):
            assert each.provider.startswith(provider.urn), each.name


def test_everything_says_whose_it_is() -> None:
    for each in made(every_pool()):
        if each.type.endswith(":Cluster"):
            assert each.at("resourceLabels") == {"hubstack-platform": PLATFORM}
        elif not each.type.endswith(WITHOUT_LABELS):
            assert each.at("labels") == {"hubstack-platform": PLATFORM}, each.name
        elif each.type.endswith(":NodePool"):
            assert each.at("nodeConfig.resourceLabels") == {"hubstack-platform": PLATFORM}
        elif each.type.endswith((":Network", ":Subnetwork", ":Router", ":Account", ":Job")):
            assert each.at("description") == f"hubstack-platform={PLATFORM}", each.name
    assert known(settings())["block"] == {"type": "pd-balanced", "labels": f"hubstack-platform={PLATFORM}"}


def test_nothing_but_the_pools_waits_for_the_way_out() -> None:
    graph = made(every_pool())
    assert graph.needs(graph.named("cluster")) - {"as-made", "gcp"} == {"network", nodes_account(graph), "nodes"}
    assert "cluster" not in graph.needs(graph.named("homes"))
    assert "homes" not in graph.needs(graph.named("cluster"))
    for pool in graph.of_type(":NodePool"):
        assert {"cluster", "nat", "nodes-images", "nodes-logs"} <= graph.needs(pool)
        assert not {"homes", "backups"} & graph.needs(pool)


def nodes_account(graph: Graph) -> str:
    return next(each.name for each in graph.of_type(":Account") if each.name == "nodes")


def test_on_the_way_down_the_file_system_goes_beside_the_cluster() -> None:
    graph = made(settings())
    assert (
        depth(graph, graph.named("homes")) == depth(graph, graph.named("cluster")) == depth(graph, graph.named("nat"))
    )


def depth(graph: Graph, made: Made) -> int:
    """Give the longest way from what needs nothing, as the engine counts the layers of a destroy."""
    above = [
        graph.resources[urn] for urn in {*made.depends_on, made.provider.rpartition("::")[0]} if urn in graph.resources
    ]
    return 1 + max((depth(graph, each) for each in above), default=0)


def test_pools_go_with_the_cluster() -> None:
    graph = made(every_pool())
    cluster = graph.named("cluster")
    assert {pool.deleted_with for pool in graph.of_type(":NodePool")} == {cluster.urn}
    assert {pool.at("cluster") for pool in graph.of_type(":NodePool")} == {"cluster"}


def test_nodes_are_closed() -> None:
    graph = made(every_pool())
    email = f"hubstack-{PLATFORM}@my-university.iam.gserviceaccount.com"
    assert graph.named("cluster").at("privateClusterConfig.enablePrivateNodes") is True
    assert graph.named("cluster").at("datapathProvider") == "ADVANCED_DATAPATH"
    assert graph.named("cluster").at("nodeConfig.serviceAccount") == email
    for pool in graph.of_type(":NodePool"):
        nodes = pool.at("nodeConfig")
        assert nodes["serviceAccount"] == email
        assert nodes["metadata"] == {"disable-legacy-endpoints": "true"}
        assert nodes["workloadMetadataConfig"] == {"mode": "GKE_METADATA"}
        assert nodes["kubeletConfig"] == {"insecureKubeletReadonlyPortEnabled": "FALSE"}
    roles = {grant.at("role") for grant in graph.of_type(":IAMMember") if grant.name.startswith("nodes-")}
    assert roles == {
        "roles/logging.logWriter",
        "roles/monitoring.metricWriter",
        "roles/monitoring.viewer",
        "roles/stackdriver.resourceMetadata.writer",
        "roles/artifactregistry.reader",
    }


def test_pools_are_for_what_they_say() -> None:
    pools = {pool.name: pool for pool in made(every_pool()).of_type(":NodePool")}
    labels = {name: pool.at("nodeConfig.labels")["hub.jupyter.org/node-purpose"] for name, pool in pools.items()}
    assert labels == {"core": "core", "users": "user", "gpu": "user", "spot": "user"}
    taints = {
        name: {(taint["key"], taint["value"], taint["effect"]) for taint in pool.at("nodeConfig.taints") or ()}
        for name, pool in pools.items()
    }
    user = ("hub.jupyter.org/dedicated", "user", "NO_SCHEDULE")
    assert taints["core"] == set()
    assert taints["users"] == {user}
    assert taints["gpu"] == {user, ("nvidia.com/gpu", "present", "NO_SCHEDULE")}
    assert user in taints["spot"]
    assert pools["users"].at("autoscaling.totalMinNodeCount") == 0
    assert pools["users"].at("initialNodeCount") == 0
    assert pools["core"].at("autoscaling.totalMinNodeCount") == 1
    assert pools["spot"].at("nodeConfig.spot") is True
    (gpus,) = pools["gpu"].at("nodeConfig.guestAccelerators")
    assert gpus["type"] == "nvidia-l4"
    assert gpus["gpuDriverInstallationConfig"] == {"gpuDriverVersion": "DEFAULT"}


def test_the_control_plane_has_one_door() -> None:
    cluster = made(settings()).named("cluster")
    assert cluster.at("controlPlaneEndpointsConfig") == {
        "dnsEndpointConfig": {"allowExternalTraffic": True},
        "ipEndpointsConfig": {"enabled": False},
    }
    assert cluster.at("masterAuthorizedNetworksConfig") is None
    listed = made(settings(cluster={"reached_from": ["203.0.113.0/24"]})).named("cluster")
    assert listed.at("controlPlaneEndpointsConfig") == {
        "dnsEndpointConfig": {"allowExternalTraffic": False},
        "ipEndpointsConfig": {"enabled": True},
    }
    assert listed.at("masterAuthorizedNetworksConfig.cidrBlocks") == [{"cidrBlock": "203.0.113.0/24"}]


def test_the_kubeconfig_holds_no_credential() -> None:
    by_name = json.loads(known(settings())["kubeconfig"])
    assert by_name["clusters"][0]["cluster"] == {"server": "https://gke-0123abcd.europe-west1.gke.goog"}
    (user,) = by_name["users"]
    assert set(user["user"]) == {"exec"}
    assert user["user"]["exec"]["command"] == "gke-gcloud-auth-plugin"
    assert user["user"]["exec"]["provideClusterInfo"] is True
    by_address = json.loads(known(settings(cluster={"reached_from": ["203.0.113.0/24"]}))["kubeconfig"])
    assert by_address["clusters"][0]["cluster"] == {
        "server": "https://203.0.113.9",
        "certificate-authority-data": "Y2VydGlmaWNhdGU=",
    }


def test_the_identifier_is_more_than_a_name() -> None:
    assert "gke-0123abcd" in known(settings())["identifier"]


@pytest.mark.parametrize(
    ("choice", "protected", "kept", "network_kept"),
    [
        ("refuse", True, False, False),
        ("keep", False, True, True),
        ("archive", False, False, False),
        ("delete", False, False, False),
    ],
)
def test_what_holds_peoples_work_is_held(choice: str, *, protected: bool, kept: bool, network_kept: bool) -> None:
    graph = made(settings(choice))
    homes = graph.named("homes")
    assert (homes.protect, homes.retain_on_delete) == (protected, kept)
    assert homes.at("deletionProtectionEnabled") is protected
    assert graph.named("network").retain_on_delete is network_kept
    assert graph.named("hubstack-backups").protect is protected
    assert graph.named("hubstack-backups").retain_on_delete is (choice in ("keep", "archive"))
    assert graph.named("hubstack-backups").at("forceDestroy") is (choice == "delete")
    assert graph.named("cluster").at("deletionProtection") is (choice == "refuse")
    assert not graph.named("router").retain_on_delete


def test_homes_are_mounted_by_folder() -> None:
    told = known(settings())
    assert told["volume"] == {"nfs": {"server": "10.39.0.2", "path": "/homes/data8"}}
    assert told["root"] == {"nfs": {"server": "10.39.0.2", "path": "/homes"}}
    assert told["cloud"].homes.mount_options[0] == "nfsvers=3"
    regional = known(settings(filestore={"tier": "REGIONAL"}))
    assert regional["cloud"].homes.mount_options[0] == "nfsvers=4.1"


def test_where_the_file_system_is() -> None:
    assert made(settings()).named("homes").at("location") == "europe-west1-b"
    regional = made(settings(filestore={"tier": "REGIONAL"}, homes={"capacity": "100Gi"})).named("homes")
    assert regional.at("location") == "europe-west1"
    assert regional.at("fileShares.capacityGb") == 100


def test_an_instance_that_exists_is_used_and_left_alone() -> None:
    stack = settings(network={"existing": {"name": "network-1a2b3c4"}}, filestore={"existing": "homes-1a2b3c4"})
    graph = made(stack)
    assert graph.named("homes").was_read
    assert graph.named("network").was_read
    assert not graph.named("nodes-images").was_read
    assert [each.name for each in graph.of_type(":Subnetwork")] == ["nodes"]
    assert not graph.of_type(":Workflow")
    assert known(stack)["volume"] == {"nfs": {"server": "10.39.0.2", "path": "/vol1/data8"}}


def test_a_subnetwork_that_exists_is_used_as_it_is() -> None:
    there = {"name": "campus", "subnetwork": {"name": "hubs", "pods": "p", "services": "s"}}
    graph = made(settings(network={"existing": there}))
    assert not graph.of_type(":Router")
    assert {each.name for each in graph if each.was_read} == {"network", "nodes"}
    assert graph.named("cluster").at("ipAllocationPolicy") == {
        "clusterSecondaryRangeName": "p",
        "servicesSecondaryRangeName": "s",
    }


def test_a_cluster_that_exists_gets_no_nodes() -> None:
    graph, told = graph_of(settings(cluster={"existing": "university"}))
    assert graph.named("cluster").was_read
    assert not graph.of_type(":NodePool")
    assert not graph.of_type(":Network")
    assert graph.named("homes").at("networks")[0]["network"] == "campus"
    assert told["cloud"].cluster.nodes == []


def test_a_server_of_the_universitys_own_needs_no_instance() -> None:
    stack = settings(filestore={"server": {"host": "nfs.example.edu", "path": "/export"}})
    assert not made(stack).of_type(":Instance")
    assert known(stack)["volume"] == {"nfs": {"server": "nfs.example.edu", "path": "/export/data8"}}


def test_a_hub_has_an_address_and_its_name_leads_there() -> None:
    graph, told = graph_of(settings(dns_zone="example-edu"))
    assert told["entrance"] == {"address": "198.51.100.7", "loadBalancerIP": "198.51.100.7"}
    (record_set,) = graph.of_type(":RecordSet")
    assert record_set.at("name") == "data8.example.edu."
    assert record_set.at("rrdatas") == ["198.51.100.7"]
    assert not made(settings()).of_type(":RecordSet")


def test_a_key_of_ones_own_encrypts_everything() -> None:
    stack = settings(encryption_key=KEY, filestore={"tier": "ZONAL"})
    graph, told = graph_of(stack)
    assert graph.named("cluster").at("databaseEncryption") == {"state": "ENCRYPTED", "keyName": KEY}
    assert graph.named("homes").at("kmsKeyName") == KEY
    assert graph.named("hubstack-backups").at("encryption.defaultKmsKeyName") == KEY
    assert {pool.at("nodeConfig.bootDiskKmsKey") for pool in graph.of_type(":NodePool")} == {KEY}
    assert told["block"]["disk-encryption-kms-key"] == KEY


def test_exams_are_left_alone() -> None:
    # The second as Pulumi hands over a day without quotes.
    finals = {"finals": {"first_day": "2027-01-25", "last_day": "2027-02-05 00:00:00 +0000 UTC"}}
    cluster = made(settings(cluster={"maintenance": {"exclusions": finals}})).named("cluster")
    assert cluster.at("maintenancePolicy.maintenanceExclusions") == [
        {
            "exclusionName": "finals",
            "startTime": "2027-01-25T00:00:00Z",
            "endTime": "2027-02-06T00:00:00Z",
            "exclusionOptions": {"scope": "NO_UPGRADES"},
        }
    ]
    assert cluster.at("maintenancePolicy.recurringWindow.recurrence") == "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR,SA,SU"


def test_what_cannot_change_is_asked_for_before_cluster_and_file_system() -> None:
    graph = made(settings())
    kept = graph.named("as-made").at("settings")
    assert kept["hubstack:homes.capacity"] == 1024**4
    assert kept["hubstack:cloud.filestore.tier"] == "BASIC_HDD"
    for name in ("cluster", "homes"):
        assert "as-made" in graph.needs(graph.named(name))


def test_the_last_backup_is_of_the_instance(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, ...]] = []
    monkeypatch.setattr("components.clouds.gcp.archive.ask", lambda *words, seconds: asked.append(words))
    Archivist().delete("homes", known(settings("delete"))["archive"])
    assert asked == []
    props = known(settings("archive"))["archive"]
    assert props["cloud"] == "gcp"
    Archivist().delete("homes", props)
    (words,) = asked
    assert words[:4] == ("gcloud", "filestore", "backups", "create")
    assert f"hubstack-platform={PLATFORM}" in words
    assert words[words.index("--instance") + 1] == props["file_system"]


def test_the_example_asks_for_a_secret_and_nothing_else() -> None:
    file = Path(__file__).parents[3] / "stacks/Pulumi.course-fall.yaml"
    config = {key.removeprefix("hubstack:"): value for key, value in yaml.safe_load(file.read_text())["config"].items()}
    config["hubs"]["data8"]["auth"]["github"]["client_secret"] = "hush"
    assert isinstance(load(config, {}).cloud, GcpCloud)


@pytest.mark.parametrize("cluster", [{}, {"existing": "campus"}])
def test_a_snapshot_bears_the_label_and_stays_in_the_region(cluster: dict[str, Any]) -> None:
    found = known(settings(cluster=cluster, **({"network": {"existing": {"name": "campus"}}} if cluster else {})))
    assert found["cloud"].snapshots.driver == "pd.csi.storage.gke.io"
    assert found["snapshots"] == {"labels": f"hubstack-platform={PLATFORM}", "storage-locations": "europe-west1"}
