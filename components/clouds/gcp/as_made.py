"""The settings that Google Cloud takes once: with another, the cluster or the homes would be made anew and empty."""

from collections.abc import Mapping

import pulumi

from components.clouds.gcp.site import Site, makes_files
from components.settings.clouds.gcp import GcpCloud
from components.unchanging import Kept, Unchanging

_WHY = (
    "Google changes it for nothing that exists, and what is made anew is without what people and databases stored. Set"
    " it back; or destroy the stack, with hubstack:homes.on_destroy saying what becomes of people's work, and make it"
    " anew."
)


def refuse_changes(site: Site) -> Unchanging:
    """Give what cluster and file system wait for: it fails before anything has changed where such a setting has.

    The network does not wait for it: nothing in the stack file makes it anew but what is refused here.
    """
    return Unchanging(
        "as-made",
        # One for each stack: it waits for nothing, not even for the platform's id, as much waits for it.
        "this-platform",
        Kept({f"hubstack:cloud.{key}": value for key, value in _as_made(site.settings).items()} | _sizes(site), _WHY),
        pulumi.ResourceOptions(parent=site.opts.parent),
    )


def _as_made(settings: GcpCloud) -> Mapping[str, str | int]:
    cluster, network, files = settings.cluster, settings.network, settings.filestore
    stays: dict[str, str | int] = {
        "project": settings.project,
        "region": settings.region,
        "cluster.existing": cluster.existing or "none",
        "network.existing": _network(settings),
        "filestore": _files(settings),
    }
    if cluster.existing is None:
        stays["cluster.control_plane"] = cluster.control_plane
        if cluster.control_plane == "zonal":
            stays["zones[0]"] = settings.zones[0]
    if cluster.existing is None and not (network.existing and network.existing.subnetwork):
        stays |= {"network.nodes": network.nodes, "network.pods": network.pods, "network.services": network.services}
    if makes_files(settings):
        stays |= {
            "filestore.tier": files.tier,
            "filestore.protocol": files.version,
            "filestore.range": files.range or "one that Google finds",
            "encryption_key": settings.encryption_key or "none",
        }
        if files.tier != "REGIONAL":
            stays["zones[0]"] = settings.zones[0]
    return stays


def _network(settings: GcpCloud) -> str:
    existing = settings.network.existing
    if existing is None:
        return "none"
    return existing.name + (f"/{existing.subnetwork.name}" if existing.subnetwork else "")


def _files(settings: GcpCloud) -> str:
    files = settings.filestore
    if files.server:
        return f"{files.server.host}:{files.server.path}"
    return files.existing or "an instance of the platform's own"


def _sizes(site: Site) -> dict[str, str | int]:
    """Give what may only grow: no tier gives back space that files are on, and the basic ones give back none."""
    return {"hubstack:homes.capacity": site.homes.capacity.bytes} if makes_files(site.settings) else {}
