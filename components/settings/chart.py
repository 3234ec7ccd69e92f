"""Which JupyterHub chart the hubs are made from."""

from pydantic import Field

from components import versions
from components.settings.durations import Duration
from components.settings.names import File, Text, Url
from components.settings.section import Section


class ChartSource(Section):
    """The Zero to JupyterHub chart: from its repository, or from a folder or .tgz file."""

    path: File | None = Field(
        default=None,
        description=(
            "Folder or .tgz file of the chart, instead of a repository. Default: HUBSTACK_JUPYTERHUB_CHART, unless "
            "repository is set here."
        ),
        examples=["../zero-to-jupyterhub-k8s/jupyterhub"],
    )
    repository: Url = Field(
        default=versions.JUPYTERHUB_CHART_REPOSITORY,
        description="Helm repository the chart comes from; the default is the project's own.",
        examples=[versions.JUPYTERHUB_CHART_REPOSITORY],
    )
    version: Text = Field(
        default=versions.JUPYTERHUB_CHART,
        description=(
            "The chart's version. Default: the one hubstack is written for and tested with; another may not know "
            "every value that hubstack sets."
        ),
        examples=[versions.JUPYTERHUB_CHART],
    )
    timeout: Duration = Field(
        default=Duration("15m"),
        description=(
            "How long a hub may take to start before its release fails. The default leaves time to pull the hub's "
            "images over a slow line; an image that cannot be pulled is known by then at the latest."
        ),
        examples=["15m"],
    )


class OperatorChart(Section):
    """The chart of CloudNativePG's operator, which runs the platform's databases."""

    path: File | None = Field(
        default=None,
        description=(
            "Folder or .tgz file of the chart, instead of a repository. Default: HUBSTACK_CLOUDNATIVE_PG_CHART, unless "
            "repository is set here."
        ),
        examples=["../charts/cloudnative-pg"],
    )
    repository: Url = Field(
        default=versions.CLOUDNATIVE_PG_CHART_REPOSITORY,
        description="Helm repository the chart comes from; the default is the project's own.",
        examples=[versions.CLOUDNATIVE_PG_CHART_REPOSITORY],
    )
    version: Text = Field(
        default=versions.CLOUDNATIVE_PG_CHART,
        description="The chart's version. Default: the one hubstack is tested with.",
        examples=[versions.CLOUDNATIVE_PG_CHART],
    )
    timeout: Duration = Field(
        default=Duration("10m"),
        description="How long the operator may take to start. The default leaves time for a new node.",
        examples=["10m"],
    )
