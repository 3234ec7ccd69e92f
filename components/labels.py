"""Labels that say whose an object is, on everything the graph makes."""

from dataclasses import dataclass, replace

import pulumi

PLATFORM = "hubstack.dev/platform"
"""Holds the platform's random id; stack names are not unique, so what is left behind is found by this."""

CLOUD_TAG = "hubstack-platform"
"""The same, as a label or tag outside the cluster: a key that all three clouds take."""

HUB = "hubstack.dev/hub"
"""Holds the hub's name, on what belongs to one hub."""

MANAGED_BY = "app.kubernetes.io/managed-by"
PULUMI = "pulumi"
"""The value of `MANAGED_BY` on what the graph itself makes, and not the hub or its chart."""


@dataclass(frozen=True)
class Labels:
    """Whose an object is."""

    platform: pulumi.Input[str]
    hub: str | None = None

    def of_hub(self, hub: str) -> "Labels":
        """Give the labels of what belongs to this hub of the platform."""
        return replace(self, hub=hub)

    def outside(self) -> pulumi.Output[str]:
        """Give the tag outside the cluster as drivers of disks and balancers' annotations take it, `key=value`."""
        return pulumi.Output.concat(CLOUD_TAG, "=", self.platform)

    def owner(self) -> dict[str, pulumi.Input[str]]:
        """Give the labels for what others make on the platform's behalf."""
        hub: dict[str, pulumi.Input[str]] = {HUB: self.hub} if self.hub else {}
        return {PLATFORM: self.platform, **hub}

    def of(self, component: str) -> dict[str, pulumi.Input[str]]:
        """Give the labels of an object of the graph's own; `component` says what it is for."""
        return {
            "app.kubernetes.io/component": component,
            "app.kubernetes.io/part-of": "hubstack",
            MANAGED_BY: PULUMI,
            **self.owner(),
        }
