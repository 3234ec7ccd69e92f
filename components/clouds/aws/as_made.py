"""The settings that AWS makes a new network, cluster or file system for: they stay as they were."""

from collections.abc import Mapping

import pulumi

from components.labels import Labels
from components.settings.clouds.aws import AwsCloud
from components.unchanging import Kept, Unchanging

_WHY = (
    "AWS would make the network, the cluster or the file system anew, and what people have on it would go with the old"
    " one. Set it back; or let a new stack start beside this one, and move to it."
)


def refuse_changes(settings: AwsCloud, labels: Labels, opts: pulumi.ResourceOptions) -> pulumi.Resource:
    """Refuse another value of a setting that cannot change in place. A further zone may join, and those there stay.

    The cluster and the file system wait for this word. The network does not, so that it costs no time: a new one beside
    the old does no harm, and none of the old goes before the whole `up` has gone well.
    """
    return Unchanging(
        "aws-place", labels.platform, Kept(_settings(settings), _WHY), pulumi.ResourceOptions(parent=opts.parent)
    )


def _settings(settings: AwsCloud) -> Mapping[str, str]:
    network, cluster, files = settings.network, settings.cluster, settings.filestore
    zones = {f"cloud.zones[{place}]": zone for place, zone in enumerate(settings.zones)}
    made = {"cloud.filestore.performance": files.performance} if not (files.existing or files.server) else {}
    said = {
        "cloud.region": settings.region,
        **zones,
        "cloud.network.existing.vpc": network.existing.vpc if network.existing else "one of the platform's own",
        "cloud.network.range": network.range,
        "cloud.cluster.existing": cluster.existing or "one of the platform's own",
        "cloud.cluster.services": cluster.services,
        "cloud.cluster.secrets_key": cluster.secrets_key or "one of the platform's own",
        **made,
    }
    return {f"hubstack:{path}": value for path, value in said.items()}
