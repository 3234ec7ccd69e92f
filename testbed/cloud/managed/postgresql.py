"""CloudNativePG's operator, while its pod runs: webhooks, PostgreSQL clusters, and the finalizers that need it alive.

What is left out: PostgreSQL itself, fail-over, backups but those of backups.py, poolers, updates of a running cluster
(it is called ready again at once), and the Job that makes the first instance.
"""

from functools import partial
from http import HTTPStatus
from pathlib import Path

from testbed.cloud.managed import durations, webhooks
from testbed.cloud.managed.backups import Backups, are_known
from testbed.cloud.managed.instances import Instances
from testbed.cloud.managed.status import running_status
from testbed.cloud.managed.world import POSTGRESQL, World, below, finalizers, is_going, key_of, labels, listed
from testbed.cluster.api import ApiError, Object

_GROUP = "postgresql.cnpg.io"
_HELD = {
    "databases": "cnpg.io/deleteDatabase",
    "databaseroles": "cnpg.io/deleteRole",
    "publications": "cnpg.io/deletePublication",
    "subscriptions": "cnpg.io/deleteSubscription",
}
"""What the operator lets go of itself, so that objects deleted after it hang, by their collections."""

_CONFIGURATIONS = (
    "mutatingwebhookconfigurations/cnpg-mutating-webhook-configuration",
    "validatingwebhookconfigurations/cnpg-validating-webhook-configuration",
)


def is_operator(pod: Object) -> bool:
    """Say whether a pod is the operator's."""
    image = pod["spec"]["containers"][0]["image"]
    return labels(pod).get("app.kubernetes.io/name") == "cloudnative-pg" and "/cloudnative-pg:" in image


class Operator:
    """Plays the operator in whichever namespace its pod runs."""

    def __init__(self, world: World, pki: Path) -> None:
        self.world = world
        self.pki = pki
        self.instances = Instances(world)
        self.backups = Backups(world)
        self._ports: dict[str, int] = {}
        self._knows_snapshots: dict[str, bool] = {}
        """Whether there were any as a pod of the operator started, by its uid."""

    def leads(self, address: str, _port: int) -> int | None:
        """Give the local port that answers for the webhooks' Service, while the operator is ready."""
        for service in self.world.all("services"):
            namespace, name = key_of(service)
            if service["spec"].get("clusterIP") == address and name == webhooks.SERVICE:
                return self._ports.get(namespace) if self._is_alive(namespace) else None
        return None

    def _is_alive(self, namespace: str) -> bool:
        return any(_is_ready(pod) for pod in self._pods() if key_of(pod)[0] == namespace)

    def look(self) -> None:
        """Do the operator's work, if one runs."""
        defined = {each["spec"]["names"]["plural"] for each in self.world.all("kinds") if _is_established(each)}
        for plural in ("clusters", "backups", *_HELD):
            if plural in defined:
                self.world.watch(plural, f"{POSTGRESQL}/{plural}")
        for pod in self._pods():
            if pod["status"].get("phase") == "Running" and not _is_ready(pod) and not is_going(pod):
                self._become_ready(pod)
        alive = next((pod for pod in self._pods() if _is_ready(pod)), None)
        if alive is None:
            return
        knows = self._knows_snapshots.get(alive["metadata"]["uid"], False)
        for backup in self.world.all("backups"):
            self.backups.look(backup, knows_snapshots=knows)
        for cluster in self.world.all("clusters"):
            self.instances.look(cluster)
        for plural, finalizer in _HELD.items():
            for item in self.world.all(plural):
                self._settle(plural, item, finalizer)

    def _pods(self) -> list[Object]:
        return [pod for pod in self.world.all("pods") if is_operator(pod)]

    def _become_ready(self, pod: Object) -> None:
        """Let the API server trust the webhooks, and only then call the pod ready, as the operator does."""
        namespace = key_of(pod)[0]
        self._knows_snapshots[pod["metadata"]["uid"]] = are_known(self.world)
        if namespace not in self._ports:
            self._ports[namespace] = webhooks.serve(self.pki, namespace, partial(self._is_alive, namespace))
        for configuration in _CONFIGURATIONS:
            path = f"/apis/admissionregistration.k8s.io/v1/{configuration}"
            try:
                hooks = self.world.api.get(path)["webhooks"]
                for hook in hooks:
                    hook["clientConfig"]["caBundle"] = webhooks.authority(self.pki)
                self.world.api.patch(path, {"webhooks": hooks})
            except ApiError as error:
                if error.status != HTTPStatus.NOT_FOUND:
                    raise
        status = running_status(pod, pod["status"]["podIP"])
        self.world.change("pods", pod, {"status": status}, "/status")

    def _settle(self, plural: str, item: Object, finalizer: str) -> None:
        """Apply a database, role and so on, or take it away again."""
        uid = item["metadata"]["uid"]
        if is_going(item):
            if finalizer in finalizers(item):
                deed = partial(self.world.let_go, plural, item, finalizer)
                self.world.agenda.once(f"drop/{uid}", durations.TRY_AGAIN, deed)
            return
        self.world.hold(plural, item, finalizer)
        if below(item, "status", "observedGeneration") != item["metadata"]["generation"]:
            status = {"applied": True, "observedGeneration": item["metadata"]["generation"]}
            self.world.change(plural, item, {"status": status}, "/status")


def _is_established(kind: Object) -> bool:
    if kind["spec"]["group"] != _GROUP or is_going(kind):
        return False
    conditions = listed(kind, "status", "conditions")
    return any(each["type"] == "Established" and each["status"] == "True" for each in conditions)


def _is_ready(pod: Object) -> bool:
    conditions = listed(pod, "status", "conditions")
    ready = any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)
    return ready and not is_going(pod)
