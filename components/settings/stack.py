"""The whole stack file."""

from pydantic import Field

from components.settings.chart import ChartSource
from components.settings.clouds.local import LocalCloud
from components.settings.homes import Homes
from components.settings.hub import Hub
from components.settings.names import HubName
from components.settings.section import Section


class StackSettings(Section):
    """What a stack file says: one platform, whole and free of contradictions."""

    cloud: LocalCloud = Field(description="Where the platform runs; no default.")
    chart: ChartSource = Field(default=ChartSource(), description="The JupyterHub chart that the hubs are made from.")
    homes: Homes = Field(default=Homes(), description="The file system that holds people's home folders.")
    hubs: dict[HubName, Hub] = Field(
        min_length=1,
        description=(
            "The platform's JupyterHubs by name; the name is also the Kubernetes namespace and the folder of homes."
        ),
    )
