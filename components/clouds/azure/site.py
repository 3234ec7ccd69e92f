"""Where everything that a platform has on Azure is made, and what all of it bears."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_azure_native import resources

from components.keeping import held
from components.labels import CLOUD_TAG, Labels
from components.settings import Homes
from components.settings.clouds.azure import AzureCloud


@dataclass(frozen=True)
class Site:
    """The platform's resource group, and the settings of what is made in it."""

    settings: AzureCloud
    homes: Homes
    labels: Labels
    group: resources.ResourceGroup
    opts: pulumi.ResourceOptions
    archives_databases: bool = False
    """Whether last snapshots of databases are to stay in the group."""

    @property
    def tags(self) -> Mapping[str, pulumi.Input[str]]:
        """The tag of everything: what is left behind is found by it."""
        return {CLOUD_TAG: self.labels.platform}

    @property
    def subscription(self) -> pulumi.Output[str]:
        """The subscription's id as ids begin with it: `/subscriptions/…`."""
        return self.group.id.apply(lambda group: group.split("/resourceGroups/")[0])

    def but(self, *more: pulumi.ResourceOptions) -> pulumi.ResourceOptions:
        """Give the options of a resource here, with some of its own."""
        merged = self.opts
        for each in more:
            merged = pulumi.ResourceOptions.merge(merged, each)
        return merged

    def after(self, *needed: pulumi.Resource) -> pulumi.ResourceOptions:
        """Give the options of a resource here that comes after others and goes before them."""
        return self.but(pulumi.ResourceOptions(depends_on=list(needed)))

    def holding(self, *more: pulumi.ResourceOptions) -> pulumi.ResourceOptions:
        """Give the options of what people's homes lie on, or cannot be reached without."""
        return self.but(held(self.homes.on_destroy), *more) if makes_homes(self.settings) else self.but(*more)

    def asking(self) -> pulumi.InvokeOutputOptions:
        """Give the options of a question to Azure."""
        return pulumi.InvokeOutputOptions(parent=self.opts.parent, provider=self._provider())

    def _provider(self) -> pulumi.ProviderResource | None:
        provider = self.opts.provider
        return provider if isinstance(provider, pulumi.ProviderResource) else None


def makes_homes(settings: AzureCloud) -> bool:
    """Say whether the homes lie in an account of the platform's own."""
    return settings.filestore.existing is None and settings.filestore.server is None


def make_site(
    settings: AzureCloud,
    homes: Homes,
    labels: Labels,
    opts: pulumi.ResourceOptions,
    *,
    archives_databases: bool = False,
) -> Site:
    """Make the resource group. Where homes are kept on destroy, or databases archived, it stays: they are in it."""
    kept = held(homes.on_destroy) if makes_homes(settings) else pulumi.ResourceOptions()
    archives = archives_databases and settings.cluster.existing is None
    if archives:
        kept = pulumi.ResourceOptions.merge(kept, pulumi.ResourceOptions(retain_on_delete=True))
    group = resources.ResourceGroup(
        "group",
        location=settings.region,
        tags={CLOUD_TAG: labels.platform},
        opts=pulumi.ResourceOptions.merge(opts, kept),
    )
    return Site(settings, homes, labels, group, opts, archives)
