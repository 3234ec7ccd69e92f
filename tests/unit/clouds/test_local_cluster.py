"""The cluster that a kubeconfig leads to, and what is said when it leads nowhere."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from kubernetes.client.exceptions import ApiException
from urllib3.exceptions import MaxRetryError

from components.clouds.client import Api
from components.clouds.local import cluster
from components.clouds.local.cluster import UnreachableClusterError, find_cluster
from tests.support.stacks import KUBECONFIG


@pytest.fixture
def kubeconfig(tmp_path: Path) -> Path:
    import yaml  # noqa: PLC0415

    path = tmp_path / "kubeconfig"
    path.write_text(yaml.safe_dump(KUBECONFIG))
    return path


def answering(monkeypatch: pytest.MonkeyPatch, read_namespace: Any) -> None:
    endpoints = [SimpleNamespace(addresses=["203.0.113.9"]), SimpleNamespace(addresses=["203.0.113.5"])]
    slices = [
        SimpleNamespace(address_type="IPv4", endpoints=endpoints),
        SimpleNamespace(address_type="IPv4", endpoints=None),
        SimpleNamespace(address_type="IPv6", endpoints=[SimpleNamespace(addresses=["2001:db8::1"])]),
    ]
    core: Any = SimpleNamespace(read_namespace=read_namespace)
    discovery: Any = SimpleNamespace(list_namespaced_endpoint_slice=lambda *_, **__: SimpleNamespace(items=slices))
    monkeypatch.setattr(cluster, "connect", lambda *_: Api(core=core, apps=None, discovery=discovery))


def failing(error: Exception) -> Any:
    def read_namespace(*_: Any, **__: Any) -> None:
        raise error

    return read_namespace


def test_a_cluster_is_known_by_what_no_other_has(monkeypatch: pytest.MonkeyPatch, kubeconfig: Path) -> None:
    answering(monkeypatch, lambda *_, **__: SimpleNamespace(metadata=SimpleNamespace(uid="a-uid")))
    found = find_cluster(kubeconfig, "test")
    assert found.identifier == "a-uid"
    assert found.api_addresses == ("203.0.113.5", "203.0.113.9")


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (ApiException(status=401, reason="Unauthorized"), "does not know these credentials"),
        (ApiException(status=403, reason="Forbidden"), "cluster-admin"),
        (ApiException(status=500, reason="Internal Server Error"), "answered 500 Internal Server Error"),
        (
            MaxRetryError(SimpleNamespace(), "/api", OSError("[Errno 111] Connection refused")),  # type: ignore[arg-type]
            r"No cluster answers at context test of .* \(\[Errno 111\] Connection refused\)",
        ),
    ],
)
def test_what_is_wrong_is_said(
    monkeypatch: pytest.MonkeyPatch, kubeconfig: Path, error: Exception, sentence: str
) -> None:
    answering(monkeypatch, failing(error))
    with pytest.raises(UnreachableClusterError, match=sentence):
        find_cluster(kubeconfig, "test")
