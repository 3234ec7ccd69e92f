"""Google's limits on when it may not upgrade a cluster.

They are those of cloud.google.com/kubernetes-engine/docs/concepts/maintenance-windows-and-exclusions: 48 hours in any
32 days, of which only stretches of four hours or more count; three exclusions of everything, twenty in all.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from components.settings.clouds.gcp import GcpExclusion, GcpMaintenance
from components.settings.draft import Draft
from components.settings.errors import Mistake

_PATH = ("cloud", "cluster", "maintenance")
_LONGEST = {"everything": 30, "minor": 180, "minor_and_nodes": 180}
_MOST_OF_EVERYTHING = 3
_MOST = 20
_NEEDED = timedelta(hours=48)
_WITHIN = timedelta(days=32)
_SHORTEST = timedelta(hours=4)
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")

Stretch = tuple[datetime, datetime]


def check(draft: Draft) -> Iterator[Mistake]:
    """Look at the exclusions, one by one and together, and at what they leave of the window."""
    maintenance = draft.read(GcpMaintenance, *_PATH)
    if maintenance is None:
        return
    mistakes = [*_exclusions(maintenance), *_count(maintenance)]
    yield from mistakes
    if not mistakes:
        yield from _time_left(maintenance)


def _exclusions(maintenance: GcpMaintenance) -> Iterator[Mistake]:
    for name, exclusion in maintenance.exclusions.items():
        path = (*_PATH, "exclusions", name, "last_day")
        days = (exclusion.last_day - exclusion.first_day).days + 1
        longest = _LONGEST[exclusion.scope]
        if days < 1:
            yield Mistake(
                path,
                str(exclusion.last_day),
                f"{exclusion.first_day}, the first day, or a later one",
                "exchange the two",
            )
        elif days > longest:
            yield Mistake(
                path,
                f"{exclusion.last_day}, {days} days",
                f"{longest} days at most with scope: {exclusion.scope}",
                f"end on {exclusion.first_day + timedelta(days=longest - 1)} or sooner"
                + (", or take scope: minor" if exclusion.scope == "everything" else ""),
            )


def _count(maintenance: GcpMaintenance) -> Iterator[Mistake]:
    whole = [name for name, exclusion in maintenance.exclusions.items() if exclusion.scope == "everything"]
    if len(whole) > _MOST_OF_EVERYTHING:
        yield Mistake(
            (*_PATH, "exclusions"),
            f"{len(whole)} with scope: everything ({', '.join(whole)})",
            f"{_MOST_OF_EVERYTHING} at most",
            "take away those that are over, or take scope: minor_and_nodes",
        )
    elif len(maintenance.exclusions) > _MOST:
        yield Mistake(
            (*_PATH, "exclusions"),
            f"{len(maintenance.exclusions)} exclusions",
            f"{_MOST} at most",
            "take away those that are over",
        )


def _time_left(maintenance: GcpMaintenance) -> Iterator[Mistake]:
    closed = [_stretch(each) for each in maintenance.exclusions.values() if each.scope == "everything"]
    first = min((begins for begins, _ in closed), default=_midnight(date(2026, 1, 5))) - _WITHIN
    last = max((ends for _, ends in closed), default=first + _WITHIN)
    opened = list(_opened(maintenance, first, last + _WITHIN, closed))
    while first <= last:
        left = sum(
            (ends - begins for begins, ends in opened if begins >= first and ends <= first + _WITHIN), timedelta()
        )
        if left < _NEEDED:
            hours = int(left.total_seconds() // 3600)
            yield Mistake(
                (*_PATH, "exclusions") if closed else (*_PATH, "duration"),
                f"{hours} hours for upgrades in " + (f"the 32 days from {first.date()}" if closed else "32 days"),
                "48 hours or more in any 32 days",
                "make the window longer, open it on more days, or exclude fewer"
                if closed
                else "make the window longer, or open it on more days",
            )
            return
        first += timedelta(days=1)


def _opened(maintenance: GcpMaintenance, first: datetime, last: datetime, closed: list[Stretch]) -> Iterator[Stretch]:
    """Give the stretches between two moments in which Google may work."""
    hour, minute = (int(part) for part in maintenance.start.split(":"))
    day = first
    while day < last:
        if _WEEKDAYS[day.weekday()] in maintenance.days:
            begins = day + timedelta(hours=hour, minutes=minute)
            yield from _without((begins, begins + timedelta(seconds=maintenance.duration.seconds)), closed)
        day += timedelta(days=1)


def _without(stretch: Stretch, closed: list[Stretch]) -> list[Stretch]:
    """Take what is closed out of a stretch, and what is too short then."""
    parts = [stretch]
    for shut, opens in closed:
        parts = [piece for part in parts for piece in _around(part, shut, opens)]
    return [(begins, ends) for begins, ends in parts if ends - begins >= _SHORTEST]


def _around(part: Stretch, shut: datetime, opens: datetime) -> tuple[Stretch, ...]:
    begins, ends = part
    if ends <= shut or begins >= opens:
        return (part,)
    return (begins, min(ends, shut)), (max(begins, opens), ends)


def _stretch(exclusion: GcpExclusion) -> Stretch:
    return _midnight(exclusion.first_day), _midnight(exclusion.last_day + timedelta(days=1))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
