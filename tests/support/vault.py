"""Two calls of HashiCorp Vault's transit engine, by which most of the tests' stacks keep their secrets.

With a passphrase each command of Pulumi's computes a key from it: a million rounds, a fifth of a second, so that nobody
guesses it. A run of the tests has a thousand commands. The other stacks, and `make up`'s, have a passphrase.
"""

import base64
import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.fernet import Fernet, InvalidToken

URL = "VAULT_SERVER_URL"
PROVIDER = "hashivault://stacks"
"""What `pulumi stack init --secrets-provider` takes."""

_TOKEN = "tests"
_TRANSIT = "/v1/transit"
_KEY = PROVIDER.partition("//")[2]


@contextmanager
def vault() -> Generator[dict[str, str]]:
    """Serve until the block ends, and give the variables by which Pulumi finds it."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(Fernet(Fernet.generate_key()))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield {URL: f"http://127.0.0.1:{server.server_port}", "VAULT_SERVER_TOKEN": _TOKEN}
        server.shutdown()


def _handler(key: Fernet) -> type[BaseHTTPRequestHandler]:
    def encrypt(body: dict[str, str]) -> dict[str, str]:
        return {"ciphertext": f"vault:v1:{key.encrypt(base64.b64decode(body['plaintext'])).decode()}"}

    def decrypt(body: dict[str, str]) -> dict[str, str]:
        sealed = body["ciphertext"].removeprefix("vault:v1:")
        return {"plaintext": base64.b64encode(key.decrypt(sealed.encode())).decode()}

    calls = {f"{_TRANSIT}/encrypt/{_KEY}": encrypt, f"{_TRANSIT}/decrypt/{_KEY}": decrypt}

    class Transit(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.headers["X-Vault-Token"] != _TOKEN:
                self._answer(403, {"errors": ["permission denied"]})
            elif not (call := calls.get(self.path)):
                self._answer(404, {"errors": [f"no handler for route {self.path}"]})
            else:
                try:
                    self._answer(200, {"data": call(body)})
                except InvalidToken:
                    self._answer(400, {"errors": ["invalid ciphertext: message authentication failed"]})

        def _answer(self, status: int, said: dict[str, Any]) -> None:
            content = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Transit
