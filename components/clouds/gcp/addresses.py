"""A reserved address for each hub, and the name that leads there."""

from collections.abc import Callable

from pulumi_gcp import compute, dns

from components.clouds.cloud import Entrance
from components.clouds.gcp.site import Site

_SECONDS = 300


def entrances(site: Site) -> Callable[[str, str | None], Entrance]:
    """Give what reserves a hub's address, which outlives its balancer: the hub is made anew at the same address."""

    def entrance(hub: str, domain: str | None) -> Entrance:
        address = compute.Address(
            # A hub's name may begin with a digit, which a name at Google may not.
            f"hub-{hub}",
            description=site.description,
            region=site.settings.region,
            address_type="EXTERNAL",
            labels=site.labels,
            opts=site.opts,
        )
        if site.settings.dns_zone and domain:
            dns.RecordSet(
                f"hub-{hub}",
                managed_zone=site.settings.dns_zone,
                name=f"{domain}.",
                type="A",
                ttl=_SECONDS,
                rrdatas=[address.address],
                opts=site.opts,
            )
        # The Service's own field: deprecated, as it means little elsewhere, and honoured by every balancer of GKE's.
        return Entrance(address.address, service={"loadBalancerIP": address.address})

    return entrance
