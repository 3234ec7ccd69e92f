"""One JupyterHub."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, JsonValue

from components.settings.access import Proxy, Quota, Security
from components.settings.auth import Auth
from components.settings.claims import ExtraClaim
from components.settings.dates import Date
from components.settings.names import Domain, ObjectName
from components.settings.section import Section, false_means_off
from components.settings.shared import SharedFolders
from components.settings.storage import HomeStorage
from components.settings.user_database import UserDatabase
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
    ends: Date | None = Field(
        default=None,
        description=(
            "The last day of the course that the hub is for. Nothing happens by itself: from the next day on, the "
            "policy course-over reminds of it. Default: none."
        ),
        examples=["2027-02-05"],
    )
    users: Users = Field(default=Users(), description="What each person's server gets, and how many there may be.")
    storage: HomeStorage = Field(default=HomeStorage(), description="Where people's homes lie.")
    shared: Annotated[
        SharedFolders | None, BeforeValidator(false_means_off, json_schema_input_type=SharedFolders | Literal[False])
    ] = Field(
        default=SharedFolders(),
        description=(
            "Folders that people share, on the platform's file system; false: none. Default: where homes are folders "
            "of it too, one that everyone reads and admins write; where homes are elsewhere, none."
        ),
    )
    extra_claims: tuple[ExtraClaim, ...] = Field(
        default=(),
        description=(
            "Disks for each person's server, beside the home; they go when the hub is destroyed. Default: none."
        ),
    )
    user_database: Annotated[
        UserDatabase | None, BeforeValidator(false_means_off, json_schema_input_type=UserDatabase | Literal[False])
    ] = Field(
        default=None,
        description=(
            "A PostgreSQL beside each person's notebook; its data goes when the hub is destroyed. Default: none."
        ),
    )
    image: Image = Field(default=Image(), description="The container image of users' servers.")
    pull_secrets: tuple[ObjectName, ...] = Field(
        default=(),
        description="Names of Secrets in the hub's namespace that open private image registries; default: none.",
        examples=[["registry"]],
    )
    on_destroy: Literal["refuse", "delete"] = Field(
        default="refuse",
        description=(
            "What becomes of people's disks, which cannot outlive the hub, when it is destroyed or taken out of the "
            "stack file: homes of storage dynamic or static, extra_claims and databases. It takes effect at the next "
            "`pulumi up`. refuse: nothing is destroyed until delete stands here. A hub without such disks asks "
            "nothing; what becomes of homes on the platform's file system, homes.on_destroy says."
        ),
        examples=["delete"],
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

    @property
    def folders(self) -> SharedFolders | None:
        """The folders that people share: by themselves where homes are folders too, and else where asked for."""
        return self.shared if self.storage.type == "shared" or "shared" in self.model_fields_set else None

    @property
    def has_folder(self) -> bool:
        """Whether something of the hub's lies on the platform's file system."""
        return self.storage.type == "shared" or self.folders is not None

    @property
    def has_disks(self) -> bool:
        """Whether people's work lies on disks that go with the hub."""
        in_claims = self.storage.type in ("dynamic", "static") or self.storage.makes_claims
        return in_claims or bool(self.extra_claims) or self.user_database is not None

    @property
    def server_guarantees(self) -> tuple[Decimal, Decimal]:
        """The memory, in bytes, and the CPU cores that a server and what runs beside it are guaranteed."""
        users, database = self.users, self.user_database
        memory, cpu = users.memory.guarantee.value, users.cpu.guarantee.value
        if database is None:
            return memory, cpu
        return memory + database.memory.guarantee.value, cpu + database.cpu.guarantee.value
