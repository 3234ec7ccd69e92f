"""The hub's front door: its Service, and where HTTPS ends."""

from collections.abc import Mapping

import pulumi

from components.clouds.cloud import Entrance
from components.hub.doors import NodePorts
from components.hub.values.tree import Values
from components.settings.access import Https, Proxy


def values(proxy: Proxy, domain: str | None, node_ports: NodePorts | None, entrance: Entrance | None = None) -> Values:
    """Open the door at a load balancer, which gets the entrance's address if there is one, or at ports of the nodes."""
    return {
        "proxy": {
            "service": _service(node_ports, entrance),
            "https": _https(proxy.https, domain),
            # The proxy never speaks to Kubernetes, so it gets no token to do so.
            "chp": {"extraPodSpec": {"automountServiceAccountToken": False}},
        }
    }


def _service(node_ports: NodePorts | None, entrance: Entrance | None) -> Values:
    if node_ports is None and entrance:
        return {"type": "LoadBalancer", "annotations": dict(entrance.annotations), **entrance.service}
    if node_ports is None:
        return {"type": "LoadBalancer"}
    https = {"https": node_ports.https} if node_ports.https else {}
    return {"type": "NodePort", "nodePorts": {"http": node_ports.http, **https}}


def _https(https: Https | None, domain: str | None) -> Mapping[str, object]:
    if https is None:
        return {"enabled": False}
    hosts = [domain] if domain else []
    if https.letsencrypt:
        contact = {"contactEmail": https.letsencrypt.contact}
        return {"enabled": True, "type": "letsencrypt", "hosts": hosts, "letsencrypt": contact}
    if https.secret:
        return {"enabled": True, "type": "secret", "hosts": hosts, "secret": {"name": https.secret.name}}
    if https.manual:
        key = pulumi.Output.secret(https.manual.key.get_secret_value())
        return {
            "enabled": True,
            "type": "manual",
            "hosts": hosts,
            "manual": {"key": key, "cert": https.manual.certificate},
        }
    return {"enabled": True, "type": "offload", "hosts": hosts}
