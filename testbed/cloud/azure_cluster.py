"""AKS: clusters, their pools and their maintenance windows."""

import base64
import json
import re
from collections.abc import Callable, Iterable, Mapping
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Any

from testbed.cloud.azure_names import GROUP, identify, uuid, within, within_group
from testbed.cloud.kinds import UNKNOWN, Inputs, Kind, NodePool, Place, Refused, Taint, Wanted, Wrong, at, is_known
from testbed.cloud.patterns import fits

if TYPE_CHECKING:
    from testbed.cloud.ledger import Account
    from testbed.cloud.records import Record

CLUSTER = "azure-native:containerservice:ManagedCluster"
POOL = "azure-native:containerservice:AgentPool"
WINDOW = "azure-native:containerservice:MaintenanceConfiguration"
_SUBNET = "azure-native:network:Subnet"
_GRANT = "azure-native:authorization:RoleAssignment"
_IDENTITY = "azure-native:managedidentity:UserAssignedIdentity"
_PROVIDER = "Microsoft.ContainerService"

_MAY_JOIN = {
    "4d97b98b-1d4d-4787-a291-c67834d212e7",  # Network Contributor
    "b24988ac-6180-42a0-ab88-20f7382dd24c",  # Contributor
    "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",  # Owner
}
_POOL_NAME = r"[a-z][a-z0-9]{0,11}"
_WINDOWS = "default|aksManagedAutoUpgradeSchedule|aksManagedNodeOSUpgradeSchedule"
_LEAST_HOURS, _MOST_HOURS = 4, 24
_MOST_RANGES = 200


def _cluster_wrong(inputs: Inputs) -> Iterable[Wrong]:
    yield from fits(inputs, "resourceName", r"[A-Za-z0-9]([-\w]{0,61}[A-Za-z0-9])?")
    yield from fits(inputs, "dnsPrefix", r"[A-Za-z0-9]([A-Za-z0-9-]{0,52}[A-Za-z0-9])?", "DnsPrefixInvalid")
    yield from fits(inputs, "nodeResourceGroup", r"[-\w.()]{0,79}[-\w()]")
    yield from fits(inputs, "kubernetesVersion", r"1\.[0-9]+(\.[0-9]+)?", "AgentPoolK8sVersionNotSupported")
    if not inputs.get("dnsPrefix") and not inputs.get("fqdnSubdomain"):
        yield Wrong("dnsPrefix", "InvalidParameter: DNSPrefix or FQDNSubdomain is required.")
    pools = at(inputs, "agentPoolProfiles[*]")
    if is_known([*at(inputs, "agentPoolProfiles[*].mode")]) and not any(pool.get("mode") == "System" for pool in pools):
        yield Wrong("agentPoolProfiles", "InvalidParameter: the cluster must have a pool of mode System.")
    for pool in pools:
        yield from _pool_wrong(pool, "agentPoolProfiles", name="name")
    yield from _network_wrong(at(inputs, "networkProfile"))
    yield from _doors_wrong(inputs)


def _doors_wrong(inputs: Inputs) -> Iterable[Wrong]:
    path = "apiServerAccessProfile.authorizedIPRanges"
    ranges = at(inputs, f"{path}[*]")
    private = at(inputs, "apiServerAccessProfile.enablePrivateCluster") == [True]
    if private and ranges:
        yield Wrong(path, "BadRequest: authorized IP ranges are not allowed on a private cluster.")
    if len(ranges) > _MOST_RANGES:
        yield Wrong(path, f"BadRequest: at most {_MOST_RANGES} authorized IP ranges.")
    managed = at(inputs, "aadProfile.managed") == [True]
    if inputs.get("disableLocalAccounts") and not managed:
        why = "DisableLocalAccountsNotSupported: local accounts are off only with managed Entra ID."
        yield Wrong("disableLocalAccounts", why)
    if at(inputs, "securityProfile.workloadIdentity.enabled") == [True] and at(inputs, "oidcIssuerProfile.enabled") != [
        True
    ]:
        yield Wrong("oidcIssuerProfile", "InvalidParameter: workload identity needs the OIDC issuer.")


def _network_wrong(profiles: list[Any]) -> Iterable[Wrong]:
    if not profiles or not is_known(profiles[0]):
        return
    profile: Mapping[str, Any] = profiles[0]
    if profile.get("networkDataplane") == "cilium" and profile.get("networkPolicy") not in ("cilium", None):
        yield Wrong("networkProfile.networkPolicy", "InvalidNetworkPolicy: dataplane cilium needs policy cilium.")
    if profile.get("networkPluginMode") == "overlay" and profile.get("networkPlugin") != "azure":
        yield Wrong("networkProfile.networkPluginMode", "InvalidNetworkPluginMode: overlay needs plugin azure.")
    pods, services, dns = (profile.get(key) for key in ("podCidr", "serviceCidr", "dnsServiceIP"))
    if pods and services and ip_network(pods).overlaps(ip_network(services)):
        yield Wrong("networkProfile.serviceCidr", "ServiceCidrOverlapPodCidr: they overlap.")
    if services and dns and ip_address(dns) not in ip_network(services):
        yield Wrong("networkProfile.dnsServiceIP", f"DnsServiceIpOutOfServiceCidr: {dns} is not in {services}.")


def _pool_wrong(pool: Inputs, path: str, name: str) -> Iterable[Wrong]:
    if not is_known(pool.get(name, "")):
        return
    if pool.get(name) and not re.fullmatch(_POOL_NAME, str(pool[name])):
        yield Wrong(path, f"InvalidParameter: AgentPoolProfile.name {pool[name]!r} must match {_POOL_NAME}.")
    if not pool.get("vmSize"):
        yield Wrong(path, "InvalidParameter: AgentPoolProfile.vmSize is required.")
    yield from _scaling_wrong(pool, path)
    yield from _spot_wrong(pool, path)
    yield from _taints_wrong(pool, path)


def _scaling_wrong(pool: Inputs, path: str) -> Iterable[Wrong]:
    if not pool.get("enableAutoScaling"):
        return
    least, most, count = pool.get("minCount"), pool.get("maxCount"), pool.get("count", 1)
    if least is None or most is None or not least <= most:
        yield Wrong(path, "InvalidParameter: autoscaling needs minCount and maxCount, and min up to max.")
    elif not count <= most:
        yield Wrong(path, f"InvalidParameter: count {count} is more than maxCount {most}.")
    if pool.get("mode") == "System" and least == 0:
        yield Wrong(path, "InvalidParameter: a system pool has one node at least.")


def _spot_wrong(pool: Inputs, path: str) -> Iterable[Wrong]:
    spot = pool.get("scaleSetPriority") == "Spot"
    if not spot and pool.get("spotMaxPrice") is not None:
        yield Wrong(path, "InvalidParameter: spotMaxPrice is for scaleSetPriority Spot only.")
    if spot and pool.get("upgradeSettings"):
        yield Wrong(path, "InvalidParameter: a spot pool takes no upgradeSettings.maxSurge.")


def _taints_wrong(pool: Inputs, path: str) -> Iterable[Wrong]:
    taints = [str(taint) for taint in pool.get("nodeTaints") or () if is_known(taint)]
    if pool.get("mode") == "System" and [taint for taint in taints if "CriticalAddons" not in taint]:
        yield Wrong(path, "InvalidTaint: a system pool takes CriticalAddonsOnly only.")
    for taint in taints:
        if not re.fullmatch(r"[\w./-]+=[\w.-]*:(NoSchedule|NoExecute|PreferNoSchedule)", taint):
            yield Wrong(path, f"InvalidTaint: {taint!r} is not key=value:effect.")


def _cluster_refused(wanted: Wanted) -> str:
    return _changes_refused(wanted) or _gateway_missing(wanted) or _right_missing(wanted)


def _right_missing(wanted: Wanted) -> str:
    """Refuse a cluster whose own identity may not join nodes to their subnet; a grant takes its time to hold."""
    subnets = [str(each) for each in at(wanted.inputs, "agentPoolProfiles[*].vnetSubnetID")]
    for link in at(wanted.inputs, "identity.userAssignedIdentities[*]"):
        identity = wanted.found(str(link), _IDENTITY)
        principal = identity.outputs.get("principalId") if identity else None
        for subnet in subnets:
            if not any(_covers(grant, principal, subnet, wanted.account) for grant in wanted.account.records(_GRANT)):
                return (
                    f"LinkedAuthorizationFailed: The client '{principal}' does not have authorization to perform action"
                    f" 'Microsoft.Network/virtualNetworks/subnets/join/action' over scope '{subnet}'. If access was"
                    " recently granted, it may take a few minutes until it holds; try again."
                )
    return ""


def _covers(grant: "Record", principal: object, scope: str, account: "Account") -> bool:
    role = str(grant.inputs.get("roleDefinitionId", "")).rpartition("/")[2]
    covered = scope.lower().startswith(str(grant.inputs.get("scope", "")).lower())
    return grant.inputs.get("principalId") == principal and role in _MAY_JOIN and covered and account.holds(grant)


def _gateway_missing(wanted: Wanted) -> str:
    if at(wanted.inputs, "networkProfile.outboundType") != ["userAssignedNATGateway"]:
        return ""
    for link in at(wanted.inputs, "agentPoolProfiles[*].vnetSubnetID"):
        subnet = wanted.found(str(link), _SUBNET)
        if subnet and not at(subnet.inputs, "natGateway.id"):
            return f"SubnetIsNotAssociatedWithNatGateway: subnet {subnet.name} has no NAT gateway."
    return ""


def _changes_refused(wanted: Wanted) -> str:
    """Refuse what an update cannot do: skip a version, go back to one, or make another of a pool."""
    if not wanted.before:
        return ""
    was, now = (_minor(each.get("kubernetesVersion")) for each in (wanted.before, wanted.inputs))
    if was and now and now < was:
        return f"OperationNotAllowed: Downgrading the cluster from 1.{was} to 1.{now} is not allowed."
    if was and now and now > was + 1:
        return f"OperationNotAllowed: Upgrading Kubernetes from 1.{was} to 1.{now} skips a minor version."
    before = {pool.get("name"): pool for pool in at(wanted.before, "agentPoolProfiles[*]")}
    for pool in at(wanted.inputs, "agentPoolProfiles[*]"):
        old = before.get(pool.get("name"))
        if old is None:
            # pulumi-azure-native#2719
            return "BadRequest: A new agent pool was introduced; pools are added by operations of their own."
        for key in ("vmSize", "osDiskSizeGB", "availabilityZones", "vnetSubnetID"):
            if old.get(key) != pool.get(key):
                return f"PropertyChangeNotAllowed: Changing property 'properties.{key}' of a pool is not allowed."
    return ""


def _minor(version: object) -> int:
    return int(str(version).split(".")[1]) if version else 0


def _cluster(wanted: Wanted) -> Mapping[str, Any]:
    region = wanted.inputs.get("location") or wanted.place.region
    host = f"{wanted.inputs.get('dnsPrefix', 'aks')}-{wanted.fresh(digits=8, what='host')}.hcp.{region}.azmk8s.io"
    identities = {
        str(link): {
            "principalId": (found.outputs if (found := wanted.found(str(link), _IDENTITY)) else {}).get("principalId")
        }
        for link in at(wanted.inputs, "identity.userAssignedIdentities[*]")
    }
    issuer = f"https://{region}.oic.prod-aks.azure.com/{uuid(wanted, 'tenant')}/{uuid(wanted, 'issuer')}/"
    return {
        "fqdn": host,
        "currentKubernetesVersion": f"{wanted.inputs.get('kubernetesVersion', '1.35')}.4",
        "identity": {**(wanted.inputs.get("identity") or {}), "userAssignedIdentities": identities},
        "oidcIssuerProfile": {**(wanted.inputs.get("oidcIssuerProfile") or {}), "issuerURL": issuer},
        "nodeResourceGroup": wanted.inputs.get("nodeResourceGroup") or f"MC_{wanted.name}",
        "resourceUID": wanted.fresh(digits=24, what="uid"),
        "powerState": {"code": "Running"},
        "maxAgentPools": 100,
        "provisioningState": "Succeeded",
        "type": "Microsoft.ContainerService/ManagedClusters",
    }


def _identity(inputs: Inputs) -> Mapping[str, Any]:
    """Show the identities as a map: a list goes in, and a map comes out."""
    identity: Mapping[str, Any] = inputs.get("identity") or {}
    links: list[Any] = at(inputs, "identity.userAssignedIdentities[*]")
    told = {str(link): dict[str, Any]() for link in links}
    return (
        {"identity": {**identity, "userAssignedIdentities": told}}
        if is_known(links) and links
        else {"identity": UNKNOWN}
    )


def _start(account: "Account", record: "Record") -> Mapping[str, Any] | None:
    from testbed.cloud.managed import cluster  # noqa: PLC0415 - a plugin that makes no cluster needs none of it

    access = cluster.start(account, record)
    account.set(_kept(record), json.dumps({"server": access.endpoint, "certificate": access.ca_certificate}))
    return None


def _stop(account: "Account", record: "Record") -> None:
    """End it; the group of its nodes goes too, and with it snapshots that lie there, as no disk holds them."""
    from testbed.cloud.managed import cluster  # noqa: PLC0415

    cluster.stop(account, record)
    nodes = str(record.outputs.get("nodeResourceGroup")).lower()
    for snapshot in account.records("azure-native:compute:Snapshot"):
        if f"/resourcegroups/{nodes}/" in snapshot.id.lower():
            account.remove(snapshot)


def _kept(record: "Record") -> str:
    return f"access {record.id}".lower()


def _pool_of(inputs: Inputs, name: str) -> NodePool:
    taints = [re.fullmatch(r"([^=]+)=([^:]*):(\w+)", taint) for taint in inputs.get("nodeTaints") or ()]
    return NodePool(
        name=str(inputs.get(name) or ""),
        machine=str(inputs.get("vmSize")),
        min=int(inputs.get("minCount") or inputs.get("count") or 0),
        max=int(inputs.get("maxCount") or inputs.get("count") or 1),
        size=int(inputs.get("count") or 0),
        labels=dict(inputs.get("nodeLabels") or {}),
        taints=tuple(Taint(*taint.groups()) for taint in taints if taint),
        zones=tuple(str(zone) for zone in inputs.get("availabilityZones") or ()),
        spot=inputs.get("scaleSetPriority") == "Spot",
        gpus=1 if "_NC" in str(inputs.get("vmSize")) else 0,
    )


def _pools(inputs: Inputs) -> tuple[NodePool, ...]:
    return tuple(_pool_of(pool, "name") for pool in at(inputs, "agentPoolProfiles[*]"))


def _window_wrong(inputs: Inputs) -> Iterable[Wrong]:
    yield from fits(inputs, "configName", _WINDOWS, "InvalidMaintenanceConfigurationName")
    for hours in at(inputs, "maintenanceWindow.durationHours"):
        if not _LEAST_HOURS <= hours <= _MOST_HOURS:
            yield Wrong("maintenanceWindow.durationHours", f"InvalidParameter: {_LEAST_HOURS} to {_MOST_HOURS} hours.")
    yield from fits(inputs, "maintenanceWindow.startTime", r"\d{2}:\d{2}", "InvalidParameter")
    yield from fits(inputs, "maintenanceWindow.utcOffset", r"(-|\+)[0-9]{2}:[0-9]{2}", "InvalidParameter")
    for span in at(inputs, "maintenanceWindow.notAllowedDates[*]"):
        if is_known(span) and span["end"] < span["start"]:
            yield Wrong("maintenanceWindow.notAllowedDates", "InvalidParameter: the end comes before the start.")


def _found(account: "Account", inputs: Inputs) -> "Record":
    found = account.find(str(inputs.get("resourceName")), CLUSTER)
    if found is None:
        why = f"The Resource 'Microsoft.ContainerService/managedClusters/{inputs.get('resourceName')}' was not found."
        raise Refused("404 ResourceNotFound", why)
    return found


def _user_credentials(account: "Account", inputs: Inputs, _place: Place) -> Mapping[str, Any]:
    """Give what Azure gives of a cluster with Entra ID: where it is, its certificate, and the way to a token."""
    access = json.loads(account.setting(_kept(_found(account, inputs)), "{}"))
    reached = {"server": access.get("server"), "certificate-authority-data": access.get("certificate")}
    written = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": inputs.get("resourceName"), "cluster": reached}],
        "users": [{"name": "clusterUser", "user": {"exec": {"command": "kubelogin", "args": ["get-token"]}}}],
    }
    value = base64.b64encode(json.dumps(written).encode()).decode()
    return {"kubeconfigs": [{"name": "clusterUser", "value": value}]}


def _managed_cluster(account: "Account", inputs: Inputs, _place: Place) -> Mapping[str, Any]:
    found = _found(account, inputs)
    return {**found.inputs, **found.outputs, "id": found.id, "name": found.name}


_FIXED_POOL = ("vmSize", "osDiskSizeGB", "osDiskType", "availabilityZones[*]", "vnetSubnetID", "scaleSetPriority")

KINDS = [
    Kind(
        CLUSTER,
        replaces=frozenset(
            {
                *("resourceGroupName", "resourceName", "location", "dnsPrefix", "nodeResourceGroup"),
                *(f"networkProfile.{key}" for key in ("podCidr", "serviceCidr", "dnsServiceIP", "networkPlugin")),
                "apiServerAccessProfile.enablePrivateCluster",
            }
        ),
        named_by="resourceName",
        name_in=within_group,
        identify=identify(("managedClusters", "resourceName"), provider=_PROVIDER),
        computed=_cluster,
        reshaped=_identity,
        check=_cluster_wrong,
        refuses=_cluster_refused,
        refers={
            "resourceGroupName": GROUP,
            "agentPoolProfiles[*].vnetSubnetID": _SUBNET,
            "identity.userAssignedIdentities[*]": _IDENTITY,
        },
        made=_start,
        gone=_stop,
        takes_along=frozenset({POOL, WINDOW}),
        pools=_pools,
        is_cluster=True,
    ),
    Kind(
        POOL,
        replaces=frozenset({"resourceGroupName", "resourceName", "agentPoolName", *_FIXED_POOL}),
        named_by="agentPoolName",
        name_in=within("resourceName"),
        identify=identify(("managedClusters", "resourceName"), ("agentPools", "agentPoolName"), provider=_PROVIDER),
        computed=lambda _: {
            "provisioningState": "Succeeded",
            "powerState": {"code": "Running"},
            "type": "Microsoft.ContainerService/managedClusters/agentPools",
        },
        check=lambda inputs: _pool_wrong(inputs, "", name="agentPoolName"),
        refers={"resourceGroupName": GROUP, "resourceName": CLUSTER, "vnetSubnetID": _SUBNET},
        pool=lambda inputs: _pool_of(inputs, "agentPoolName"),
        cluster_of="resourceName",
    ),
    Kind(
        WINDOW,
        replaces=frozenset({"resourceGroupName", "resourceName", "configName"}),
        named_by="configName",
        name_in=within("resourceName"),
        identify=identify(
            ("managedClusters", "resourceName"), ("maintenanceConfigurations", "configName"), provider=_PROVIDER
        ),
        computed=lambda _: {"type": "Microsoft.ContainerService/managedClusters/maintenanceConfigurations"},
        check=_window_wrong,
        refers={"resourceGroupName": GROUP, "resourceName": CLUSTER},
        labels=None,
    ),
]

INVOKES: Mapping[str, Callable[["Account", Inputs, Place], Mapping[str, Any]]] = {
    "azure-native:containerservice:listManagedClusterUserCredentials": _user_credentials,
    "azure-native:containerservice:getManagedCluster": _managed_cluster,
}
