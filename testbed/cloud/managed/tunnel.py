"""The API server's way to what runs on nodes: an HTTP CONNECT proxy, as konnectivity is, that leads to webhooks alone.

Nothing really listens at a pod's address, so a Service is answered for by a server of ours, while its pods run.
"""

import logging
import socket
import threading
from collections.abc import Callable
from contextlib import suppress

log = logging.getLogger(__name__)

_REFUSED = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"
_OPEN = b"HTTP/1.1 200 Connection established\r\n\r\n"
_CHUNK = 65536


class Tunnel:
    """Listens on an abstract Unix socket; `leads` gives the local port behind an address and port, or None."""

    def __init__(self, name: str, leads: Callable[[str, int], int | None]) -> None:
        self._leads = leads
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(f"\0{name}")
        self._listener.listen()

    def start(self) -> None:
        """Begin, in a thread of its own."""
        threading.Thread(target=self._listen, name="tunnel", daemon=True).start()

    def _listen(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            threading.Thread(target=self._serve, args=(connection,), name="tunnelled", daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            asked = _read_head(connection)
            address, _, port = asked.split(" ")[1].rpartition(":")
            there = self._leads(address.strip("[]"), int(port))
            log.info("to %s:%s: %s", address, port, "led" if there else "nothing runs there")
            if there is None:
                connection.sendall(_REFUSED)
                return
            with socket.create_connection(("127.0.0.1", there)) as onward:
                connection.sendall(_OPEN)
                back = threading.Thread(target=_copy, args=(onward, connection), daemon=True)
                back.start()
                _copy(connection, onward)
                back.join()


def _read_head(connection: socket.socket) -> str:
    head = b""
    while b"\r\n\r\n" not in head:
        heard = connection.recv(_CHUNK)
        if not heard:
            raise OSError("the API server asked for nothing")
        head += heard
    return head.decode()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while heard := source.recv(_CHUNK):
            target.sendall(heard)
        target.shutdown(socket.SHUT_WR)
