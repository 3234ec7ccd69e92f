"""Who reaches what: data, control planes and hubs."""

from collections.abc import Iterable
from typing import Any

from policies.model import Finding, Policy, Resource, Stack, at, entries, is_hub, lacks, place, statements

_WORLD = ("0.0.0.0/0", "::/0")
_WEB = (80, 443)

_CLOSE = "let only the cluster reach it, and go to it through a pod or `kubectl port-forward`"
_DATA = "Whoever finds the address can try passwords on people's data, day and night."


def _public_data(resource: Resource, _stack: Stack) -> Iterable[Finding]:
    for what in _ways_to_data(resource):
        yield Finding(what, _where_data_is(resource), _DATA, _CLOSE)


def _ways_to_data(resource: Resource) -> Iterable[str]:
    name = resource.name
    match resource.kind:
        case "Service" if resource.at("spec.type") in ("LoadBalancer", "NodePort") and _leads_to_database(resource):
            yield f"Service {name} opens a database to the world"
        case "Cluster" if resource.is_a("kubernetes:postgresql.cnpg.io/*:Cluster"):
            for service in entries(resource.at("spec.managed.services.additional")):
                if at(service, "serviceTemplate.spec.type") in ("LoadBalancer", "NodePort"):
                    yield f"database {name} asks for a balancer of its own"
        case "DatabaseInstance" if at(resource.at("settings"), "ipConfiguration.ipv4Enabled") is True:
            yield f"database {name} has a public address"
        case "Instance" | "ClusterInstance" if resource.at("publiclyAccessible") is True:
            yield f"database {name} has a public address"
        case "StorageAccount" if lacks(resource.at("publicNetworkAccess"), "Disabled", "SecuredByPerimeter"):
            yield f"storage account {name} is reachable from the internet"
        case "Bucket" if lacks(resource.at("publicAccessPrevention"), "enforced"):
            yield f"bucket {name} may be opened to the world, file by file"
        case "SecurityGroupIngressRule" if _opens_more_than_the_web(resource):
            yield f"rule {name} lets the whole internet in"
        case _:
            pass


def _leads_to_database(service: Resource) -> bool:
    selector = service.at("spec.selector")
    ports = [at(port, "port") for port in entries(service.at("spec.ports"))]
    return "cnpg.io/cluster" in (selector or {}) or any(port in (5432, 5432.0) for port in ports)


def _opens_more_than_the_web(rule: Resource) -> bool:
    world = rule.at("cidrIpv4") in _WORLD or rule.at("cidrIpv6") in _WORLD
    return world and (rule.at("fromPort") != rule.at("toPort") or rule.at("fromPort") not in _WEB)


def _where_data_is(resource: Resource) -> str:
    if resource.type.startswith("kubernetes:"):
        return f"hubstack:databases.{resource.at('metadata.namespace') or resource.name}"
    return "hubstack:homes"


def _open_control_plane(resource: Resource, _stack: Stack) -> Iterable[Finding]:
    if _is_open(resource):
        yield Finding(
            "the control plane answers the whole internet",
            "hubstack:cloud.cluster.reached_from",
            "One leaked token, or one hole in the API server, and the cluster with all hubs is someone else's.",
            "name the networks that you administer from: `reached_from: [203.0.113.0/24]`",
        )


def _is_open(resource: Resource) -> bool:
    match resource.type:
        case "gcp:container/cluster:Cluster":
            # The name behind Google's login answers nobody without a right of that login; the address answers all.
            listed = resource.at("masterAuthorizedNetworksConfig.cidrBlocks")
            blocks = [at(block, "cidrBlock") for block in entries(listed)]
            by_address = lacks(resource.at("controlPlaneEndpointsConfig.ipEndpointsConfig.enabled"), False)
            return by_address and (any(block in _WORLD for block in blocks) or (listed is None))
        case "aws:eks/cluster:Cluster":
            networks = resource.at("vpcConfig.publicAccessCidrs")
            public = lacks(resource.at("vpcConfig.endpointPublicAccess"), False)
            return public and (networks is None or any(each in _WORLD for each in entries(networks)))
        case "azure-native:containerservice:ManagedCluster":
            networks = resource.at("apiServerAccessProfile.authorizedIPRanges")
            public = lacks(resource.at("apiServerAccessProfile.enablePrivateCluster"), True)
            unlisted = networks is None or networks == []
            return public and (unlisted or any(each in _WORLD for each in entries(networks)))
        case _:
            return False


def reachable(hub: Resource) -> bool:
    """Say whether others than whoever sits at the node reach a hub. The chart's own default is a load balancer."""
    return hub.at("values.proxy.service.type") not in ("NodePort", "ClusterIP")


def _dummy_login(resource: Resource, _stack: Stack) -> Iterable[Finding]:
    login = resource.at("values.hub.config.JupyterHub.authenticator_class")
    if login in (None, "dummy", "dummyauthenticator.DummyAuthenticator") and reachable(resource):
        yield Finding(
            f"hub {resource.hub} lets everybody in who knows one password, and others can reach it",
            f"hubstack:hubs.{resource.hub}.auth",
            "Nobody is who they say they are: each can open anybody's files, and run whatever they like at your cost.",
            "write `auth: {github: …}`, `google` or `generic_oauth` (docs/settings.md)",
        )


def _no_tls(resource: Resource, _stack: Stack) -> Iterable[Finding]:
    if reachable(resource) and lacks(resource.at("values.proxy.https.enabled"), True):
        yield Finding(
            f"hub {resource.hub} speaks plain HTTP",
            f"hubstack:hubs.{resource.hub}.proxy.https",
            "Logins and notebooks cross the network readable for everyone on the way.",
            "write a domain and `proxy: {https: {letsencrypt: {contact: …}}}`; `offload: {}` where something in front"
            " of the hub speaks HTTPS",
        )


def public_policy(text: Any) -> bool:
    """Say whether an AWS policy lets anybody at all in without a condition."""
    return any(
        at(each, "Effect") == "Allow" and at(each, "Principal") in ("*", {"AWS": "*"}) and not at(each, "Condition")
        for each in statements(text)
    )


def _open_policy(resource: Resource, _stack: Stack) -> Iterable[Finding]:
    if public_policy(resource.at("policy")):
        yield Finding(
            f"the policy of {resource.name} lets any account of AWS in",
            place(resource, "storage", "hubstack:homes"),
            _DATA,
            "give the statement a condition, as components/clouds/aws/filestore.py does",
        )


def _data(resource: Resource, stack: Stack) -> Iterable[Finding]:
    yield from _public_data(resource, stack)
    yield from _open_policy(resource, stack)


def _holds_or_guards_data(resource: Resource) -> bool:
    return resource.is_a(
        "kubernetes:core/v1:Service",
        "kubernetes:postgresql.cnpg.io/*:Cluster",
        "gcp:sql/databaseInstance:DatabaseInstance",
        "gcp:storage/bucket:Bucket",
        "aws:rds/*",
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        "aws:efs/fileSystemPolicy:FileSystemPolicy",
        "azure-native:storage:StorageAccount",
    )


_CONTROL_PLANES = (
    "gcp:container/cluster:Cluster",
    "aws:eks/cluster:Cluster",
    "azure-native:containerservice:ManagedCluster",
)

POLICIES = (
    Policy("no-public-data", "No database or file system answers the internet.", _holds_or_guards_data, _data),
    Policy(
        "closed-control-plane",
        "No control plane is open to the world.",
        lambda resource: resource.is_a(*_CONTROL_PLANES),
        _open_control_plane,
    ),
    Policy("no-dummy-login", "No hub that others reach lets everybody in.", is_hub, _dummy_login),
    Policy("tls", "Every hub that others reach speaks HTTPS.", is_hub, _no_tls),
)

__all__ = ["POLICIES", "reachable"]
