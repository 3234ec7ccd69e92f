"""What the node's own controllers share: how they start, and the sign of life the supervisor looks for."""

import logging
from collections.abc import Callable
from pathlib import Path

from testbed.cluster.api import Api
from testbed.cluster.state import Settings, State, load_settings

RUN = Path("/run/hubstack")
"""The node's own folder for sockets and signs of life; it ends with the node."""

API_PORT = 6443


def agent(folder: Path, name: str) -> tuple[Settings, Api, Callable[[], None]]:
    """Give what a controller works with: the settings, the API as `name`, and the function that says it is alive."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s: %(message)s")
    state = State(folder)
    settings = load_settings(state)
    if settings is None:
        message = f"There is no cluster in {folder}."
        raise SystemExit(message)
    api = Api(str(settings.addresses.node), API_PORT, state.pki, name)
    return settings, api, sign_of_life(name).touch


def sign_of_life(name: str) -> Path:
    """Give the file that a controller touches each time it has done its work."""
    return RUN / f"{name}.alive"
