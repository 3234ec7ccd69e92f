"""AWS, and what the platform makes there."""

from typing import Literal

from pydantic import Field

from components.settings.names import Text
from components.settings.section import Section


class AwsCloud(Section):
    """A platform on AWS."""

    provider: Literal["aws"] = Field(description="The cloud the platform runs on.", examples=["aws"])
    region: Text = Field(description="The region; no default.")
