"""Every policy, by subject. Each is pure: it takes resources and gives findings."""

from policies.checks import calendar, capacity, data, encryption, owner, pins, reach, rights, secrets
from policies.model import Policy

POLICIES: tuple[Policy, ...] = (
    *reach.POLICIES,
    *secrets.POLICIES,
    *pins.POLICIES,
    *rights.POLICIES,
    *encryption.POLICIES,
    *capacity.POLICIES,
    *owner.POLICIES,
    *data.POLICIES,
    *calendar.POLICIES,
)

__all__ = ["POLICIES"]
