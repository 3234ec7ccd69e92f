"""Which image users' servers run, on which nodes, and when an idle one is stopped."""

from typing import Literal

from pydantic import Field

from components import versions
from components.settings.durations import Duration
from components.settings.names import ImageDigest, ImageName, ImageTag, LabelKey, LabelValue
from components.settings.section import Section, Whole

_SAMPLE, _SAMPLE_TAG = versions.SINGLEUSER_IMAGE.rsplit(":", 1)


class Image(Section):
    """The container image of users' servers, pinned by tag or digest."""

    name: ImageName = Field(
        default=_SAMPLE,
        description=(
            "The image's name, without its tag; the default is the chart's sample with JupyterLab and nbgitpuller. In "
            "one of your own have ipykernel 7.4 or 6: with 7.0 to 7.3, as in the sample, a cell now and then waits "
            "until the page is loaded anew (ipython/ipykernel#1554)."
        ),
        examples=[_SAMPLE],
    )
    tag: ImageTag | None = Field(
        default=None,
        description=(
            "The image's version; latest is refused, as it changes under a running course. Default: the pinned "
            "version of the default image; another image needs a tag or a digest."
        ),
        examples=[_SAMPLE_TAG],
    )
    digest: ImageDigest | None = Field(
        default=None,
        description="The image's content, sha256:… ; it wins over the tag, and is the surest pin. Default: none.",
        examples=["sha256:" + "0" * 64],
    )
    pull_policy: Literal["IfNotPresent", "Always", "Never"] = Field(
        default="IfNotPresent",
        description=(
            "When a node gets the image: the default, IfNotPresent, is right for a pinned image and starts fastest."
        ),
        examples=["IfNotPresent"],
    )

    @property
    def version(self) -> str | None:
        """The tag to use: the one given, or the default image's own."""
        return self.tag or (_SAMPLE_TAG if self.name == _SAMPLE else None)

    @property
    def reference(self) -> str:
        """The image as a node pulls it: `name:tag`, `name@digest` or `name:tag@digest`."""
        return self.name + (f":{self.version}" if self.version else "") + (f"@{self.digest}" if self.digest else "")


class Toleration(Section):
    """A taint of nodes that users' servers put up with."""

    key: LabelKey | None = Field(
        default=None, description="The taint's key; default: every key.", examples=["hub.jupyter.org/dedicated"]
    )
    operator: Literal["Equal", "Exists"] = Field(
        default="Equal",
        description="Whether the taint's value must be equal or only the key there; Kubernetes' default.",
    )
    value: LabelValue | None = Field(
        default=None, description="The taint's value, with operator Equal.", examples=["user"]
    )
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] | None = Field(
        default=None, description="The taint's effect; default: every effect.", examples=["NoSchedule"]
    )
    seconds: Whole | None = Field(
        default=None,
        ge=0,
        description="How many seconds a server stays after a NoExecute taint came; default: for good.",
    )


class Scheduling(Section):
    """Which nodes users' servers run on."""

    node_selector: dict[LabelKey, LabelValue] = Field(
        default={},
        description="Labels that a node must have for users' servers; default: none, any node will do.",
        examples=[{"hub.jupyter.org/node-purpose": "user"}],
    )
    tolerations: tuple[Toleration, ...] = Field(
        default=(),
        description=(
            "Taints of nodes that users' servers put up with, besides the chart's own "
            "hub.jupyter.org/dedicated=user; default: none."
        ),
        examples=[[{"key": "nvidia.com/gpu", "operator": "Exists"}]],
    )


class Culling(Section):
    """When servers are stopped to free their memory; files are kept."""

    idle: Duration = Field(
        default=Duration("1h"),
        description=(
            "A server without a connection or a running cell for so long is stopped; the default outlasts a lunch "
            "break."
        ),
        examples=["1h"],
    )
    max_age: Duration | None = Field(
        default=Duration("12h"),
        description="A server this old is stopped even in use, so that no node is kept for good; null means never.",
        examples=["12h"],
    )
    every: Duration = Field(
        default=Duration("5m"),
        description="How often servers are looked at; the default costs the hub little and frees memory soon enough.",
        examples=["5m"],
    )
