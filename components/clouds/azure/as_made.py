"""The settings that Azure takes once: with another, the cluster or the homes would be lost."""

import json
from collections.abc import Mapping

import pulumi

from components.clouds.azure.site import makes_homes
from components.settings.clouds.azure import AzureCloud
from components.unchanging import Kept, Unchanging

_WHY = (
    "Azure changes it for nothing that exists, and what is made anew is without what people and databases stored. Set"
    " it back; or destroy the stack, with homes.on_destroy saying what becomes of people's work, and make it anew."
)


def refuse_changes(settings: AzureCloud, opts: pulumi.ResourceOptions) -> Unchanging:
    """Give what cluster and file system wait for: it fails before anything has changed where such a setting has."""
    return Unchanging(
        "as-made",
        # One for each stack: it waits for nothing, not even for the platform's id, as much waits for it.
        "this-platform",
        Kept({f"hubstack:cloud.{key}": value for key, value in _as_made(settings).items()}, _WHY),
        pulumi.ResourceOptions(parent=opts.parent),
    )


def _as_made(settings: AzureCloud) -> Mapping[str, str]:
    network, cluster, core = settings.network, settings.cluster, settings.pools.core
    stays = {
        "region": settings.region,
        "cluster.existing": f"{cluster.existing.resource_group}/{cluster.existing.name}"
        if cluster.existing
        else "none",
        "network.existing": network.existing.nodes if network.existing else "none",
        "filestore": _files(settings),
    }
    if settings.subscription:
        stays["subscription"] = settings.subscription
    if network.existing is None:
        stays |= {"network.range": network.range, "network.nodes": network.nodes}
        stays |= {"network.endpoints": network.endpoints}
    if makes_homes(settings):
        stays |= {"filestore.redundancy": settings.filestore.redundancy}
    if cluster.existing is None:
        stays |= {
            "zones": json.dumps(list(settings.zones)),
            "network.pods": network.pods,
            "network.services": network.services,
            "network.outbound": network.outbound,
            "cluster.reached_from": "over the internet" if cluster.reached_from else "[], a private cluster",
            "pools.core.machine": core.machine_type,
            "pools.core.disk": str(core.disk),
        }
    return stays


def _files(settings: AzureCloud) -> str:
    files = settings.filestore
    if files.server:
        return f"{files.server.host}:{files.server.path}"
    if files.existing:
        return f"share {files.existing.share} of account {files.existing.account}"
    return "a share of the platform's own"
