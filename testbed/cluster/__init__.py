"""An embedded Kubernetes of one node, for machines without Docker: real components, real containers, no downloads.

The node is a set of namespaces (network, mounts, processes, host name), as a kind node is a container. A supervisor
is its first process: with it ends everything that runs, and what it mounted. Stands in for kind, and for a cloud.
"""

from testbed.cluster.cluster import Cluster
from testbed.cluster.health import ComponentStatus
from testbed.cluster.prerequisites import DEBIAN_PACKAGES, can_run

__all__ = ["DEBIAN_PACKAGES", "Cluster", "ComponentStatus", "can_run"]
