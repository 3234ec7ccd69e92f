"""Labels that pods, Services and claims of a hub bear, so that what is left behind can be found by them."""

from collections.abc import Mapping

import pulumi

from components.hub.values.tree import Values


def values(labels: Mapping[str, pulumi.Input[str]]) -> Values:
    """Label what the chart and KubeSpawner make."""
    return {
        "hub": {"labels": dict(labels)},
        "proxy": {"labels": dict(labels), "service": {"labels": dict(labels)}},
        "singleuser": {"extraLabels": dict(labels), "storage": {"extraLabels": dict(labels)}},
    }
