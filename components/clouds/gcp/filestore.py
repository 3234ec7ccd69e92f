"""The homes' file system: a Filestore instance, one that exists, or a server of the university's own."""

from collections.abc import Mapping

import pulumi
from pulumi_gcp import filestore

from components.clouds.cloud import FileSystem, VolumeSource
from components.clouds.gcp.backups import back_up_nightly
from components.clouds.gcp.network import Network
from components.clouds.gcp.site import Site
from components.keeping import held
from components.labels import CLOUD_TAG
from components.settings.clouds.gcp import GcpNfsServer

SHARE = "homes"
"""An instance has one share, which bears this name: it stands in every volume and every backup."""


_PATIENT = ("hard", "timeo=600", "retrans=3", "noatime")
"""A server that is away for a minute makes programs wait, and loses nothing; a soft mount loses what was being written.
https://cloud.google.com/filestore/docs/mounting-fileshares"""

_VERSIONS = {"NFS_V3": "nfsvers=3", "NFS_V4_1": "nfsvers=4.1"}


def open_filestore(site: Site, network: Network, as_made: pulumi.Resource) -> FileSystem:
    """Make the instance beside the cluster, or use what exists."""
    settings = site.settings.filestore
    if settings.server:
        return _own_server(settings.server)
    if settings.existing:
        path = site.path("instances", settings.existing, site.settings.files_location)
        # Read, so that a wrong name shows in the preview. What is only read is never deleted.
        found = filestore.Instance.get("homes", path, opts=site.after(as_made))
        return _mounted(found, site, f"instance {settings.existing}")
    made = _make(site, network)
    if settings.backups:
        back_up_nightly(site, made, SHARE)
    return _mounted(made, site, "an instance of the platform's own", [made], _archive(site, made))


def _make(site: Site, network: Network) -> filestore.Instance:
    settings = site.settings.filestore
    place: filestore.InstanceNetworkArgsDict = {
        "network": network.name,
        "modes": ["MODE_IPV4"],
        "connect_mode": "DIRECT_PEERING",
    }
    if settings.range:
        place["reserved_ip_range"] = settings.range
    refused = site.homes.on_destroy == "refuse"
    return filestore.Instance(
        "homes",
        description="People's homes of a hubstack platform",
        location=site.settings.files_location,
        tier=settings.tier,
        protocol=settings.version,
        file_shares={"name": SHARE, "capacity_gb": site.homes.capacity.gibibytes},
        networks=[place],
        kms_key_name=site.settings.encryption_key,
        # Nobody deletes it by hand either, where the stack file says that it is not to be destroyed.
        deletion_protection_enabled=refused,
        deletion_protection_reason="hubstack:homes.on_destroy is refuse" if refused else None,
        labels=site.labels,
        opts=site.but(
            # It needs the network alone. But only once the subnetwork has taken its ranges does Google know which are
            # free; and on the way down the engine then takes it in one step with the cluster, which takes longer.
            pulumi.ResourceOptions(depends_on=[network.subnetwork.resource]),
            held(site.homes.on_destroy),
            pulumi.ResourceOptions(custom_timeouts=pulumi.CustomTimeouts(create="40m", update="40m", delete="40m")),
        ),
    )


def _mounted(
    instance: filestore.Instance,
    site: Site,
    told: str,
    needs: list[pulumi.Resource] | None = None,
    archive: Mapping[str, pulumi.Input[str | bool]] | None = None,
) -> FileSystem:
    """Mount by Kubernetes' own NFS: it needs no driver, and takes a folder of the share as well as its root."""
    server = instance.networks.apply(lambda networks: str((networks[0].ip_addresses or [""])[0]))
    share = instance.file_shares.apply(lambda shares: str(shares.name))

    def source(folder: str) -> VolumeSource:
        below = f"/{folder}" if folder else ""
        return {"nfs": {"server": server, "path": pulumi.Output.concat("/", share, below)}}

    return FileSystem(
        source,
        fixed={"hubstack:cloud.filestore": told},
        mount_options=(_VERSIONS[site.settings.filestore.version], *_PATIENT),
        needs=needs or [],
        archive=archive,
    )


def _archive(site: Site, instance: filestore.Instance) -> Mapping[str, pulumi.Input[str | bool]]:
    """Say whether there is to be a last backup, and what components/clouds/gcp/archive.py asks for."""
    return {
        "cloud": "gcp",
        "archive": site.homes.on_destroy == "archive",
        "file_system": instance.name,
        "share": SHARE,
        "project": site.settings.project,
        "region": site.settings.region,
        "location": site.settings.files_location,
        "tag": CLOUD_TAG,
        "platform": site.owner.platform,
    }


def _own_server(settings: GcpNfsServer) -> FileSystem:
    def source(folder: str) -> VolumeSource:
        return {"nfs": {"server": settings.host, "path": f"{settings.path}/{folder}" if folder else settings.path}}

    return FileSystem(
        source,
        fixed={"hubstack:cloud.filestore": f"{settings.host}:{settings.path}"},
        mount_options=(_VERSIONS["NFS_V4_1"], *_PATIENT),
    )
