"""What lies outside the cluster, one folder a cloud with the same file names in each."""

import pulumi

from components.clouds.cloud import Cloud
from components.labels import Labels
from components.pace import importing_much
from components.settings import AwsCloud, AzureCloud, GcpCloud, LocalCloud, StackSettings

_REQUIREMENTS = {"pulumi_gcp": "gcp", "pulumi_aws": "aws", "pulumi_azure_native": "azure"}
"""The file of packages, in requirements/, that brings an SDK."""


def open_cloud(settings: StackSettings, labels: Labels, opts: pulumi.ResourceOptions) -> Cloud:
    """Make what the platform needs of the cloud that the stack file names, or find it where it exists already.

    A cloud's package is imported only where it is used: their SDKs are heavy. Raises RunError, with a sentence, where
    this one's is not installed.
    """
    try:
        with importing_much():
            return _open(settings, labels, opts)
    except ModuleNotFoundError as error:
        if error.name not in _REQUIREMENTS:
            raise
        raise pulumi.RunError(
            f"The stack is on {settings.cloud.provider}, whose SDK is not installed: run `.venv/bin/python -m pip "
            f"install -r requirements/{_REQUIREMENTS[error.name]}.txt`, which brings no other cloud's."
        ) from None


def _open(settings: StackSettings, labels: Labels, opts: pulumi.ResourceOptions) -> Cloud:
    match settings.cloud:
        case LocalCloud():
            from components.clouds import local  # noqa: PLC0415

            return local.open_cloud(settings.cloud, labels)
        case GcpCloud():
            from components.clouds import gcp  # noqa: PLC0415

            return gcp.open_cloud(settings.cloud, settings.homes, labels, opts)
        case AwsCloud():
            from components.clouds import aws  # noqa: PLC0415

            return aws.open_cloud(
                settings.cloud, settings.homes, labels, opts, archives_databases=settings.archives_databases
            )
        case AzureCloud():
            from components.clouds import azure  # noqa: PLC0415

            return azure.open_cloud(
                settings.cloud, settings.homes, labels, opts, archives_databases=settings.archives_databases
            )
