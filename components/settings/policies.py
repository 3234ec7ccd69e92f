"""Where a stack may do what a policy forbids: which one, why, and until when."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from components.settings.dates import Date
from components.settings.names import Text
from components.settings.refusal import refuse
from components.settings.section import Section
from components.settings.words import nearest

POLICIES = (
    "no-public-data",
    "closed-control-plane",
    "no-dummy-login",
    "tls",
    "no-plain-secrets",
    "pinned-images",
    "pinned-charts",
    "no-wildcard-rights",
    "no-privileged-pods",
    "encrypted",
    "limits",
    "core-pool",
    "labelled",
    "data-held",
    "backed-up",
    "course-over",
)
"""The policies of `policies/`, which tell of themselves in docs/policies.md."""


def _policy(name: str) -> str:
    if name not in POLICIES:
        meant = nearest(name, POLICIES)
        raise refuse(
            "the name of a policy, as a finding gives it and docs/policies.md lists it",
            f"did you mean {meant}?" if meant else "",
        )
    return name


PolicyName = Annotated[str, AfterValidator(_policy)]


class Accepted(Section):
    """A policy that is softer on this stack, for a while."""

    level: Literal["advisory", "off"] = Field(
        default="advisory",
        description=(
            "How it is softer. advisory: findings are said and stop nothing; off: the policy is not asked. The default "
            "keeps them in sight."
        ),
        examples=["advisory"],
    )
    reason: Text = Field(description="Why, for whoever reads this next; no default.", examples=["behind the VPN"])
    until: Date = Field(
        description="The last day of it; from the next, the policy stops a preview again. No default.",
        examples=["2027-02-05"],
    )
