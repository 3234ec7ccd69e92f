"""When idle and old servers are stopped."""

from components.hub.values.tree import Values
from components.settings.workload import Culling


def values(culling: Culling | None) -> Values:
    """Stop servers by these rules; None never stops one."""
    if culling is None:
        return {"cull": {"enabled": False}}
    return {
        "cull": {
            "enabled": True,
            "timeout": culling.idle.seconds,
            "every": culling.every.seconds,
            "maxAge": culling.max_age.seconds if culling.max_age else 0,
            # Accounts stay: a person who comes back after the holidays is still known.
            "users": False,
        },
    }
