"""When idle and old servers are stopped."""

from components.hub.values.tree import Values
from components.settings.workload import Culling

_CONFIG_FILE = "/etc/jupyter/jupyter_server_config.d/hubstack-culling.json"


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
        "singleuser": {"extraFiles": {"culling": {"mountPath": _CONFIG_FILE, "data": _kernels(culling)}}},
    }


def _kernels(culling: Culling) -> Values:
    """Give Jupyter's own settings: a kernel or terminal left open in a tab is ended, so that its server can be idle."""
    idle, every = culling.idle.seconds, culling.every.seconds
    return {
        "MappingKernelManager": {"cull_idle_timeout": idle, "cull_interval": every, "cull_connected": True},
        "TerminalManager": {"cull_inactive_timeout": idle, "cull_interval": every},
    }
