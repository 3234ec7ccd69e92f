"""A reserved address for each hub, the load balancer that takes it, and the name that leads there."""

from collections.abc import Callable, Sequence

import pulumi
from pulumi_aws import ec2, route53

from components.clouds.aws.network import Network
from components.clouds.aws.site import Site, named
from components.clouds.cloud import Entrance

_BALANCER = "service.beta.kubernetes.io/aws-load-balancer"
_SECONDS = 300


def entrances(site: Site, network: Network) -> Callable[[str, str | None], Entrance]:
    """Give what reserves a hub's address.

    The balancers are made by the controller that EKS runs beside its API server, and not by one inside the cluster: on
    the way down it is there for as long as the cluster is, so no balancer is left because its controller went first.
    """
    zone = _hosted_zone(site)
    subnet = network.public[site.settings.zones[0]]

    def entrance(hub: str, domain: str | None) -> Entrance:
        # An account has five of these unless it asks for more, so a hub takes one, in the zone where core nodes start;
        # one in each zone would bring nothing, as a hub and its proxy are in one zone at a time.
        address = ec2.Eip(f"{hub}-address", domain="vpc", tags=named(f"{hub}-address"), opts=site.opts)
        if zone is not None and domain:
            leads_to: Sequence[pulumi.Input[str]] = [address.public_ip]
            route53.Record(
                f"{hub}-name", zone_id=zone, name=domain, type="A", ttl=_SECONDS, records=leads_to, opts=site.opts
            )
        return Entrance(
            address.public_ip,
            {
                f"{_BALANCER}-type": "nlb",
                f"{_BALANCER}-eip-allocations": address.id,
                f"{_BALANCER}-subnets": subnet,
                f"{_BALANCER}-additional-resource-tags": site.labels.outside(),
            },
        )

    return entrance


def _hosted_zone(site: Site) -> pulumi.Input[str] | None:
    name = site.settings.dns_zone
    if name is None:
        return None
    asking = pulumi.InvokeOutputOptions(parent=site.opts.parent, provider=site.opts.provider)
    return route53.get_zone_output(name=name, private_zone=False, opts=asking).zone_id
