"""What each person's server gets, and how many there may be."""

from pydantic import Field

from components.settings.durations import Duration
from components.settings.names import UrlPath, Variable
from components.settings.quantities import Cpu, Memory, Quantity
from components.settings.section import Section, Whole


class MemoryShare(Section):
    """Memory of one server."""

    guarantee: Memory = Field(
        default=Quantity("512Mi"),
        description=(
            "Memory kept free on the node for each server, whether used or not; it decides how many fit on a node. "
            "The default is half the limit: operators of teaching hubs keep two to four times between the two."
        ),
        examples=["512Mi", "2Gi"],
    )
    limit: Memory = Field(
        default=Quantity("1Gi"),
        description=(
            "Memory at which a server's largest process is ended. The default is what an introductory course's "
            "notebooks need."
        ),
        examples=["1Gi", "4Gi"],
    )


class CpuShare(Section):
    """CPU of one server."""

    guarantee: Cpu = Field(
        default=Quantity("0.05"),
        description=(
            "CPU cores kept for each server. The default is small as notebooks are idle most of the time and "
            "memory, not CPU, should decide how many fit on a node."
        ),
        examples=[0.05, "500m"],
    )
    limit: Cpu = Field(
        default=Quantity("2"),
        description=(
            "CPU cores a server can use at most. The default lets a plot or a test run finish fast without one "
            "person slowing down a whole node."
        ),
        examples=[2, 4],
    )


class Users(Section):
    """Everyone's server: its share of a node, its start, its environment."""

    memory: MemoryShare = Field(default=MemoryShare(), description="Memory of each server.")
    cpu: CpuShare = Field(default=CpuShare(), description="CPU of each server.")
    most: Whole = Field(
        default=100,
        ge=1,
        le=10_000,
        description=(
            "How many servers may run at once in this hub; one more is refused with a sentence. The namespace's "
            "quota is derived from it. The default is a large class."
        ),
        examples=[100, 300],
    )
    default_url: UrlPath = Field(
        default="/lab",
        description="Page that a server opens with; /lab is JupyterLab, /tree the classic notebook.",
        examples=["/lab", "/tree"],
    )
    start_timeout: Duration = Field(
        default=Duration("10m"),
        description=(
            "How long a server may take to start before it is given up. The default leaves time for a new node "
            "and a large image."
        ),
        examples=["10m"],
    )
    http_timeout: Duration = Field(
        default=Duration("2m"),
        description="How long a started server may take to answer; the default leaves time for a slow first import.",
        examples=["2m"],
    )
    environment: dict[Variable, str] = Field(
        default={},
        description=(
            "Environment variables of every server, by name. They are no place for secrets: each person can read "
            "them. Default: none."
        ),
        examples=[{"COURSE": "data8"}],
    )
