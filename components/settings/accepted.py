"""What may be lost: the one way past the check that stops a pull request which loses data."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from components.settings.dates import Date
from components.settings.refusal import refuse
from components.settings.section import Section


def _resource(name: str) -> str:
    if re.fullmatch(r"urn:pulumi:\S.*|[A-Za-z][A-Za-z0-9]* \S+", name):
        return name
    raise refuse("a resource as the comment names it, kind and name, such as Instance homes; or its whole URN")


def _reason(text: str) -> str:
    if text.strip():
        return text
    raise refuse("a reason, for those who read it later")


class AcceptedLoss(Section):
    """A resource that may go with the data in it, so that the check of a pull request lets this one pass.

    It does not lift what protects the resource: `on_destroy` does that.
    """

    resource: Annotated[str, AfterValidator(_resource)] = Field(
        description=(
            "What may go: its kind and name as the pull request's comment gives them; its whole URN where two are "
            "named alike. No default."
        ),
        examples=["Instance homes"],
    )
    reason: Annotated[str, AfterValidator(_reason)] = Field(
        description="Why, for those who review it and those who read it later; no default.",
        examples=["the course is over, and everybody has fetched their files"],
    )
    until: Date = Field(
        description=(
            "The last day on which it is accepted, in UTC; no default. Once it has passed, the entry does nothing."
        ),
        examples=["2026-12-18"],
    )
