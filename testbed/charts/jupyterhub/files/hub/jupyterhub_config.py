"""JupyterHub's configuration, made from the chart's values: the hub, the users' pods, then what people add.

Later parts go before earlier ones: hub.config, files in jupyterhub_config.d, and last hub.extraConfig.
"""

import sys
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
sys.path.insert(0, str(FOLDER))

import hub_process  # noqa: E402
import hub_services  # noqa: E402
import user_pods  # noqa: E402

# extraConfig uses these without importing them, get_config among them although traitlets has another of this name.
from z2jh import (  # noqa: E402
    get_config,
    get_name,  # noqa: F401  # pyright: ignore[reportUnusedImport]
    get_name_env,  # noqa: F401  # pyright: ignore[reportUnusedImport]
    get_secret_value,  # noqa: F401  # pyright: ignore[reportUnusedImport]
    set_config_if_not_none,  # noqa: F401  # pyright: ignore[reportUnusedImport]
)

c: Any = c  # type: ignore[name-defined]  # noqa: F821, PLW0127  # traitlets puts it here

print("This hub is set up by hubstack's stand-in for the jupyterhub chart.")

hub_process.configure(c)
user_pods.configure(c)
hub_services.configure(c)
hub_process.pass_through(c)

for part in sorted(FOLDER.glob("jupyterhub_config.d/*.py")):
    exec(compile(part.read_text(), str(part), "exec"), globals())  # noqa: S102  # it is what these files are for

for name, code in sorted(get_config("hub.extraConfig", {}).items()):
    print(f"Running hub.extraConfig.{name}")
    exec(compile(code, f"hub.extraConfig.{name}", "exec"), globals())  # noqa: S102  # it is what extraConfig is for
