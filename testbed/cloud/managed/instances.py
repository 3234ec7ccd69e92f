"""The instances of a PostgreSQL cluster: what the operator makes of one object, until all of it is ready."""

import base64
import time
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from testbed.cloud import clock
from testbed.cloud.managed import durations
from testbed.cloud.managed.world import CORE, World, below, is_going, key_of, listed, mapped, owners, timestamp
from testbed.cluster.api import ApiError, Object

CLUSTER = "cnpg.io/cluster"
_HEALTHY = "Cluster in healthy state"
_FOREGROUND = "foregroundDeletion"
_AS_POSTGRES = {"runAsUser": 26, "runAsGroup": 26, "fsGroup": 26, "seccompProfile": {"type": "RuntimeDefault"}}


class Instances:
    """Makes pods, claims, Services and Secrets of clusters, and says when they are ready."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._seen: dict[str, float] = {}

    def look(self, cluster: Object) -> None:
        """Bring one cluster on its way, up or down."""
        if is_going(cluster):
            self._empty(cluster)
            return
        uid = cluster["metadata"]["uid"]
        if uid not in self._seen:
            self._seen[uid] = time.monotonic()
            self._make_once(cluster)
            self.world.agenda.once(f"ready/{uid}", durations.DATABASE_IS_READY, self.world.woken.set)
        for number in range(1, cluster["spec"].get("instances", 1) + 1):
            self._make_instance(cluster, number)
        self._report(cluster)

    def _make_instance(self, cluster: Object, number: int) -> None:
        namespace, name = key_of(cluster)
        instance = f"{name}-{number}"
        if self.world.named("claims", instance, namespace) is None:
            path = f"{CORE}/namespaces/{namespace}/persistentvolumeclaims"
            self.world.make("claims", path, _claim(cluster, instance))
        if self.world.named("pods", instance, namespace) is None:
            self.world.make("pods", f"{CORE}/namespaces/{namespace}/pods", _pod(cluster, instance, number))

    def _make_once(self, cluster: Object) -> None:
        """Make what a cluster has one of: the application's Secret, and the Services to reach it."""
        namespace, name = key_of(cluster)
        database = mapped(cluster, "spec", "bootstrap", "initdb")
        owner = database.get("owner") or database.get("database") or "app"
        host = f"{name}-rw"
        told = {
            "username": owner,
            "user": owner,
            "password": uuid4().hex,
            "host": host,
            "port": "5432",
            "dbname": database.get("database") or "app",
        }
        told["uri"] = f"postgresql://{owner}:{told['password']}@{host}.{namespace}:5432/{told['dbname']}"
        data = {key: base64.b64encode(value.encode()).decode() for key, value in told.items()}
        secret = {"metadata": _meta(cluster, f"{name}-app"), "type": "kubernetes.io/basic-auth", "data": data}
        self.world.make("secrets", f"{CORE}/namespaces/{namespace}/secrets", secret)
        for suffix, role in (("rw", "primary"), ("ro", "replica"), ("r", "")):
            selector = {CLUSTER: name, **({"cnpg.io/instanceRole": role} if role else {"cnpg.io/podRole": "instance"})}
            ports = [{"name": "postgres", "port": 5432, "targetPort": 5432}]
            body = {"metadata": _meta(cluster, f"{name}-{suffix}"), "spec": {"selector": selector, "ports": ports}}
            self.world.make("services", f"{CORE}/namespaces/{namespace}/services", body)

    def _report(self, cluster: Object) -> None:
        """Say in the object's status how far it is."""
        namespace, name = key_of(cluster)
        wanted = cluster["spec"].get("instances", 1)
        pods = [self.world.named("pods", f"{name}-{number}", namespace) for number in range(1, wanted + 1)]
        running = sum(1 for pod in pods if pod and _runs(pod))
        since = time.monotonic() - self._seen[cluster["metadata"]["uid"]]
        old_enough = since >= clock.real(durations.DATABASE_IS_READY) * 0.999
        healthy = running == wanted and (old_enough or below(cluster, "status", "phase") == _HEALTHY)
        status: dict[str, Any] = {
            "phase": _HEALTHY if healthy else "Setting up primary",
            "instances": sum(1 for pod in pods if pod),
            "readyInstances": running,
            "currentPrimary": f"{name}-1",
            "targetPrimary": f"{name}-1",
            "writeService": f"{name}-rw",
            "readService": f"{name}-r",
        }
        before = mapped(cluster, "status")
        if all(before.get(key) == value for key, value in status.items()):
            return
        status["conditions"] = [
            {
                "type": "Ready",
                "status": "True" if healthy else "False",
                "reason": "ClusterIsReady" if healthy else "ClusterIsNotReady",
                "message": "Cluster is Ready" if healthy else "Cluster Is Not Ready",
                "lastTransitionTime": timestamp(),
            }
        ]
        self.world.change("clusters", cluster, {"status": status}, "/status")

    def _empty(self, cluster: Object) -> None:
        """Delete what is a cluster's, and let go of it where its deletion waits for that.

        The controllers do so by themselves, but hear of a new kind only each half minute of real time.
        """
        uid = cluster["metadata"]["uid"]
        left = 0
        for collection in ("pods", "claims", "services"):
            for item in self.world.all(collection):
                if any(each["uid"] == uid for each in owners(item)):
                    left += 1
                    if not is_going(item):
                        self.world.remove(collection, item)
        if not left:
            namespace, name = key_of(cluster)
            try:
                self.world.api.delete(f"{CORE}/namespaces/{namespace}/secrets/{name}-app")
            except ApiError as error:
                if error.status != HTTPStatus.NOT_FOUND:
                    raise
            self.world.let_go("clusters", cluster, _FOREGROUND)


def _claim(cluster: Object, instance: str) -> Object:
    storage = mapped(cluster, "spec", "storage")
    spec: dict[str, Any] = {
        "accessModes": ["ReadWriteOnce"],
        "resources": {"requests": {"storage": storage.get("size", "1Gi")}},
    }
    if storage.get("storageClass"):
        spec["storageClassName"] = storage["storageClass"]
    return {"metadata": _meta(cluster, instance, instance), "spec": spec}


def _pod(cluster: Object, instance: str, number: int) -> Object:
    spec = cluster["spec"]
    placed = mapped(cluster, "spec", "affinity")
    role = "primary" if number == 1 else "replica"
    meta = _meta(cluster, instance, instance)
    meta["labels"] |= {"cnpg.io/instanceRole": role, "role": role, "cnpg.io/podRole": "instance"}
    container = {
        "name": "postgres",
        "image": spec.get("imageName") or "ghcr.io/cloudnative-pg/postgresql:17",
        "resources": mapped(cluster, "spec", "resources"),
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}, "runAsNonRoot": True},
        "volumeMounts": [{"name": "pgdata", "mountPath": "/var/lib/postgresql/data"}],
    }
    return {
        "metadata": meta,
        "spec": {
            "containers": [container],
            "nodeSelector": mapped(placed, "nodeSelector"),
            "tolerations": listed(placed, "tolerations"),
            "securityContext": _AS_POSTGRES,
            "terminationGracePeriodSeconds": 30,
            "volumes": [{"name": "pgdata", "persistentVolumeClaim": {"claimName": instance}}],
        },
    }


def _meta(cluster: Object, name: str, instance: str = "") -> dict[str, Any]:
    inherited = mapped(cluster, "spec", "inheritedMetadata")
    owner = {
        "apiVersion": "postgresql.cnpg.io/v1",
        "kind": "Cluster",
        "name": cluster["metadata"]["name"],
        "uid": cluster["metadata"]["uid"],
        "controller": True,
    }
    told = {"cnpg.io/instanceName": instance} if instance else {}
    named = {CLUSTER: cluster["metadata"]["name"], "app.kubernetes.io/managed-by": "cloudnative-pg", **told}
    return {
        "name": name,
        "namespace": cluster["metadata"]["namespace"],
        "labels": {**mapped(inherited, "labels"), **named},
        "annotations": mapped(inherited, "annotations"),
        "ownerReferences": [owner],
    }


def _runs(pod: Object) -> bool:
    return pod["status"].get("phase") == "Running" and not is_going(pod)
