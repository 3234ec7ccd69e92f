"""One JupyterHub."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, JsonValue

from components.settings.access import Proxy, Quota, Security
from components.settings.auth import Auth
from components.settings.names import Domain, ObjectName
from components.settings.section import Section, false_means_off
from components.settings.users import Users
from components.settings.workload import Culling, Image, Scheduling


class Hub(Section):
    """One JupyterHub in its own namespace, which bears the hub's name."""

    domain: Domain | None = Field(
        default=None,
        description=(
            "Host name that people open the hub by. Default: none; the hub answers at its port or its load "
            "balancer's address."
        ),
        examples=["data8.example.edu"],
    )
    auth: Auth = Field(
        description="How people log in, and who may come in; no default, as no choice is safe everywhere."
    )
    users: Users = Field(default=Users(), description="What each person's server gets, and how many there may be.")
    image: Image = Field(default=Image(), description="The container image of users' servers.")
    pull_secrets: tuple[ObjectName, ...] = Field(
        default=(),
        description="Names of Secrets in the hub's namespace that open private image registries; default: none.",
        examples=[["registry"]],
    )
    scheduling: Scheduling = Field(default=Scheduling(), description="Which nodes users' servers run on.")
    culling: Annotated[
        Culling | None, BeforeValidator(false_means_off, json_schema_input_type=Culling | Literal[False])
    ] = Field(default=Culling(), description="When idle and old servers are stopped; false: never.")
    proxy: Proxy = Field(default=Proxy(), description="How the hub is reached.")
    security: Security = Field(default=Security(), description="What users' servers are kept from.")
    quota: Annotated[Quota | None, BeforeValidator(false_means_off, json_schema_input_type=Quota | Literal[False])] = (
        Field(default=Quota(), description="How much the hub's namespace may take from the cluster; false: no quota.")
    )
    chart_values: dict[str, JsonValue] = Field(
        default={},
        description=(
            "Values for the JupyterHub chart that no setting stands for; they are merged in last and held against "
            "the chart's own schema. Default: none."
        ),
        examples=[{"hub": {"config": {"JupyterHub": {"shutdown_on_logout": True}}}}],
    )
