"""What every part of a platform on AWS has to know: the settings, whose it is, and where it belongs in the graph."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pulumi

from components.labels import Labels
from components.settings import Homes
from components.settings.clouds.aws import AwsCloud


@dataclass(frozen=True)
class Site:
    """Where a platform is built."""

    settings: AwsCloud
    homes: Homes
    labels: Labels
    opts: pulumi.ResourceOptions
    """Parent and provider of every resource."""

    stays: pulumi.Resource
    """Says that no setting has changed which the cluster and the file system could not bear."""

    archives_databases: bool = False
    """Whether a last snapshot is to be taken of any database."""

    def after(self, needed: Sequence[pulumi.Resource]) -> pulumi.ResourceOptions:
        """Give the options of what cannot be before what it needed is, and cannot be without it."""
        return self.but(pulumi.ResourceOptions(depends_on=list(needed)))

    def but(self, opts: pulumi.ResourceOptions) -> pulumi.ResourceOptions:
        """Give the options of a resource with further ones."""
        return pulumi.ResourceOptions.merge(self.opts, opts)

    def with_options(self, opts: pulumi.ResourceOptions) -> "Site":
        """Give the same site with further options for everything."""
        return replace(self, opts=self.but(opts))


def named(name: str) -> dict[str, str]:
    """Give the tags of what has an id and no name: by this one, people and ops/recover tell it from its likes."""
    return {"Name": name}
