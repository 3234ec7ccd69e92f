"""The little of a Kubernetes API that recovering uses, with types.

The client has none for its dynamic part, which alone names a kind by text; so here, and only here, pyright is lenient.
"""
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import yaml
from kubernetes.client import ApiClient
from kubernetes.client.exceptions import ApiException
from kubernetes.config import ConfigException, new_client_from_config_dict
from kubernetes.dynamic import DynamicClient
from kubernetes.dynamic.exceptions import ResourceNotFoundError
from urllib3.exceptions import HTTPError

from ops.recovery.errors import RecoverError
from ops.recovery.state import ObjectRef

_TIMEOUT = 20  # seconds for one answer
_NOT_FOUND = 404


class Api:
    """Objects of a cluster, by kind and name."""

    def __init__(self, client: ApiClient, folder: Path) -> None:
        self._dynamic = DynamicClient(client, cache_file=str(folder / "discovery.json"))

    def get(self, reference: ObjectRef) -> dict[str, Any] | None:
        """Give an object; None where it is not there or the cluster does not know its kind."""
        kind = self._kind(reference)
        if kind is None:
            return None
        try:
            return kind.get(name=reference.name, _request_timeout=_TIMEOUT, **_place(kind, reference)).to_dict()
        except ApiException as error:
            _raise_unless_missing(error)
            return None

    def secrets(self, namespace: str, selector: str) -> list[dict[str, Any]]:
        """Give a namespace's Secrets that bear some labels; none where the namespace is not there."""
        kind: Any = self._dynamic.resources.get(api_version="v1", kind="Secret")
        answer = kind.get(namespace=namespace, label_selector=selector, _request_timeout=_TIMEOUT).to_dict()
        return cast("list[dict[str, Any]]", answer["items"])

    def list(self, api_version: str, kind: str, namespace: str) -> list[dict[str, Any]]:
        """Give a namespace's objects of one kind; none where the namespace is not there."""
        known: Any = self._dynamic.resources.get(api_version=api_version, kind=kind)
        return cast(
            "list[dict[str, Any]]", known.get(namespace=namespace, _request_timeout=_TIMEOUT).to_dict()["items"]
        )

    def create(self, reference: ObjectRef, body: dict[str, Any]) -> None:
        """Make an object."""
        kind = self._known_kind(reference)
        kind.create(body=body, _request_timeout=_TIMEOUT, **_place(kind, reference))

    def patch(self, reference: ObjectRef, change: dict[str, Any]) -> None:
        """Change an object by a JSON merge patch."""
        kind = self._known_kind(reference)
        kind.patch(
            name=reference.name,
            body=change,
            content_type="application/merge-patch+json",
            _request_timeout=_TIMEOUT,
            **_place(kind, reference),
        )

    def delete(self, reference: ObjectRef) -> None:
        """Ask for an object to go together with all that it owns; fine where it is not there."""
        kind = self._kind(reference)
        if kind is None:
            return
        options = {"propagationPolicy": "Foreground"}
        try:
            kind.delete(name=reference.name, body=options, _request_timeout=_TIMEOUT, **_place(kind, reference))
        except ApiException as error:
            _raise_unless_missing(error)

    def _kind(self, reference: ObjectRef) -> Any:
        try:
            return self._dynamic.resources.get(api_version=reference.api_version, kind=reference.kind)
        except ResourceNotFoundError:
            return None

    def _known_kind(self, reference: ObjectRef) -> Any:
        kind = self._kind(reference)
        if kind is None:
            raise RecoverError(f"The cluster no longer knows {reference.api_version} {reference.kind}.")
        return kind


@contextmanager
def connect(kubeconfig: str) -> Generator[Api]:
    """Open the cluster of a kubeconfig, given as its content or as a path, and close it at the end.

    OpenSSL reads keys from files only, so while the block runs they lie in a private folder, in memory where the
    machine has a /dev/shm. Raises RecoverError where the kubeconfig is no use and where the cluster does not answer.
    """
    shared_memory = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it, readable by us only
    with tempfile.TemporaryDirectory(dir=shared_memory if shared_memory.is_dir() else None) as folder:
        try:
            client = new_client_from_config_dict(_parsed(kubeconfig), persist_config=False, temp_file_path=folder)
            client.configuration.retries = 1
            with client:
                yield Api(client, Path(folder))
        except ConfigException as error:
            raise RecoverError(f"The kubeconfig cannot be used: {error}") from error
        except (HTTPError, OSError) as error:
            raise RecoverError(
                f"The cluster does not answer ({type(error).__name__}), and without it nobody can say what became of "
                "what was under way. Run this again once it does; if its address has changed, name a kubeconfig with "
                "--kubeconfig."
            ) from error
        except ApiException as error:
            raise RecoverError(f"The cluster refused: {error.status} {error.reason}. Run this again later.") from error


def _parsed(kubeconfig: str) -> dict[str, Any]:
    text = kubeconfig
    if "\n" not in kubeconfig and not kubeconfig.lstrip().startswith("{"):
        path = Path(kubeconfig).expanduser()
        if not path.is_file():
            raise RecoverError(f"The kubeconfig {kubeconfig} is not there: name another with --kubeconfig.")
        text = path.read_text()
    try:
        parsed = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise RecoverError("The kubeconfig is not YAML: name another with --kubeconfig.") from error
    if not isinstance(parsed, dict):
        raise RecoverError("The kubeconfig is empty: name another with --kubeconfig.")
    return cast("dict[str, Any]", parsed)


def _place(kind: Any, reference: ObjectRef) -> dict[str, str]:
    return {"namespace": reference.namespace or "default"} if kind.namespaced else {}


def _raise_unless_missing(error: ApiException) -> None:
    if error.status != _NOT_FOUND:
        raise error
