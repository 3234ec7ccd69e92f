"""The whole stack file."""

from typing import Annotated

from pydantic import Field

from components.settings.accepted import AcceptedLoss
from components.settings.chart import ChartSource, OperatorChart
from components.settings.clouds.aws import AwsCloud
from components.settings.clouds.azure import AzureCloud
from components.settings.clouds.gcp import GcpCloud
from components.settings.clouds.local import LocalCloud
from components.settings.databases import Database
from components.settings.homes import Homes
from components.settings.hub import Hub
from components.settings.names import DatabaseName, HubName
from components.settings.policies import Accepted, PolicyName
from components.settings.section import Section


class StackSettings(Section):
    """What a stack file says: one platform, whole and free of contradictions."""

    cloud: Annotated[LocalCloud | GcpCloud | AwsCloud | AzureCloud, Field(discriminator="provider")] = Field(
        description="Where the platform runs; no default."
    )
    chart: ChartSource = Field(default=ChartSource(), description="The JupyterHub chart that the hubs are made from.")
    homes: Homes = Field(default=Homes(), description="The file system that holds people's home folders.")
    operator_chart: OperatorChart = Field(
        default=OperatorChart(), description="The chart of the operator that runs databases; used where there are any."
    )
    policies: dict[PolicyName, Accepted] = Field(
        default={},
        description=(
            "Policies that are softer on this stack, by name: docs/policies.md lists them. Default: none; on local a "
            "finding stops nothing anyhow."
        ),
        examples=[{"tls": {"reason": "behind the campus's balancer", "until": "2027-02-05"}}],
    )
    databases: dict[DatabaseName, Database] = Field(
        default={},
        description=(
            "The platform's PostgreSQL clusters by name; the name is also the Kubernetes namespace. Default: none."
        ),
    )
    hubs: dict[HubName, Hub] = Field(
        min_length=1,
        description=(
            "The platform's JupyterHubs by name; the name is also the Kubernetes namespace and the folder of homes."
        ),
    )
    accept_data_loss: tuple[AcceptedLoss, ...] = Field(
        default=(),
        description=(
            "What a pull request may delete or replace although data is lost with it (docs/preview-comments.md). "
            "Default: nothing, and the check of such a pull request fails."
        ),
    )

    @property
    def archives_databases(self) -> bool:
        """Whether a last snapshot is to be taken of any database."""
        return any(database.on_destroy == "archive" for database in self.databases.values())
