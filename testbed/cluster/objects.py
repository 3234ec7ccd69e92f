"""The few objects the cluster needs from its start: the name server's Service and the provisioner's namespace."""

import json
import time
from collections.abc import Callable
from functools import partial

from testbed.cluster.api import Api, ApiError, Object
from testbed.cluster.node_parts import PROVISIONER_NAMESPACE, provisioner_config
from testbed.cluster.state import NODE_NAME, Settings

_SETUP = '#!/bin/sh\nset -eu\nmkdir -m 0777 -p "$VOL_DIR"\n'
_LIMIT = 60
"""Seconds for what takes two or three on an idle machine."""

_DNS_PORTS = [{"name": "dns", "protocol": "UDP", "port": 53}, {"name": "dns-tcp", "protocol": "TCP", "port": 53}]
_TEARDOWN = '#!/bin/sh\nset -eu\nrm -rf "$VOL_DIR"\n'


def make_objects(api: Api, settings: Settings) -> None:
    """Bring the objects to what they have to be."""
    services = "/api/v1/namespaces/kube-system/services/kube-dns"
    slices = "/apis/discovery.k8s.io/v1/namespaces/kube-system/endpointslices/kube-dns-node"
    namespace = f"/api/v1/namespaces/{PROVISIONER_NAMESPACE}"
    api.apply(services, _dns_service(settings))
    api.apply(slices, _dns_endpoints(settings))
    api.apply(namespace, _object("v1", "Namespace", PROVISIONER_NAMESPACE))
    api.apply(f"{namespace}/configmaps/local-path-config", _provisioner_scripts())


def wait_for_node(api: Api) -> None:
    """Return when the node is Ready and may run pods."""
    _wait(lambda: _node_ready(api), "the node was not ready")


def wait_for_defaults(api: Api) -> None:
    """Return when the controllers have made what every namespace is to have."""
    for namespace in ("default", PROVISIONER_NAMESPACE):
        path = f"/api/v1/namespaces/{namespace}/serviceaccounts/default"
        _wait(partial(_exists, api, path), f"namespace {namespace} got no service account")


def _wait(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + _LIMIT
    while not condition():
        if time.monotonic() > deadline:
            message = f"{what} within {_LIMIT} s; the logs of kubelet and kube-controller-manager say why"
            raise TimeoutError(message)
        time.sleep(0.1)


def _exists(api: Api, path: str) -> bool:
    try:
        api.get(path)
    except ApiError:
        return False
    return True


def _node_ready(api: Api) -> bool:
    try:
        node = api.get(f"/api/v1/nodes/{NODE_NAME}")
    except ApiError:
        return False
    conditions: list[dict[str, str]] = node["status"].get("conditions", [])
    ready = any(condition["type"] == "Ready" and condition["status"] == "True" for condition in conditions)
    return ready and not node["spec"].get("taints")


def _dns_service(settings: Settings) -> Object:
    labels = {"k8s-app": "kube-dns", "kubernetes.io/name": "CoreDNS"}
    service = _object("v1", "Service", "kube-dns", labels)
    return {**service, "spec": {"clusterIP": str(settings.addresses.dns_service), "ports": _DNS_PORTS}}


def _dns_endpoints(settings: Settings) -> Object:
    endpoints = [{"addresses": [str(settings.addresses.name_server)], "conditions": {"ready": True}}]
    labels = {"kubernetes.io/service-name": "kube-dns", "endpointslice.kubernetes.io/managed-by": "hubstack"}
    entry = _object("discovery.k8s.io/v1", "EndpointSlice", "kube-dns-node", labels)
    return {**entry, "addressType": "IPv4", "ports": _DNS_PORTS, "endpoints": endpoints}


def _provisioner_scripts() -> Object:
    data = {"config.json": json.dumps(provisioner_config()), "setup": _SETUP, "teardown": _TEARDOWN}
    return {**_object("v1", "ConfigMap", "local-path-config"), "data": data}


def _object(version: str, kind: str, name: str, labels: dict[str, str] | None = None) -> Object:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name, "labels": labels or {}}}
