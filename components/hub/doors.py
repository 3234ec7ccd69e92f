"""Which of the nodes' ports each hub answers at, where a cluster has no load balancers."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from components.settings import LocalCloud, StackSettings


@dataclass(frozen=True)
class NodePorts:
    """The ports of every node that lead to one hub."""

    http: int
    https: int | None = None

    @property
    def front(self) -> int:
        """The port that people use."""
        return self.https or self.http


def node_ports_by_hub(settings: StackSettings) -> Mapping[str, NodePorts | None]:
    """Give each hub its ports out of the range in the settings, or None where hubs get load balancers.

    A port follows from the hub's name, so a new hub moves no other hub's door, unless the two meet at one port: then
    the later name takes the next free one.
    """
    free = settings.cloud.node_ports if isinstance(settings.cloud, LocalCloud) else None
    if free is None:
        return dict.fromkeys(settings.hubs)
    taken: dict[int, str] = {}

    def take(door: str) -> int:
        start = int.from_bytes(hashlib.sha256(door.encode()).digest()[:4]) % len(free.ports)
        port = next(port for port in (*free.ports[start:], *free.ports[:start]) if port not in taken)
        taken[port] = door
        return port

    ports: dict[str, NodePorts | None] = {}
    for name in sorted(settings.hubs):
        https = settings.hubs[name].proxy.https
        # Where HTTPS ends before the hub, what ends it comes in by plain HTTP.
        speaks_https = https is not None and https.offload is None
        ports[name] = NodePorts(http=take(name), https=take(f"{name} https") if speaks_https else None)
    return ports
