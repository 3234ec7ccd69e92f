"""Objects of kinds that come with an operator or a driver, asked for and waited for one by one."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from kubernetes.client.exceptions import ApiException
from kubernetes.watch import Watch

from components.clouds.client import is_gone, is_too_old
from components.clouds.question import SECONDS_TO_ANSWER

_SECONDS_TO_LISTEN = 240
"""What stands between cuts a connection on which nothing is said for longer, and does not always say so."""

Object = Mapping[str, Any]


@dataclass(frozen=True)
class Objects:
    """All objects of one kind, in a namespace where the kind lies in one."""

    client: Any
    """Of class CustomObjectsApi, which has no types."""

    group: str
    """The group and its version, as `apiVersion` has them."""

    plural: str
    namespace: str = ""

    def get(self, name: str) -> Object | None:
        """Give one; None where there is none of that name."""
        try:
            return self._call("get", name=name, _request_timeout=SECONDS_TO_ANSWER)
        except ApiException as error:
            if is_gone(error):
                return None
            raise

    def all(self, label: str = "") -> list[Object]:
        """Give all, or those that a selector such as `key=value` finds."""
        return list(self._call("list", label_selector=label, _request_timeout=SECONDS_TO_ANSWER)["items"])

    def make(self, described: Object) -> Object:
        """Make one."""
        return self._call("create", body=described, _request_timeout=SECONDS_TO_ANSWER)

    def remove(self, name: str) -> None:
        """Let one go, whatever holds it; one that is not there is fine."""
        try:
            self._call("delete", name=name, _request_timeout=SECONDS_TO_ANSWER)
        except ApiException as error:
            if not is_gone(error):
                raise

    def until_changed(self, seen: Object, deadline: float) -> None:
        """Return when one is another than as it was seen, or has gone, or the deadline or the server's own is over."""
        watch: Any = Watch(return_type="object")
        metadata = seen["metadata"]
        seconds = max(1, min(_SECONDS_TO_LISTEN, int(deadline - time.monotonic())))
        where = {
            "field_selector": f"metadata.name={metadata['name']}",
            "resource_version": metadata["resourceVersion"],
            "timeout_seconds": seconds,
            "_request_timeout": seconds + SECONDS_TO_ANSWER,
        }
        try:
            for _ in cast("Iterable[Any]", watch.stream(self._named("list"), **self._place(), **where)):
                watch.stop()
        except ApiException as error:
            if not is_too_old(error):
                raise

    def _call(self, verb: str, **given: Any) -> Any:
        return self._named(verb)(**self._place(), **given)

    def _named(self, verb: str) -> Any:
        return getattr(self.client, f"{verb}_{'namespaced' if self.namespace else 'cluster'}_custom_object")

    def _place(self) -> dict[str, str]:
        group, _, version = self.group.partition("/")
        inside = {"namespace": self.namespace} if self.namespace else {}
        return {"group": group, "version": version, "plural": self.plural, **inside}
