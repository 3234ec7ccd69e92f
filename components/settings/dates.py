"""Days of the calendar: `2027-01-25`."""

from datetime import date
from typing import Annotated

from pydantic import BeforeValidator

from components.settings.refusal import refuse


def _date(written: object) -> object:
    if isinstance(written, date):
        return written
    # Without quotes YAML reads a moment, which Pulumi writes out in Go's way.
    try:
        return date.fromisoformat(str(written).removesuffix(" 00:00:00 +0000 UTC"))
    except ValueError:
        raise refuse("a day as year-month-day, such as 2027-01-25") from None


Date = Annotated[date, BeforeValidator(_date)]
