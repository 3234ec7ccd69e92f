"""Small exported deployments to test with."""

import json

STACK = "urn:pulumi:local::hubstack"
PROVIDER = f"{STACK}::pulumi:providers:kubernetes::local"
SECRET_MARK = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}


def deployment(resources, operations=()):
    return {"version": 3, "deployment": {"resources": list(resources), "pending_operations": list(operations)}}


def resource(kind, name, inputs, outputs=None, **more):
    return {
        "urn": f"{STACK}::{kind}::{name}",
        "custom": True,
        "type": kind,
        "inputs": inputs,
        "outputs": outputs or {},
        "provider": f"{PROVIDER}::some-id",
        **more,
    }


def provider(kubeconfig):
    kind = "pulumi:providers:kubernetes"
    return {"urn": PROVIDER, "custom": True, "type": kind, "id": "some-id", "inputs": {"kubeconfig": kubeconfig}}


def kubernetes(kind, name, namespace="", api_version="v1", labels=None):
    metadata = {"name": name, "labels": labels if labels is not None else {"hubstack.dev/platform": "p1"}}
    if namespace:
        metadata["namespace"] = namespace
    group = api_version if "/" in api_version else f"core/{api_version}"
    return resource(f"kubernetes:{group}:{kind}", name, {"apiVersion": api_version, "kind": kind, "metadata": metadata})


def pending(operation, entry):
    return {"type": operation, "resource": {key: value for key, value in entry.items() if key not in {"id", "outputs"}}}


def secret(value):
    return {**SECRET_MARK, "plaintext": json.dumps(value)}


NAMESPACE = kubernetes("Namespace", "data8")
RELEASE = resource("kubernetes:helm.sh/v3:Release", "data8", {"name": "data8", "namespace": "data8", "values": {}})
