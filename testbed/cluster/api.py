"""A small client of the Kubernetes API, for the node's own controllers: it starts fast and needs no other package."""

import http.client
import json
import ssl
from collections.abc import Generator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

JSON = "application/json"
MERGE = "application/merge-patch+json"
APPLY = "application/apply-patch+yaml"

Object = dict[str, Any]
"""A Kubernetes object as JSON has it."""


class ApiError(Exception):
    """The API server refused; `status` is its HTTP code."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{message} ({status})")
        self.status = status


@dataclass(frozen=True)
class Api:
    """The API server at an address, asked with a client certificate: `<pki>/<client>.crt`."""

    host: str
    port: int
    pki: Path
    client: str

    def get(self, path: str) -> Object:
        """Read an object or a list."""
        return self._ask("GET", path)

    def text(self, path: str) -> str:
        """Read what is not an object, such as a pod's log."""
        return self._send("GET", path).decode()

    def create(self, path: str, body: Object) -> Object:
        """Create an object in a collection."""
        return self._ask("POST", path, body)

    def patch(self, path: str, body: Object) -> Object:
        """Merge `body` into an object."""
        return self._ask("PATCH", path, body, MERGE)

    def delete(self, path: str, options: Object | None = None) -> Object:
        """Delete an object; `options` as in Kubernetes' DeleteOptions."""
        return self._ask("DELETE", path, options)

    def apply(self, path: str, body: Object) -> Object:
        """Create an object or bring it to what `body` says, by server-side apply."""
        return self._ask("PATCH", f"{path}?fieldManager={quote(self.client)}&force=true", body, APPLY)

    def watch(self, collection: str, version: str, seconds: int = 300) -> Generator[tuple[str, Object]]:
        """Give the changes after a resource version as (ADDED | MODIFIED | DELETED, object), for `seconds` at most.

        Raises ApiError with status 410 where the version is too old: list again.
        """
        options = f"watch=true&allowWatchBookmarks=true&timeoutSeconds={seconds}&resourceVersion={version}"
        connection = self._connection(timeout=seconds + 30)
        try:
            connection.request("GET", f"{collection}?{options}")
            response = connection.getresponse()
            if response.status != http.client.OK:
                raise _error(response.status, response.read())
            while line := response.readline():
                event = json.loads(line)
                if event["type"] == "ERROR":
                    raise ApiError(event["object"].get("code", 500), event["object"].get("message", ""))
                yield event["type"], event["object"]
        finally:
            connection.close()

    def _ask(self, method: str, path: str, body: Object | None = None, content: str = JSON) -> Object:
        return json.loads(self._send(method, path, body, content))

    def _send(self, method: str, path: str, body: Object | None = None, content: str = JSON) -> bytes:
        connection = self._connection(timeout=30)
        try:
            payload = None if body is None else json.dumps(body)
            connection.request(method, path, payload, {"Content-Type": content, "Accept": f"{JSON}, */*"})
            response = connection.getresponse()
            answer = response.read()
        finally:
            connection.close()
        if response.status >= http.client.BAD_REQUEST:
            raise _error(response.status, answer)
        return answer

    def _connection(self, timeout: float) -> http.client.HTTPSConnection:
        return http.client.HTTPSConnection(self.host, self.port, timeout=timeout, context=self._trust)

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(self.pki / "ca.crt"))
        context.load_cert_chain(self.pki / f"{self.client}.crt", self.pki / f"{self.client}.key")
        return context


def _error(status: int, answer: bytes) -> ApiError:
    try:
        return ApiError(status, json.loads(answer)["message"])
    except (ValueError, KeyError):
        return ApiError(status, answer.decode(errors="replace")[:200])
