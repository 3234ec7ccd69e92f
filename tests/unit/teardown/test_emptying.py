"""Emptying a namespace, against an API server made of lists."""

from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from kubernetes.client.exceptions import ApiException
from urllib3.exceptions import MaxRetryError

from components import emptying
from components.clouds.client import Api
from components.emptying import StuckError, empty_namespace


@dataclass
class Cluster:
    """What a cluster holds; what is deleted goes when `goes` says so."""

    namespaces: list[str] = field(default_factory=lambda: ["data8"])
    objects: list[Any] = field(default_factory=list)
    goes: Callable[[Any], bool] = lambda _: True
    calls: list[str] = field(default_factory=list)

    def api(self, _kubeconfig: str, _context: str) -> Api:
        everything: Any = self
        return Api(core=everything, apps=everything, objects=everything)

    def read_namespace(self, name: str, **_: Any) -> None:
        if name not in self.namespaces:
            raise ApiException(status=404, reason="Not Found")

    def delete_collection_namespaced_deployment(self, _namespace: str, label_selector: str) -> None:
        self._delete("deployment", label_selector)

    def delete_collection_namespaced_pod(self, _namespace: str, label_selector: str) -> None:
        self._delete("pod", label_selector)

    def delete_collection_namespaced_persistent_volume_claim(self, _namespace: str, label_selector: str) -> None:
        self._delete("claim", label_selector)
        kept = {each.metadata.name for each in self.objects if each.kind == "claim"}
        for volume in [each for each in self.objects if each.kind == "volume"]:
            gone = volume.spec.claim_ref.name not in kept and volume.spec.claim_ref.namespace == "data8"
            if gone and volume.spec.persistent_volume_reclaim_policy == "Delete" and self.goes(volume):
                self.objects.remove(volume)

    def list_namespaced_pod(self, namespace: str, label_selector: str, **_: Any) -> Any:
        assert namespace == "data8"
        return self._listed([pod for pod in self.objects if pod.kind == "pod" and pod.label == label_selector])

    def list_persistent_volume(self, **_: Any) -> Any:
        return self._listed([volume for volume in self.objects if volume.kind == "volume"])

    def _delete(self, kind: str, selector: str) -> None:
        self.calls.append(f"{kind} {selector}")
        for each in [each for each in self.objects if each.kind == kind and _selected(each.label, selector)]:
            if self.goes(each):
                self.objects.remove(each)

    def _listed(self, items: list[Any]) -> Any:
        return SimpleNamespace(items=items, metadata=SimpleNamespace(resource_version="1"))


def _selected(label: str, selector: str) -> bool:
    key, _, value = selector.partition("!=")
    return label != f"{key}={value}" if value else label == selector


def thing(kind: str, name: str, label: str = "", **spec: Any) -> Any:
    return SimpleNamespace(kind=kind, label=label, metadata=SimpleNamespace(name=name), spec=SimpleNamespace(**spec))


def volume(name: str, claim: str, namespace: str = "data8", policy: str = "Delete") -> Any:
    reference = SimpleNamespace(name=claim, namespace=namespace)
    return thing("volume", name, claim_ref=reference, persistent_volume_reclaim_policy=policy)


def full() -> list[Any]:
    return [
        thing("pod", "jupyter-ada", "component=singleuser-server"),
        thing("pod", "other", "component=other"),
        thing("claim", "hub-db-dir", "app.kubernetes.io/managed-by=Helm"),
        thing("claim", "homes", "app.kubernetes.io/managed-by=pulumi"),
        volume("of-the-database", "hub-db-dir"),
        volume("of-the-homes", "homes", policy="Retain"),
        volume("of-another-hub", "hub-db-dir", namespace="stat"),
    ]


def empty(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emptying, "connect", cluster.api)
    empty_namespace("{}", "test", "data8")


@pytest.fixture(autouse=True)
def time_flies(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr(emptying, "time", SimpleNamespace(monotonic=lambda: clock.now))

    def pass_time(_listing: Any, _since: str, _seconds: float) -> None:
        clock.now += 60

    monkeypatch.setattr(emptying, "_until_one_goes", pass_time)


def names(cluster: Cluster) -> list[str]:
    return [each.metadata.name for each in cluster.objects]


def test_servers_and_their_disks_go_and_homes_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = Cluster(objects=full())
    empty(cluster, monkeypatch)
    assert names(cluster) == ["other", "homes", "of-the-homes", "of-another-hub"]
    assert [call.split()[0] for call in cluster.calls] == ["deployment", "pod", "claim"]


def test_a_second_time_finds_nothing_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = Cluster(objects=full())
    empty(cluster, monkeypatch)
    left = names(cluster)
    empty(cluster, monkeypatch)
    assert names(cluster) == left


def test_a_namespace_that_is_gone_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = Cluster(namespaces=[], objects=full())
    empty(cluster, monkeypatch)
    assert cluster.calls == []


@pytest.mark.parametrize(
    ("stays", "sentence"),
    [
        ("hub-1", r"the hub of namespace data8.*still there: hub-1"),
        ("jupyter-ada", r"users' servers in namespace data8.*still there: jupyter-ada"),
        ("of-the-database", r"the disks of namespace data8.*still there: of-the-database"),
    ],
)
def test_what_stays_is_named(monkeypatch: pytest.MonkeyPatch, stays: str, sentence: str) -> None:
    hub = thing("pod", "hub-1", "component=hub")
    objects = [*full(), hub] if stays == "hub-1" else full()
    cluster = Cluster(objects=objects, goes=lambda each: each.metadata.name != stays)
    with pytest.raises(StuckError, match=sentence):
        empty(cluster, monkeypatch)


def test_claims_stay_while_servers_hold_them(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = Cluster(objects=full(), goes=lambda each: each.kind != "pod")
    with pytest.raises(StuckError):
        empty(cluster, monkeypatch)
    assert "hub-db-dir" in names(cluster)


class Unreachable(Cluster):
    """A cluster that does not answer."""

    def read_namespace(self, name: str, **_: Any) -> None:
        raise MaxRetryError(SimpleNamespace(), f"/api/v1/namespaces/{name}", OSError("Connection refused"))  # type: ignore[arg-type]


def test_a_cluster_that_does_not_answer_may_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PULUMI_K8S_DELETE_UNREACHABLE", raising=False)
    with pytest.raises(StuckError, match="PULUMI_K8S_DELETE_UNREACHABLE=true"):
        empty(Unreachable(), monkeypatch)


def test_a_cluster_can_be_declared_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_K8S_DELETE_UNREACHABLE", "true")
    empty(Unreachable(), monkeypatch)


class Forbidding(Cluster):
    """A cluster whose credentials have lost their rights."""

    def read_namespace(self, *_: Any, **__: Any) -> None:
        raise ApiException(status=403, reason="Forbidden")


def test_a_refusal_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StuckError, match="refused to empty namespace data8: 403 Forbidden"):
        empty(Forbidding(), monkeypatch)
