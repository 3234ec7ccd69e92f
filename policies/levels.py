"""How strict each policy is on a stack: what the stack file says, and else what suits the cloud.

On a cloud a finding stops the preview; on one's own machine it is said and nothing more. A stack file softens a policy
under `hubstack:policies`, with a reason and a day after which the policy is strict again.
"""

from collections.abc import Mapping
from typing import Literal

from policies.model import Policy, Stack, at, day

Level = Literal["mandatory", "advisory", "disabled"]

_WRITTEN: Mapping[str, Level] = {"advisory": "advisory", "off": "disabled"}


def level(policy: Policy, stack: Stack) -> Level:
    """Give how strict a policy is on a stack, today."""
    accepted = at(stack.settings, f"policies.{policy.name}")
    until = day(at(accepted, "until"))
    if until and stack.today <= until:
        return _WRITTEN.get(str(at(accepted, "level")), "mandatory")
    return "advisory" if stack.is_local else "mandatory"
