"""What a managed cluster's controllers see and touch: its objects, kept up to date by watches, and what is to come."""

import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from testbed.cloud.managed.agenda import Agenda
from testbed.cluster.api import Api, ApiError, Object
from testbed.cluster.reflector import Reflector

CORE = "/api/v1"
STORAGE = "/apis/storage.k8s.io/v1"
POSTGRESQL = "/apis/postgresql.cnpg.io/v1"
SNAPSHOT = "/apis/snapshot.storage.k8s.io/v1"

_COLLECTIONS = {
    "nodes": f"{CORE}/nodes",
    "pods": f"{CORE}/pods",
    "claims": f"{CORE}/persistentvolumeclaims",
    "volumes": f"{CORE}/persistentvolumes",
    "services": f"{CORE}/services",
    "classes": f"{STORAGE}/storageclasses",
    "attachments": f"{STORAGE}/volumeattachments",
    "kinds": "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
}

LATER = {
    "snapshots": f"{SNAPSHOT}/volumesnapshots",
    "contents": f"{SNAPSHOT}/volumesnapshotcontents",
    "snapshotclasses": f"{SNAPSHOT}/volumesnapshotclasses",
}
"""Those whose kinds a cluster need not have."""

_GONE = (HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)
_TRIES = 5
"""Writes of others that may come in between, before a change is left to the next round."""


class World:
    """Copies of the cluster's collections, the agenda, and the ways to write that all hands share."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.agenda = Agenda()
        self.woken = threading.Event()
        self._copies: dict[str, Reflector] = {}

    def begin(self) -> None:
        """Watch the collections, and return when all were listed."""
        for name, path in _COLLECTIONS.items():
            self.watch(name, path)
        for copy in self._copies.values():
            copy.listed.wait()

    def watch(self, name: str, path: str) -> None:
        """Watch one more collection, unless it is watched already."""
        if name not in self._copies:
            self._copies[name] = Reflector(self.api, path, self.woken.set)
            self._copies[name].start()

    def all(self, name: str) -> list[Object]:
        """Give the objects of a collection; none where it is not watched."""
        copy = self._copies.get(name)
        return copy.objects() if copy else []

    def named(self, collection: str, name: str, namespace: str = "") -> Object | None:
        """Give one object of a collection."""
        return next((each for each in self.all(collection) if key_of(each) == (namespace, name)), None)

    def make(self, collection: str, path: str, body: Object) -> Object | None:
        """Create an object; None where there is one of that name already."""
        try:
            made = self.api.create(path, body)
        except ApiError as error:
            if error.status in _GONE:
                return None
            raise
        self._take(collection, "ADDED", made)
        return made

    def change(self, collection: str, item: Object, body: Object, below: str = "") -> None:
        """Merge a change into an object, or into its `status` with `below`; one that has gone is let be."""
        try:
            changed = self.api.patch(path_of(collection, item) + below, body)
        except ApiError as error:
            if error.status not in _GONE:
                raise
            return
        self._take(collection, "MODIFIED", changed)

    def remove(self, collection: str, item: Object, *, at_once: bool = False) -> None:
        """Delete an object; with `at_once`, whatever its grace period."""
        try:
            # By its uid: another of the same name may have come meanwhile.
            only: Object = {"preconditions": {"uid": item["metadata"]["uid"]}}
            self.api.delete(path_of(collection, item), {**only, "gracePeriodSeconds": 0} if at_once else only)
        except ApiError as error:
            if error.status not in _GONE:
                raise

    def let_go(self, collection: str, item: Object, finalizer: str) -> None:
        """Take a finalizer off an object, whatever else holds it by now."""
        for _ in range(_TRIES):
            try:
                current = self.api.get(path_of(collection, item))
                kept = [each for each in finalizers(current) if each != finalizer]
                version = current["metadata"]["resourceVersion"]
                body = {"metadata": {"finalizers": kept or None, "resourceVersion": version}}
                self._take(collection, "MODIFIED", self.api.patch(path_of(collection, item), body))
            except ApiError as error:
                if error.status == HTTPStatus.CONFLICT:
                    continue
                if error.status != HTTPStatus.NOT_FOUND:
                    raise
            return

    def hold(self, collection: str, item: Object, finalizer: str) -> None:
        """Put a finalizer on an object, if it has it not."""
        if finalizer not in finalizers(item):
            self.change(collection, item, {"metadata": {"finalizers": [*finalizers(item), finalizer]}})

    def say(self, item: Object, kind: str, reason: str, message: str, source: str) -> None:
        """Tell of something at an object, as an event of type Warning; the same is told once in a simulated minute."""
        meta = item["metadata"]
        key = f"said/{meta['uid']}/{reason}/{message}"
        if self.agenda.comes(key):
            return
        self.agenda.once(key, 60, lambda: None)
        now = timestamp()
        namespace = meta.get("namespace", "default")
        about = {"kind": kind, "namespace": namespace, "name": meta["name"], "uid": meta["uid"], "apiVersion": "v1"}
        event: Object = {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": f"{meta['name']}.{uuid4().hex[:16]}", "namespace": namespace},
            "involvedObject": about,
            "type": "Warning",
            "reason": reason,
            "message": message,
            "source": {"component": source},
            "firstTimestamp": now,
            "lastTimestamp": now,
            "count": 1,
        }
        self.make("events", f"{CORE}/namespaces/{namespace}/events", event)

    def _take(self, collection: str, kind: str, item: Object) -> None:
        if collection in self._copies:
            self._copies[collection].take(kind, item)


def timestamp() -> str:
    """Give the moment as Kubernetes writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def key_of(item: Object) -> tuple[str, str]:
    """Give an object's namespace and name."""
    return item["metadata"].get("namespace", ""), item["metadata"]["name"]


def listed(item: Mapping[str, Any], *path: str) -> list[dict[str, Any]]:
    """Give the objects in a list somewhere below; none where there is no such list."""
    return below(item, *path) or []


def mapped(item: Mapping[str, Any], *path: str) -> dict[str, Any]:
    """Give the mapping somewhere below; an empty one where there is none."""
    return below(item, *path) or {}


def below(item: Mapping[str, Any], *path: str) -> Any:
    """Give what is below these keys, or None."""
    found: Any = item
    for key in path:
        found = found.get(key) if found else None
    return found


def is_going(item: Object) -> bool:
    """Say whether an object was deleted and is still there."""
    return "deletionTimestamp" in item["metadata"]


def finalizers(item: Object) -> list[str]:
    """Give what holds an object."""
    return below(item, "metadata", "finalizers") or []


def labels(item: Mapping[str, Any]) -> dict[str, str]:
    """Give an object's labels."""
    return mapped(item, "metadata", "labels")


def annotations(item: Mapping[str, Any]) -> dict[str, str]:
    """Give an object's annotations."""
    return mapped(item, "metadata", "annotations")


def owners(item: Object) -> list[dict[str, Any]]:
    """Give the references to an object's owners."""
    return listed(item, "metadata", "ownerReferences")


def path_of(collection: str, item: Object) -> str:
    """Give the path of an object of a watched collection."""
    path = _COLLECTIONS.get(collection) or LATER.get(collection) or f"{POSTGRESQL}/{collection}"
    namespace, name = key_of(item)
    if not namespace:
        return f"{path}/{name}"
    group, _, plural = path.rpartition("/")
    return f"{group}/namespaces/{namespace}/{plural}/{name}"
