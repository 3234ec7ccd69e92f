"""Keeping a copy of a collection of Kubernetes objects up to date, by listing it once and watching it from there."""

import logging
import threading
from collections.abc import Callable

from testbed.cluster.api import Api, ApiError, Object

log = logging.getLogger(__name__)

_AGAIN_AFTER = 0.5
"""Seconds between two tries while the API server does not answer."""


class Reflector:
    """A copy of one collection, by the objects' uid, kept by a thread; `changed` is called after each change."""

    def __init__(self, api: Api, collection: str, changed: Callable[[], None]) -> None:
        self._api = api
        self._collection = collection
        self._changed = changed
        self._objects: dict[str, Object] = {}
        self._lock = threading.Lock()
        self.listed = threading.Event()
        """Set once the first list is there."""
        self._ended = threading.Event()

    def start(self) -> None:
        """Begin, in a thread of its own."""
        threading.Thread(target=self._run, name=self._collection, daemon=True).start()

    def stop(self) -> None:
        """Follow no more; the thread ends with the next word from the API server, or when that ends."""
        self._ended.set()

    def objects(self) -> list[Object]:
        """Give all objects."""
        with self._lock:
            return list(self._objects.values())

    def refresh(self) -> str:
        """Read the whole collection now, so that the copy is as new as this call; give its resource version."""
        answer = self._api.get(self._collection)
        listed = {item["metadata"]["uid"]: item for item in answer["items"]}
        with self._lock:
            newer = {uid: mine for uid, mine in self._objects.items() if uid in listed and _newer(mine, listed[uid])}
            self._objects = {**listed, **newer}
        self.listed.set()
        return answer["metadata"]["resourceVersion"]

    def take(self, kind: str, item: Object) -> None:
        """Take one change in, unless the copy has a newer state already.

        The answer to a write of one's own may come after the watch has told that the object is gone.
        """
        uid = item["metadata"]["uid"]
        with self._lock:
            known = self._objects.get(uid)
            if kind == "DELETED":
                self._objects.pop(uid, None)
            elif (known is None and kind == "ADDED") or (known is not None and not _newer(known, item)):
                self._objects[uid] = item

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                self._follow()
            except (ApiError, OSError, ValueError) as error:
                log.info("watching %s: %s; listing again", self._collection, error)
                self._ended.wait(_AGAIN_AFTER)

    def _follow(self) -> None:
        version = self.refresh()
        self._changed()
        while not self._ended.is_set():
            for kind, item in self._api.watch(self._collection, version):
                version = item["metadata"]["resourceVersion"]
                if kind != "BOOKMARK":
                    self.take(kind, item)
                    self._changed()


def _newer(one: Object, other: Object) -> bool:
    return int(one["metadata"]["resourceVersion"]) > int(other["metadata"]["resourceVersion"])
