"""GKE: clusters and their pools.

What replaces is what the provider's schema says (ForceNew, in its services/container).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from testbed.cloud.gcp_api import NAME, located, named, one_of, project
from testbed.cloud.gcp_network import NETWORK, SUBNETWORK
from testbed.cloud.kinds import Inputs, Kind, NodePool, Taint, Wanted, Wrong, at, is_known
from testbed.cloud.patterns import fits

if TYPE_CHECKING:
    from testbed.cloud.ledger import Account
    from testbed.cloud.records import Record

CLUSTER = "gcp:container/cluster:Cluster"
POOL = "gcp:container/nodePool:NodePool"
_ACCOUNT = "gcp:serviceaccount/account:Account"

_CLUSTER_NAME = r"[a-z]([-a-z0-9]{0,38}[a-z0-9])?"
_LONGEST_EXCLUSION = {"NO_UPGRADES": 30, "NO_MINOR_UPGRADES": 180, "NO_MINOR_OR_NODE_UPGRADES": 180}
_MOST_WHOLE_EXCLUSIONS = 3
_LEAST_DISK, _MOST_DISK = 10, 65536
_EFFECTS = {"NO_SCHEDULE": "NoSchedule", "PREFER_NO_SCHEDULE": "PreferNoSchedule", "NO_EXECUTE": "NoExecute"}

_LISTS = (
    ("releaseChannel.channel", "ReleaseChannel", "channel"),
    ("datapathProvider", "NetworkConfig", "datapathProvider"),
    ("securityPostureConfig.mode", "SecurityPostureConfig", "mode"),
    ("securityPostureConfig.vulnerabilityMode", "SecurityPostureConfig", "vulnerabilityMode"),
    ("maintenancePolicy.maintenanceExclusions[*].exclusionOptions.scope", "MaintenanceExclusionOptions", "scope"),
    ("databaseEncryption.state", "DatabaseEncryption", "state"),
    ("clusterAutoscaling.autoscalingProfile", "ClusterAutoscaling", "autoscalingProfile"),
    ("anonymousAuthenticationConfig.mode", "AnonymousAuthenticationConfig", "mode"),
    ("loggingConfig.enableComponents[*]", "LoggingComponentConfig", "enableComponents"),
    ("monitoringConfig.enableComponents[*]", "MonitoringComponentConfig", "enableComponents"),
)
_POOL_LISTS = (
    ("nodeConfig.taints[*].effect", "NodeTaint", "effect"),
    ("nodeConfig.workloadMetadataConfig.mode", "WorkloadMetadataConfig", "mode"),
    ("autoscaling.locationPolicy", "NodePoolAutoscaling", "locationPolicy"),
    ("upgradeSettings.strategy", "UpgradeSettings", "strategy"),
)


def _cluster_wrong(inputs: Inputs) -> Iterable[Wrong]:
    yield from named(inputs, _CLUSTER_NAME)
    for path, message, field in _LISTS:
        yield from one_of(inputs, path, "container.v1", message, field)
    if inputs.get("removeDefaultNodePool") and not inputs.get("initialNodeCount"):
        yield Wrong("initialNodeCount", "googleapi: Error 400: Cluster.initial_node_count must be greater than zero.")
    for block in at(inputs, "masterAuthorizedNetworksConfig.cidrBlocks[*].cidrBlock"):
        if is_known(block) and ":" in block:
            yield Wrong("masterAuthorizedNetworksConfig", f"googleapi: Error 400: {block} is not an IPv4 network.")
    location, zones = inputs.get("location"), at(inputs, "nodeLocations[*]")
    for zone in zones if is_known([location, zones]) else []:
        if zone == location or not str(zone).startswith(str(location).rsplit("-", str(location).count("-") - 1)[0]):
            yield Wrong("nodeLocations", f"googleapi: Error 400: node location {zone} does not go with {location}.")
    yield from _maintenance_wrong(at(inputs, "maintenancePolicy.maintenanceExclusions[*]"))


def _maintenance_wrong(exclusions: list[Any]) -> Iterable[Wrong]:
    path = "maintenancePolicy.maintenanceExclusions"
    if not is_known(exclusions):
        return
    for each in exclusions:
        scope = str(next(iter(at(each, "exclusionOptions.scope")), "NO_UPGRADES"))
        length = datetime.fromisoformat(each["endTime"]) - datetime.fromisoformat(each["startTime"])
        if not timedelta(0) < length <= timedelta(days=_LONGEST_EXCLUSION.get(scope, 30)):
            yield Wrong(
                path, f"googleapi: Error 400: exclusion {each['exclusionName']}: {length.days} days of {scope}."
            )
    whole = [each for each in exclusions if at(each, "exclusionOptions.scope") == ["NO_UPGRADES"]]
    if len(whole) > _MOST_WHOLE_EXCLUSIONS:
        yield Wrong(path, f"googleapi: Error 400: at most {_MOST_WHOLE_EXCLUSIONS} exclusions of NO_UPGRADES.")


def _cluster_refused(wanted: Wanted) -> str:
    subnetwork = wanted.found(str(wanted.inputs.get("subnetwork")), SUBNETWORK)
    there = at(subnetwork.inputs, "secondaryIpRanges[*].rangeName") if subnetwork else []
    for key in ("clusterSecondaryRangeName", "servicesSecondaryRangeName"):
        for name in at(wanted.inputs, f"ipAllocationPolicy.{key}"):
            if name not in there:
                return f"googleapi: Error 400: Secondary range {name!r} does not exist in the subnetwork."
    return ""


def _cluster(wanted: Wanted) -> Mapping[str, Any]:
    identity = located("clusters")(wanted)
    doors: Mapping[str, Any] = wanted.inputs.get("controlPlaneEndpointsConfig") or {}
    # What a door leads to is known once the control plane runs; an update keeps it.
    known = wanted.before.get("controlPlaneEndpointsConfig", {})
    name = at(known, "dnsEndpointConfig.endpoint")
    private: Mapping[str, Any] = wanted.inputs.get("privateClusterConfig") or {}
    return {
        "selfLink": f"https://container.googleapis.com/v1/{identity}",
        "project": project(wanted),
        "masterVersion": "1.35.4-gke.1203000",
        "nodeVersion": "1.35.4-gke.1203000",
        "privateClusterConfig": {"enablePrivateEndpoint": False, **private, "privateEndpoint": "10.40.0.2"},
        "controlPlaneEndpointsConfig": {
            **doors,
            "dnsEndpointConfig": {**(doors.get("dnsEndpointConfig") or {}), **({"endpoint": name[0]} if name else {})},
        },
        **{key: wanted.before[key] for key in ("endpoint", "masterAuth") if key in wanted.before},
    }


def _start(account: "Account", record: "Record") -> Mapping[str, Any]:
    """Start the control plane; both of its doors lead to the one port that there is."""
    from testbed.cloud.managed import cluster  # noqa: PLC0415 - a plugin that makes no cluster needs none of it

    access = cluster.start(account, record)
    address = access.endpoint.removeprefix("https://")
    doors = record.outputs["controlPlaneEndpointsConfig"]
    return {
        "endpoint": address,
        "masterAuth": {"clusterCaCertificate": access.ca_certificate, "clientCertificateConfig": {}},
        "controlPlaneEndpointsConfig": {
            **doors,
            "dnsEndpointConfig": {**doors["dnsEndpointConfig"], "endpoint": address},
        },
    }


def _stop(account: "Account", record: "Record") -> None:
    from testbed.cloud.managed import cluster  # noqa: PLC0415 - as above

    cluster.stop(account, record)


def _protected(_account: "Account", record: "Record") -> str:
    # The provider's own flag: Google's API knows nothing of it.
    if record.inputs.get("deletionProtection", True):
        return "Cannot destroy cluster because deletion_protection is set to true. Set it to false to proceed."
    return ""


def _pool_wrong(inputs: Inputs) -> Iterable[Wrong]:
    yield from named(inputs, r"[a-z]([-a-z0-9]{0,38}[a-z0-9])?")
    for path, message, field in _POOL_LISTS:
        yield from one_of(inputs, path, "container.v1", message, field)
    for scaling in at(inputs, "autoscaling"):
        yield from _scaling_wrong(scaling) if is_known(scaling) else ()
    machine = r"[a-z][a-z0-9]*(-[a-z0-9]+)+"
    yield from fits(inputs, "nodeConfig.machineType", machine, "googleapi: Error 400: machine type")
    for size in at(inputs, "nodeConfig.diskSizeGb"):
        if is_known(size) and not _LEAST_DISK <= size <= _MOST_DISK:
            yield Wrong("nodeConfig.diskSizeGb", "googleapi: Error 400: disk size must be between 10 and 65536 GB.")
    for labels in at(inputs, "nodeConfig.resourceLabels"):
        if is_known(labels):
            yield from fits({"key": list(labels)}, "key[*]", r"[a-z][-_a-z0-9]{0,62}", "googleapi: Error 400: label")


def _scaling_wrong(scaling: Mapping[str, Any]) -> Iterable[Wrong]:
    if {"minNodeCount", "maxNodeCount"} & set(scaling) and {"totalMinNodeCount", "totalMaxNodeCount"} & set(scaling):
        yield Wrong("autoscaling", "googleapi: Error 400: total limits and limits per zone exclude one another.")
    if not 0 <= scaling.get("totalMinNodeCount", 0) <= scaling.get("totalMaxNodeCount", 1):
        yield Wrong("autoscaling", "googleapi: Error 400: minimum node count must not be more than the maximum.")


def _pool_of(inputs: Inputs) -> NodePool:
    nodes: Mapping[str, Any] = inputs.get("nodeConfig") or {}
    scaling: Mapping[str, Any] = inputs.get("autoscaling") or {}
    taints = [Taint(each["key"], each["value"], _EFFECTS[each["effect"]]) for each in nodes.get("taints") or ()]
    return NodePool(
        name=str(inputs.get("name") or ""),
        machine=str(nodes.get("machineType", "e2-medium")),
        min=int(scaling.get("totalMinNodeCount") or 0),
        max=int(scaling.get("totalMaxNodeCount") or inputs.get("nodeCount") or 1),
        size=max(int(inputs.get("initialNodeCount") or 0), int(scaling.get("totalMinNodeCount") or 0)),
        labels=dict(nodes.get("labels") or {}),
        taints=tuple(taints),
        zones=tuple(str(zone) for zone in inputs.get("nodeLocations") or ()),
        spot=bool(nodes.get("spot")),
        gpus=sum(int(each["count"]) for each in nodes.get("guestAccelerators") or ()),
    )


def _pool_id(wanted: Wanted) -> str:
    cluster = wanted.found(str(wanted.inputs["cluster"]), CLUSTER)
    return f"{cluster.id if cluster else wanted.inputs['cluster']}/nodePools/{wanted.name}"


_MADE_ONCE_OF_NODES = (
    *("bootDiskKmsKey", "guestAccelerators", "metadata", "minCpuPlatform", "oauthScopes", "preemptible", "spot"),
    *("serviceAccount", "shieldedInstanceConfig", "localSsdCount", "sandboxConfig", "reservationAffinity"),
)

KINDS = [
    Kind(
        CLUSTER,
        replaces=frozenset(
            {
                *("name", "project", "location", "description", "network", "subnetwork", "networkingMode"),
                *("ipAllocationPolicy", "datapathProvider", "defaultMaxPodsPerNode", "initialNodeCount"),
                *("clusterIpv4Cidr", "enableAutopilot", "privateClusterConfig.masterIpv4CidrBlock"),
                *(f"nodeConfig.{key}" for key in _MADE_ONCE_OF_NODES),
            }
        ),
        name_in=lambda wanted: f"{project(wanted)}/{wanted.inputs.get('location')}",
        identify=located("clusters"),
        computed=_cluster,
        check=_cluster_wrong,
        refuses=_cluster_refused,
        refers={"network": NETWORK, "subnetwork": SUBNETWORK, "nodeConfig.serviceAccount": _ACCOUNT},
        lets_go=frozenset({"nodeConfig.serviceAccount"}),
        made=_start,
        gone=_stop,
        blocks=_protected,
        gives_up=0,
        takes_along=frozenset({POOL}),
        is_cluster=True,
    ),
    Kind(
        POOL,
        replaces=frozenset(
            {
                *("name", "project", "location", "cluster", "initialNodeCount", "maxPodsPerNode", "placementPolicy"),
                *("networkConfig.createPodRange", "networkConfig.podRange", "networkConfig.podIpv4CidrBlock"),
                *(f"nodeConfig.{key}" for key in _MADE_ONCE_OF_NODES),
            }
        ),
        name_in=lambda wanted: str(wanted.inputs.get("cluster")),
        identify=_pool_id,
        computed=lambda wanted: {"project": project(wanted), "version": "1.35.4-gke.1203000"},
        check=_pool_wrong,
        refers={"cluster": CLUSTER, "nodeConfig.serviceAccount": _ACCOUNT},
        lets_go=frozenset({"nodeConfig.serviceAccount"}),
        labels=None,
        pool=_pool_of,
        cluster_of="cluster",
    ),
]

__all__ = ["CLUSTER", "KINDS", "NAME", "POOL"]
