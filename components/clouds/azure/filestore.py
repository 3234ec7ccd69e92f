"""The homes' file system: an NFS share of Azure Files that only the platform's network can reach."""

from dataclasses import dataclass

import pulumi
from pulumi_azure_native import network as azure_network
from pulumi_azure_native import privatedns, storage

from components.clouds.azure.network import Network
from components.clouds.azure.site import Site
from components.clouds.cloud import FileSystem, VolumeSource
from components.settings.clouds.azure import AzureExistingShare, AzureNfsServer
from components.unchanging import Unchanging

_ZONE = "privatelink.file.core.windows.net"
"""An account's name leads here within the network: learn.microsoft.com/azure/private-link/private-endpoint-dns."""


_MOUNT = ("noresvport", "actimeo=30")
"""The share answers a node that comes back from another port, and attributes are asked for twice a minute: Azure's own
advice for many small files. `nconnect=4` beside them gives a node four connections."""


@dataclass(frozen=True)
class Share:
    """A share of an account."""

    group: pulumi.Input[str]
    account: pulumi.Input[str]
    account_id: pulumi.Input[str]
    share: pulumi.Input[str]


def open_filestore(site: Site, network: Network, unchanging: Unchanging) -> FileSystem:
    """Make the share and its way into the network, beside the cluster; or use what exists."""
    settings = site.settings.filestore
    if settings.server:
        return _own_server(settings.server)
    if settings.existing:
        there = _existing(settings.existing, site)
        needs = [] if settings.existing.reachable else _endpoint(site, network, there, site.but())
        told = f"share {settings.existing.share} of account {settings.existing.account}"
        return _mounted(site, there, needs, told)
    made, share = _make(site, unchanging)
    needs = [share, *_endpoint(site, network, made, site.holding())]
    return _mounted(site, made, needs, "a share of the platform's own")


def _make(site: Site, unchanging: Unchanging) -> tuple[Share, storage.FileShare]:
    account = storage.StorageAccount(
        "homes",
        resource_group_name=site.group.name,
        kind="FileStorage",
        sku={"name": f"Premium_{site.settings.filestore.redundancy}"},
        # "Secure transfer" refuses NFS without TLS, as Kubernetes mounts it.
        enable_https_traffic_only=site.settings.filestore.encrypt_in_transit,
        minimum_tls_version="TLS1_2",
        allow_blob_public_access=False,
        # NFS asks for no key, so a key that leaks is good for nothing.
        allow_shared_key_access=False,
        # No rules by address: they lock out whoever deploys (403), and one forgotten address opens the door. The share
        # is made by Azure's own management, which such a door does not concern.
        public_network_access="Disabled",
        tags=site.tags,
        opts=site.holding(pulumi.ResourceOptions(depends_on=[unchanging])),
    )
    days = site.settings.filestore.soft_delete
    storage.FileServiceProperties(
        "homes-service",
        resource_group_name=site.group.name,
        account_name=account.name,
        file_services_name="default",
        share_delete_retention_policy={"enabled": True, "days": days} if days else {"enabled": False},
        opts=site.holding(),
    )
    share = storage.FileShare(
        "homes-share",
        resource_group_name=site.group.name,
        account_name=account.name,
        share_name="homes",
        enabled_protocols="NFS",
        share_quota=site.homes.capacity.gibibytes,
        # The kubelet makes people's folders as root. Nobody else is root: hubs' namespaces take no pod that is.
        root_squash="NoRootSquash",
        metadata=site.tags,
        opts=site.holding(),
    )
    return Share(site.group.name, account.name, account.id, share.name), share


def _existing(settings: AzureExistingShare, site: Site) -> Share:
    account_id = pulumi.Output.concat(
        site.subscription,
        f"/resourceGroups/{settings.resource_group}/providers/Microsoft.Storage/storageAccounts/{settings.account}",
    )
    return Share(settings.resource_group, settings.account, account_id, settings.share)


def _endpoint(site: Site, network: Network, share: Share, opts: pulumi.ResourceOptions) -> list[pulumi.Resource]:
    """Give the account an address in the network, and lead its name there for everyone in it."""
    zone = privatedns.PrivateZone(
        "homes-zone",
        resource_group_name=site.group.name,
        private_zone_name=_ZONE,
        location="Global",
        tags=site.tags,
        opts=opts,
    )
    link = privatedns.VirtualNetworkLink(
        "homes-zone-link",
        resource_group_name=site.group.name,
        private_zone_name=zone.name,
        location="Global",
        registration_enabled=False,
        virtual_network={"id": network.whole},
        tags=site.tags,
        opts=opts,
    )
    endpoint = azure_network.PrivateEndpoint(
        "homes-endpoint",
        resource_group_name=site.group.name,
        subnet={"id": network.endpoints},
        private_link_service_connections=[
            {"name": "homes", "private_link_service_id": share.account_id, "group_ids": ["file"]}
        ],
        tags=site.tags,
        opts=opts,
    )
    name = azure_network.PrivateDnsZoneGroup(
        "homes-name",
        resource_group_name=site.group.name,
        private_endpoint_name=endpoint.name,
        private_dns_zone_group_name="default",
        private_dns_zone_configs=[{"name": "file", "private_dns_zone_id": zone.id}],
        opts=opts,
    )
    return [link, name]


def _mounted(site: Site, share: Share, needs: list[pulumi.Resource], told: str) -> FileSystem:
    """Mount by Kubernetes' own NFS, each hub its folder; by Azure's driver only where it has to encrypt.

    The plain mount needs no driver and no right, works on any node, and takes a share's folder as well as its root.
    """
    encrypted = site.settings.filestore.encrypt_in_transit
    options = ("nconnect=4", *_MOUNT) if encrypted else ("nfsvers=4.1", "nconnect=4", *_MOUNT)
    return FileSystem(
        lambda folder: _by_driver(share, folder) if encrypted else _by_kubelet(share, folder),
        fixed={"hubstack:cloud.filestore": told},
        mount_options=options,
        needs=needs,
    )


def _by_kubelet(share: Share, folder: str) -> VolumeSource:
    server = pulumi.Output.concat(share.account, ".file.core.windows.net")
    below = f"/{folder}" if folder else ""
    return {"nfs": {"server": server, "path": pulumi.Output.concat("/", share.account, "/", share.share, below)}}


def _by_driver(share: Share, folder: str) -> VolumeSource:
    below = f"-{folder}" if folder else ""
    attributes: dict[str, pulumi.Input[str]] = {
        "resourceGroup": share.group,
        "storageAccount": share.account,
        "shareName": share.share,
        "protocol": "nfs",
        "encryptInTransit": "true",
    }
    return {
        "csi": {
            "driver": "file.csi.azure.com",
            # Of each folder its own, or the driver takes two volumes of a node for one.
            "volume_handle": pulumi.Output.concat(share.account, "-", share.share, below),
            "volume_attributes": {**attributes, "folderName": folder} if folder else attributes,
        }
    }


def _own_server(settings: AzureNfsServer) -> FileSystem:
    def source(folder: str) -> VolumeSource:
        return {"nfs": {"server": settings.host, "path": f"{settings.path}/{folder}" if folder else settings.path}}

    return FileSystem(
        source,
        fixed={"hubstack:cloud.filestore": f"{settings.host}:{settings.path}"},
        mount_options=("nfsvers=4.1", "hard", "noresvport"),
    )
