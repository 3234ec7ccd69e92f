"""What pods and accounts may do."""

from collections.abc import Iterable, Iterator
from typing import Any

from policies import pods
from policies.model import Finding, Policy, Resource, Stack, at, entries, is_hub, place, section, statements

PRIVILEGED = {
    "gpus-namespace": "holds that pod and nothing else",
    "gpus-plugin": "mounts the kubelet's folder of device sockets, through which alone GPUs are announced",
}
"""What may be more than a pod of the baseline standard, each with its reason."""

_AZURE_OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
_ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


def _wildcards(resource: Resource, _stack: Stack) -> Iterable[Finding]:
    for what in sorted(set(_too_much(resource))):
        yield Finding(
            f"{resource.name} {what}",
            place(resource, "chart_values", "hubstack:cloud"),
            "Whoever gets into what bears this right has all of it.",
            "name each verb and each kind that is used, as components/hub/access.py does",
        )


def _too_much(resource: Resource) -> Iterator[str]:
    if resource.is_a("kubernetes:rbac.authorization.k8s.io/*Role"):
        for rule in entries(resource.at("rules")):
            if any("*" in entries(at(rule, key)) for key in ("verbs", "resources", "apiGroups")):
                yield "has a rule with *"
    is_binding = resource.is_a("kubernetes:rbac.authorization.k8s.io/*Binding")
    if is_binding and resource.at("roleRef.name") == "cluster-admin":
        yield "makes somebody cluster-admin"
    if resource.type.startswith("aws:iam/"):
        yield from _in_statements(resource.at("policy"))
    if resource.at("policyArn") == _ADMINISTRATOR:
        yield "makes somebody administrator of the account"
    if resource.at("role") in ("roles/owner", "roles/editor"):
        yield f"grants {resource.at('role')}"
    if str(resource.at("roleDefinitionId")).endswith(_AZURE_OWNER):
        yield "makes somebody owner"


def _in_statements(policy: Any) -> Iterator[str]:
    for statement in statements(policy):
        actions = [str(action) for action in entries(at(statement, "Action"))]
        if at(statement, "Effect") == "Allow" and any(each == "*" or each.endswith(":*") for each in actions):
            yield "allows every action of a service"


def _privileged(resource: Resource, _stack: Stack) -> Iterable[Finding]:
    if resource.name in PRIVILEGED:
        return
    for what in sorted(set(_powers(resource))):
        yield Finding(
            f"{resource.name} {what}",
            place(resource, "security", "components/cluster"),
            "From such a pod one gets onto its node, and to everybody else's pods there.",
            "do without; a hub's `security: {metadata: network_policy}` needs none of it where policies are enforced."
            " A pod of the platform's own is named, with its reason, in policies/checks/rights.py",
        )


def _powers(resource: Resource) -> Iterator[str]:
    described = pods.pod(resource)
    yield from (f"has {key}" for key in ("hostNetwork", "hostPID", "hostIPC") if at(described, key) is True)
    if any(at(volume, "hostPath") for volume in entries(at(described, "volumes"))):
        yield "mounts a folder of its node"
    for container in pods.containers(described):
        context = at(container, "securityContext")
        if at(context, "privileged") is True:
            yield "has a privileged container"
        if entries(at(context, "capabilities.add")):
            yield "adds capabilities"
    if is_hub(resource):
        yield from _powers_of_servers(resource)
    if at(resource.at("metadata.labels"), "pod-security.kubernetes.io/enforce", "\0") == "privileged":
        yield "lets privileged pods in"


def _powers_of_servers(hub: Resource) -> Iterator[str]:
    servers: Any = hub.at("values.singleuser")
    if at(servers, "cloudMetadata.blockWithIptables") is not False:  # the chart's own default is true
        yield "has a privileged container in each server"
    settings = hub.at("values.hub.config.KubeSpawner")
    if at(settings, "privileged") is True or at(servers, "allowPrivilegeEscalation") is True:
        yield "lets people's servers take privileges"
    pod = section(at(servers, "extraPodConfig"))
    if any(pod.get(key) is True for key in ("hostNetwork", "hostPID", "hostIPC")):
        yield "puts people's servers into their node's namespaces"


def _gives_rights(resource: Resource) -> bool:
    return resource.is_a(
        "kubernetes:rbac.authorization.k8s.io/*",
        "aws:iam/*",
        "gcp:projects/*",
        "azure-native:authorization:RoleAssignment",
    )


def _makes_or_admits_pods(resource: Resource) -> bool:
    return pods.makes_pods(resource) or is_hub(resource) or resource.is_a("kubernetes:core/v1:Namespace")


POLICIES = (
    Policy("no-wildcard-rights", "Nobody has rights that are not named one by one.", _gives_rights, _wildcards),
    Policy("no-privileged-pods", "No pod has powers over its node.", _makes_or_admits_pods, _privileged),
)
