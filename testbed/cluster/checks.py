"""Ways to tell whether a component is well."""

import http.client
import socket
import ssl
import time
from dataclasses import dataclass
from pathlib import Path

_LIMIT = 2
"""Seconds that a component has for its answer."""


@dataclass(frozen=True)
class Answers:
    """A component is well while a page of its own, on loopback or the node's address, answers with 200."""

    port: int
    page: str = "/healthz"
    host: str = "127.0.0.1"
    https: bool = False

    def trouble(self) -> str:
        """Give what is wrong, or an empty text."""
        try:
            status, body = self._ask()
        except (OSError, http.client.HTTPException) as error:
            return f"{self.host}:{self.port} does not answer: {error}"
        if status == http.client.OK:
            return ""
        failing = " ".join(line for line in body.splitlines() if line.startswith("[-]"))
        return f"{self.page} answers {status} {failing}".rstrip()

    def _ask(self) -> tuple[int, str]:
        connection = self._connection()
        try:
            connection.request("GET", self.page)
            response = connection.getresponse()
            return response.status, response.read().decode(errors="replace")
        finally:
            connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        if not self.https:
            return http.client.HTTPConnection(self.host, self.port, timeout=_LIMIT)
        # A component signs the certificate of its own port itself, and nothing secret is asked or told here.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return http.client.HTTPSConnection(self.host, self.port, timeout=_LIMIT, context=context)


@dataclass(frozen=True)
class Listens:
    """A component is well while its Unix socket takes connections."""

    path: str

    def trouble(self) -> str:
        """Give what is wrong, or an empty text."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(_LIMIT)
            try:
                connection.connect(self.path)
            except OSError as error:
                return f"{self.path} takes no connection: {error}"
        return ""


@dataclass(frozen=True)
class Beats:
    """A component is well while it touches a file every few seconds."""

    file: Path
    limit: int = 30
    """Seconds without a sign of life after which something is wrong."""

    def trouble(self) -> str:
        """Give what is wrong, or an empty text."""
        try:
            age = time.time() - self.file.stat().st_mtime
        except FileNotFoundError:
            return "it has not begun its work"
        return f"it has done nothing for {age:.0f} s" if age > self.limit else ""


@dataclass(frozen=True)
class Says:
    """A component that answers no question: it is well once its log has a certain text, while its process runs."""

    log: Path
    text: str

    def trouble(self) -> str:
        """Give what is wrong, or an empty text."""
        said = self.log.read_text(errors="replace") if self.log.exists() else ""
        return "" if self.text in said else f"it has not said {self.text!r} yet"


Check = Answers | Listens | Beats | Says
