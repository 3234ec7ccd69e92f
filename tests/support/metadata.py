"""A metadata service on the node, as every cloud has one: what a user's pod must not reach is there to be reached."""

from collections.abc import Iterator
from contextlib import contextmanager

from testbed.cluster import Cluster

ADDRESS = "169.254.169.254"
PORT = 80


@contextmanager
def metadata_service(cluster: Cluster) -> Iterator[str]:
    """Serve at the address at which clouds tell a machine its secrets, and give `address:port`."""
    serve = f"setsid python3 -m http.server --bind {ADDRESS} {PORT} >/dev/null 2>&1 & echo $!"
    listening = f"python3 -c \"import socket; socket.create_connection(('{ADDRESS}', {PORT}))\""
    cluster.node_exec(["ip", "address", "add", f"{ADDRESS}/32", "dev", "lo"])
    try:
        process = cluster.node_exec(["sh", "-c", f"cd /run/hubstack/cni && {serve}"]).strip()
        try:
            cluster.node_exec(["sh", "-c", f"until {listening} 2>/dev/null; do sleep 0.1; done"])
            yield f"{ADDRESS}:{PORT}"
        finally:
            cluster.node_exec(["kill", process])
    finally:
        cluster.node_exec(["ip", "address", "delete", f"{ADDRESS}/32", "dev", "lo"])
