"""What every part of a platform on Google Cloud has to know: the settings, whose it is, where it is in the graph."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components.labels import CLOUD_TAG, Labels
from components.settings import Homes
from components.settings.clouds.gcp import GcpCloud


@dataclass(frozen=True)
class Site:
    """Where a platform is built."""

    settings: GcpCloud
    homes: Homes
    owner: Labels
    opts: pulumi.ResourceOptions
    """Parent and provider of every resource."""

    @property
    def labels(self) -> Mapping[str, pulumi.Input[str]]:
        """The label of everything that has labels.

        It stands on each resource and not on the provider: the platform's id is known only once it is made, and a
        provider that is not known whole previews nothing.
        """
        return {CLOUD_TAG: self.owner.platform}

    @property
    def description(self) -> pulumi.Output[str]:
        """The same, for what Google gives no labels: a search for the platform's id finds descriptions too."""
        return self.owner.outside()

    def path(self, kind: str, name: str, location: str) -> str:
        """Give the full name of what exists, such as a cluster, by its short one."""
        return f"projects/{self.settings.project}/locations/{location}/{kind}/{name}"

    def after(self, *needed: pulumi.Resource) -> pulumi.ResourceOptions:
        """Give the options of what cannot be before what it needs is, and goes before it."""
        return self.but(pulumi.ResourceOptions(depends_on=list(needed)))

    def but(self, *more: pulumi.ResourceOptions) -> pulumi.ResourceOptions:
        """Give the options of a resource with further ones of its own."""
        merged = self.opts
        for each in more:
            merged = pulumi.ResourceOptions.merge(merged, each)
        return merged


def makes_files(settings: GcpCloud) -> bool:
    """Say whether the homes lie in a Filestore instance of the platform's own."""
    return settings.filestore.existing is None and settings.filestore.server is None
