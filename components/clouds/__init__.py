"""What lies outside the cluster, one folder a cloud with the same file names in each."""

import pulumi

from components.clouds.cloud import Cloud
from components.settings import LocalCloud


def open_cloud(settings: LocalCloud, platform: pulumi.Input[str]) -> Cloud:
    """Give the cloud that the stack file names; `platform` is the platform's id.

    A cloud's package is imported only where it is used: their SDKs are heavy.
    """
    from components.clouds import local  # noqa: PLC0415

    return local.open_cloud(settings, platform)
