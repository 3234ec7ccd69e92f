"""What runs inside the hub: folders, claims and a database for each person, made by the spawner as a server starts.

The chart delivers these files to the hub as they are, so this package imports nothing of hubstack's but its own
modules, relatively. The program that makes the platform imports it too, for the shape of its settings
(components/hub/runtime/settings.py), and has no JupyterHub: what needs one is imported only when `configure` is called.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from .settings import RuntimeSettings

if TYPE_CHECKING:
    from os import PathLike


def configure(c: Any, settings: "str | PathLike[str]") -> None:
    """Let the hub start servers by the settings in a JSON file; `c` is the hub's configuration.

    All that is set for `c.KubeSpawner`, people's own hooks among it, holds as before.
    """
    from .spawner import HubstackSpawner  # noqa: PLC0415 - see above

    HubstackSpawner.runtime = RuntimeSettings.model_validate_json(Path(settings).read_text("utf-8"))
    c.JupyterHub.spawner_class = HubstackSpawner
