"""Small pods for the tests of the embedded cluster: servers that answer, and probes that try to connect."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from components.versions import BUSYBOX_IMAGE
from testbed.cluster import Cluster
from testbed.cluster.api import Api, ApiError
from testbed.cluster.state import load_settings

Object = dict[str, Any]


@dataclass(frozen=True)
class Namespace:
    """A namespace of a test, and the API to fill it."""

    api: Api
    name: str

    @property
    def path(self) -> str:
        return f"/api/v1/namespaces/{self.name}"

    def server(self, name: str, *, labels: Mapping[str, str] | None = None, ports: Mapping[str, int]) -> str:
        """Start a pod that answers HTTP on named ports, and give its address once it does."""
        listening = " & ".join(f"httpd -f -p {port} -h /tmp" for port in ports.values())
        container = {
            "ports": [{"name": port, "containerPort": number} for port, number in ports.items()],
            "readinessProbe": {"tcpSocket": {"port": next(iter(ports))}, "periodSeconds": 1},
        }
        self._create(name, f"echo {name} > /tmp/index.html; {listening} & wait", labels or {}, container)
        pod = wait_for(lambda: self._ready(name), f"pod {name} to be ready")
        return pod["status"]["podIP"]

    def probe(self, name: str, script: str, *, labels: Mapping[str, str] | None = None) -> None:
        """Start a pod whose first act is a script."""
        self._create(name, script, labels or {}, {})

    def said(self, name: str) -> list[str]:
        """Wait for a probe's end and give the lines it printed."""
        wait_for(lambda: self._ended(name), f"pod {name} to end")
        return self.log(name).split()

    def runs(self, name: str) -> bool:
        """Say whether a pod has started."""
        return self.read("Pod", name)["status"].get("phase") not in (None, "Pending")

    def log(self, name: str) -> str:
        """Give what a pod printed."""
        return self.api.text(f"{self.path}/pods/{name}/log")

    def policy(self, name: str, spec: Object) -> None:
        """Make a network policy."""
        path = f"/apis/networking.k8s.io/v1/namespaces/{self.name}/networkpolicies"
        metadata = {"name": name}
        body = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata, "spec": spec}
        self.api.create(path, body)

    def object(self, kind: str, name: str, spec: Object) -> Object:
        """Make an object of the core group."""
        body = {"apiVersion": "v1", "kind": kind, "metadata": {"name": name}, "spec": spec}
        return self.api.create(f"{self.path}/{plural(kind)}", body)

    def read(self, kind: str, name: str) -> Object:
        """Read an object of the core group."""
        return self.api.get(f"{self.path}/{plural(kind)}/{name}")

    def _create(self, name: str, script: str, labels: Mapping[str, str], container: Object) -> None:
        shell = {"name": "main", "image": BUSYBOX_IMAGE, "command": ["sh", "-c", script], **container}
        spec = {
            "containers": [shell],
            "restartPolicy": "Never",
            "terminationGracePeriodSeconds": 0,
            "automountServiceAccountToken": False,
        }
        metadata = {"name": name, "labels": dict(labels)}
        self.api.create(f"{self.path}/pods", {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec})

    def _ready(self, name: str) -> Object | None:
        pod = self.read("Pod", name)
        conditions = pod["status"].get("conditions", [])
        return pod if any(c["type"] == "Ready" and c["status"] == "True" for c in conditions) else None

    def _ended(self, name: str) -> bool:
        return self.read("Pod", name)["status"].get("phase") in ("Succeeded", "Failed")


def tries(*targets: str, seconds: int = 2) -> str:
    """Give a script that tries each `address:port` in turn and prints `open` or `closed` for each."""
    return "\n".join(
        f"nc -w {seconds} {address} {port} </dev/null >/dev/null 2>&1 && echo open || echo closed"
        for address, _, port in (target.partition(":") for target in targets)
    )


def plural(kind: str) -> str:
    """Give a kind's name in an URL."""
    return f"{kind.lower()}s"


def administrator(cluster: Cluster) -> Api:
    """Give the API of a cluster, as its administrator."""
    settings = load_settings(cluster.state)
    assert settings is not None
    return Api(str(settings.addresses.node), 6443, cluster.state.pki, "admin")


@contextmanager
def namespace(api: Api, name: str, labels: Mapping[str, str] | None = None) -> Iterator[Namespace]:
    """Make a namespace for a test and delete it after."""
    metadata = {"name": name, "labels": dict(labels or {})}
    api.create("/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
    path = f"/api/v1/namespaces/{name}"
    try:
        # No pod may be made before the controllers have made the account that it runs as.
        wait_for(lambda: exists(api, f"{path}/serviceaccounts/default"), f"the account of {name}")
        yield Namespace(api, name)
    finally:
        api.delete(path)


def exists(api: Api, path: str) -> bool:
    """Say whether an object is there."""
    try:
        api.get(path)
    except ApiError as error:
        if error.status == 404:
            return False
        raise
    return True


def wait_for(condition: Callable[[], Any], what: str, seconds: float = 60) -> Any:
    """Wait until a condition gives something true, and give that; fail after a time."""
    deadline = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < deadline, f"waited {seconds} s for {what}"
        time.sleep(0.1)
