"""The Kubernetes client, for what neither the graph nor one plain question can do.

Its import takes longer than all else of a preview, so only what needs it imports this.
"""

import json
import os
import threading
from dataclasses import dataclass
from typing import Any, cast

from kubernetes.client import ApiClient, AppsV1Api, Configuration, CoreV1Api, CustomObjectsApi
from kubernetes.client.exceptions import ApiException
from kubernetes.config import (
    ConfigException,
    new_client_from_config_dict,  # pyright: ignore[reportUnknownVariableType]
)
from urllib3.exceptions import HTTPError

from components.clouds.question import SECONDS_TO_ANSWER

_GONE = 404
_TOO_OLD = 410

FAILURES = (ConfigException, HTTPError, OSError)
"""What the client raises where no answer can be had."""

_one_at_a_time = threading.Lock()
"""The client remembers the file that it puts a certificate into before it has written that, so of two hubs that go at
once one would read an empty one (kubernetes/config/kube_config.py, _create_temp_file_with_content)."""


@dataclass(frozen=True)
class Api:
    """The parts of the Kubernetes API in use. The client has no types, so its objects are `Any`."""

    core: Any
    apps: Any
    objects: Any
    """Objects of kinds that the client does not know by themselves, such as an operator's; they are dictionaries."""


def connect(kubeconfig: str, context: str) -> Api:
    """Give the API behind a context of a kubeconfig, which is given as its content in JSON."""
    client = _client(kubeconfig, context)
    return Api(core=CoreV1Api(client), apps=AppsV1Api(client), objects=CustomObjectsApi(client))


def get(kubeconfig: str, context: str, path: str) -> tuple[int, str, bytes]:
    """Give the status, reason and content of the answer to a GET of `path`."""
    client: Any = _client(kubeconfig, context)
    request = client.param_serialize(
        "GET", path, header_params={"Accept": "application/json"}, auth_settings=["BearerToken"]
    )
    answer = client.call_api(*request, _request_timeout=SECONDS_TO_ANSWER)
    return int(answer.status), str(answer.reason), bytes(answer.read())


def refusal(error: ApiException) -> tuple[int, str]:
    """Give the HTTP status and reason of the API server's refusal."""
    untyped = cast("Any", error)
    return int(untyped.status or 0), str(untyped.reason or "")


def is_gone(error: ApiException) -> bool:
    """Say whether the API server refused because what was asked for is not there."""
    return refusal(error)[0] == _GONE


def is_too_old(error: ApiException) -> bool:
    """Say whether it refused to watch from a version that it has no longer; the next look gives a new one."""
    return refusal(error)[0] == _TOO_OLD


def unreachable_is_gone() -> bool:
    """Say whether a cluster that does not answer counts as gone, as the Kubernetes provider reads it."""
    return os.environ.get("PULUMI_K8S_DELETE_UNREACHABLE", "").lower() in ("1", "true")


def _client(kubeconfig: str, context: str) -> ApiClient:
    configuration = Configuration()
    configuration.retries = 1  # three, the default, make an address that swallows packets take most of a minute
    with _one_at_a_time:
        return new_client_from_config_dict(
            json.loads(kubeconfig), context=context, persist_config=False, client_configuration=configuration
        )
