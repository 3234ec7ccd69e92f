"""A reserved address for each hub, and the name that leads there."""

from collections.abc import Callable

import pulumi
from pulumi_azure_native import dns, network

from components.clouds.azure.cluster import ControlPlane
from components.clouds.azure.site import Site
from components.clouds.cloud import Entrance
from components.settings.clouds.azure import AzureDnsZone

_ANNOTATION = "service.beta.kubernetes.io/azure-"
_SECONDS = 300


def entrances(site: Site, plane: ControlPlane) -> Callable[[str, str | None], Entrance]:
    """Give what reserves a hub's address: beside the cluster, so that its name leads there from the first minute."""
    zone = site.settings.dns_zone

    def entrance(hub: str, domain: str | None) -> Entrance:
        address = network.PublicIPAddress(
            f"{hub}-address",
            resource_group_name=plane.addresses,
            # A balancer of sku standard takes no other.
            sku={"name": "Standard"},
            public_ip_allocation_method="Static",
            tags=site.tags,
            opts=site.opts,
        )
        reserved = address.ip_address.apply(str)
        if zone and domain:
            _record(hub, domain, zone, reserved, site)
        return Entrance(
            reserved,
            {f"{_ANNOTATION}pip-name": address.name, f"{_ANNOTATION}load-balancer-resource-group": plane.addresses},
        )

    return entrance


def _record(hub: str, domain: str, zone: AzureDnsZone, address: pulumi.Output[str], site: Site) -> None:
    dns.RecordSet(
        f"{hub}-name",
        resource_group_name=zone.resource_group,
        zone_name=zone.name,
        relative_record_set_name=domain.removesuffix(zone.name).rstrip(".") or "@",
        record_type="A",
        ttl=_SECONDS,
        a_records=[{"ipv4_address": address}],
        # Records have no tags, and call the same thing so.
        metadata=site.tags,
        opts=site.opts,
    )
