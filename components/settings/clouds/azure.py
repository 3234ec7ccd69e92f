"""Azure, and what the platform makes there."""

from typing import Literal

from pydantic import Field

from components.settings.names import Text
from components.settings.section import Section


class AzureCloud(Section):
    """A platform on Azure."""

    provider: Literal["azure"] = Field(description="The cloud the platform runs on.", examples=["azure"])
    region: Text = Field(description="The region; no default.")
