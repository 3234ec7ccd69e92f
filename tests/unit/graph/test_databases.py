"""The databases of a platform in the graph: what waits for what, both ways."""

from pathlib import Path
from typing import Any

import pulumi
import pytest

from components.clouds import local
from components.clouds.cloud import Cluster
from components.platform import Platform
from tests.support.graph import Graph, Secret, record
from tests.support.stacks import stack


@pytest.fixture(autouse=True)
def a_cluster_that_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    def find_cluster(_kubeconfig: Path, context: str) -> Cluster:
        return Cluster(pulumi.Output.secret('{"kind": "Config"}'), context, "a-uid", "kubeconfig")

    monkeypatch.setattr(local, "find_cluster", find_cluster)


def graph_of(folder: Path, **databases: Any) -> Graph:
    settings = stack(folder, databases=databases)
    return record(lambda: Platform("platform", settings))


def test_without_databases_there_is_no_operator(tmp_path: Path) -> None:
    assert not [made for made in graph_of(tmp_path) if "operator" in made.name]


def test_a_database_comes_after_its_operator_and_goes_before_it(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, analytics={}, grades={})
    for name in ("analytics", "grades"):
        needs = graph.needs(graph.named(f"{name}-database"))
        assert {"databases-operator", "operators-namespace", f"{name}-teardown", "storage-block"} <= needs
        # Its claims and disks are waited for while what lets go of them is still there.
        assert "databases-operator" in graph.needs(graph.named(f"{name}-teardown"))
    assert "grades-namespace" not in graph.needs(graph.named("analytics-database"))


def test_the_operator_waits_for_no_hub_and_no_hub_for_it(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, analytics={})
    assert not [name for name in graph.needs(graph.named("databases-operator")) if name.startswith("data8")]
    assert "databases-operator" not in graph.needs(graph.named("data8-release"))


def test_what_a_database_is(tmp_path: Path) -> None:
    made = graph_of(tmp_path, analytics={"instances": 3, "storage": "50Gi"}).named("analytics-database")
    assert made.type == "kubernetes:postgresql.cnpg.io/v1:Cluster"
    assert made.at("spec.instances") == 3
    assert made.at("spec.storage.size") == "50Gi"
    assert made.at("spec.storage.storageClass") == "storage-block-1234"
    assert made.at("spec.imageName").startswith("ghcr.io/cloudnative-pg/postgresql:17.")
    assert made.at("metadata.annotations") == {"pulumi.com/waitFor": "condition=Ready"}
    assert len(made.at("spec.inheritedMetadata.labels")["hubstack.dev/platform"]) == 8


def test_a_database_is_protected_until_the_stack_file_says_otherwise(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, analytics={}, scratch={"on_destroy": "delete"})
    assert graph.named("analytics-database").protect
    assert not graph.named("scratch-database").protect


def test_its_namespace_is_strict_and_closed_but_for_what_it_needs(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, analytics={})
    labels = graph.named("analytics-namespace").at("metadata.labels")
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    assert graph.named("analytics-closed").at("spec.podSelector") == {}
    spec = graph.named("analytics-network").at("spec")
    assert spec["podSelector"] == {"matchLabels": {"cnpg.io/cluster": "analytics"}}
    assert "ipBlock" not in str(spec), "Cilium does not apply an address range to pods"


def test_the_operators_chart_comes_pinned_from_its_repository(tmp_path: Path) -> None:
    release = graph_of(tmp_path, analytics={}).named("databases-operator")
    assert release.at("version") == "0.29.0"
    assert release.at("repositoryOpts") == {"repo": "https://cloudnative-pg.github.io/charts"}
    assert not isinstance(release.at("values"), Secret)


def test_without_snapshots_in_the_cloud_nothing_speaks_of_them(tmp_path: Path) -> None:
    graph = graph_of(tmp_path, analytics={"on_destroy": "delete"})
    assert not [made for made in graph if made.type.endswith((":VolumeSnapshotClass", ":LastBackup"))]
    assert graph.named("analytics-database").at("spec.backup") is None
    assert "podAnnotations" not in graph.named("databases-operator").at("values")
