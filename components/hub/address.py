"""Where people open a hub."""

from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

from components.clouds.cloud import Entrance
from components.hub.doors import NodePorts
from components.settings import Hub


def known_url(hub: Hub, node_ports: NodePorts | None, entrance: Entrance | None) -> pulumi.Input[str] | None:
    """Give the address where it is known before the hub is; None where a load balancer will decide it."""
    if hub.domain:
        return f"{scheme(hub)}://{hub.domain}"
    if node_ports:
        return f"{scheme(hub)}://localhost:{node_ports.front}"
    if entrance:
        return pulumi.Output.concat(scheme(hub), "://", entrance.address)
    return None


def balancer_url(
    name: str,
    hub: Hub,
    release: kubernetes.helm.v3.Release,
    opts: pulumi.ResourceOptions,
) -> pulumi.Output[str]:
    """Read the address of the load balancer that the release's Service got."""
    # Bound to the release's id, so that a preview asks for no Service before there is a release.
    identifier = pulumi.Output.all(release.namespace, release.id).apply(lambda known: f"{known[0]}/proxy-public")
    service = kubernetes.core.v1.Service.get(f"{name}-address", identifier, opts)
    return service.status.apply(lambda status: f"{scheme(hub)}://{_host(status)}")


def scheme(hub: Hub) -> str:
    """Give the protocol that people open the hub with."""
    return "https" if hub.proxy.https else "http"


def _host(status: Any) -> str:
    """Give the first address of a balancer: clouds differ in whether it is an IP address or a name."""
    places = status.load_balancer.ingress if status and status.load_balancer else None
    return (places[0].ip or places[0].hostname) if places else "no-address-yet"
