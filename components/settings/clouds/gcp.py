"""Google Cloud, and what the platform makes there."""

from typing import Literal

from pydantic import Field

from components.settings.names import Text
from components.settings.section import Section


class GcpCloud(Section):
    """A platform on Google Cloud."""

    provider: Literal["gcp"] = Field(description="The cloud the platform runs on.", examples=["gcp"])
    region: Text = Field(description="The region; no default.")
