"""Looks whether a server that was started listens yet, more often than JupyterHub does by itself.

JupyterHub doubles the time between two looks, so a server that takes four seconds may be seen three seconds after that.
A look is one connection from the hub to the server, which is mostly refused at once.
"""

import asyncio
from contextlib import suppress
from urllib.parse import urlsplit

from .upstream import exponential_backoff

PATIENCE = 10.0
"""Seconds; whoever takes longer is waited for by JupyterHub, as long as `http_timeout` says."""

_BETWEEN_LOOKS = 0.2
_CONNECTING = 1.0


async def listening(url: str) -> None:
    """Return when somebody listens at a server's address, or when patience ends; what is wrong, the hub will say."""
    place = urlsplit(url)
    host, port = place.hostname, place.port
    if host is None or port is None:
        return
    pause = {"start_wait": _BETWEEN_LOOKS, "max_wait": _BETWEEN_LOOKS}
    with suppress(TimeoutError):
        await exponential_backoff(lambda: _listens(host, port), f"{url} does not listen", timeout=PATIENCE, **pause)


async def _listens(host: str, port: int) -> bool:
    try:
        async with asyncio.timeout(_CONNECTING):
            _, writer = await asyncio.open_connection(host, port)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True
