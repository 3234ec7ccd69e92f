"""The Kubernetes client, for what neither the graph nor one plain question can do.

Its import takes longer than all else of a preview, so only what needs it imports this.
"""

import json
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

FAILURES = (ConfigException, HTTPError, OSError)
"""What the client raises where no answer can be had."""


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


def _client(kubeconfig: str, context: str) -> ApiClient:
    configuration = Configuration()
    configuration.retries = 1  # three, the default, make an address that swallows packets take most of a minute
    return new_client_from_config_dict(
        json.loads(kubeconfig), context=context, persist_config=False, client_configuration=configuration
    )
