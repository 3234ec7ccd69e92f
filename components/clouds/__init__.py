"""What lies outside the cluster, one folder a cloud with the same file names in each."""

import pulumi

from components.clouds.cloud import Cloud
from components.labels import Labels
from components.settings import AwsCloud, AzureCloud, GcpCloud, LocalCloud, StackSettings


def open_cloud(settings: StackSettings, labels: Labels, opts: pulumi.ResourceOptions) -> Cloud:
    """Make what the platform needs of the cloud that the stack file names, or find it where it exists already.

    A cloud's package is imported only where it is used: their SDKs are heavy.
    """
    match settings.cloud:
        case LocalCloud():
            from components.clouds import local  # noqa: PLC0415

            return local.open_cloud(settings.cloud, labels)
        case GcpCloud():
            from components.clouds import gcp  # noqa: PLC0415

            return gcp.open_cloud(settings.cloud, settings.homes, labels, opts)
        case AwsCloud():
            from components.clouds import aws  # noqa: PLC0415

            return aws.open_cloud(settings.cloud, settings.homes, labels, opts)
        case AzureCloud():
            from components.clouds import azure  # noqa: PLC0415

            return azure.open_cloud(settings.cloud, settings.homes, labels, opts)
