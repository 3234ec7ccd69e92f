"""The Kubernetes client for the few questions that are no resource of the graph.

Its import takes most of a second, so only what asks such a question imports this.
"""

import json
from dataclasses import dataclass
from typing import Any, cast

from kubernetes.client import AppsV1Api, Configuration, CoreV1Api, DiscoveryV1Api
from kubernetes.client.exceptions import ApiException
from kubernetes.config import new_client_from_config_dict  # pyright: ignore[reportUnknownVariableType]

SECONDS_TO_ANSWER = 10
"""How long one request may take; a cluster in reach answers in a fraction of it."""


@dataclass(frozen=True)
class Api:
    """The parts of the Kubernetes API in use. The client has no types, so its objects are `Any`."""

    core: Any
    apps: Any
    discovery: Any


def connect(kubeconfig: str, context: str) -> Api:
    """Give the API behind a context of a kubeconfig, which is given as its content in JSON."""
    configuration = Configuration()
    configuration.retries = 1  # three, the default, make an address that swallows packets take most of a minute
    client = new_client_from_config_dict(
        json.loads(kubeconfig), context=context, persist_config=False, client_configuration=configuration
    )
    return Api(core=CoreV1Api(client), apps=AppsV1Api(client), discovery=DiscoveryV1Api(client))


def refusal(error: ApiException) -> tuple[int, str]:
    """Give the HTTP status and reason of the API server's refusal."""
    untyped = cast("Any", error)
    return int(untyped.status or 0), str(untyped.reason or "")
