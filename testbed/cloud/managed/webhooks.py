"""The operator's webhooks: an HTTPS server that judges objects of its kinds, with a certificate of the cluster's."""

import base64
import json
import ssl
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from testbed.cloud.managed.fitting import quantity
from testbed.cloud.managed.world import below
from testbed.cluster.certificates import Subject, make

SERVICE = "cnpg-webhook-service"


def serve(pki: Path, namespace: str, alive: Callable[[], bool]) -> int:
    """Answer for the operator in this namespace, while it is `alive`; give the local port."""
    name = f"cnpg-webhook-{namespace}"
    full = f"{SERVICE}.{namespace}.svc"
    make(pki, name, Subject("cnpg-webhook", serves=(full, f"{SERVICE}.{namespace}")))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pki / f"{name}.crt", pki / f"{name}.key")
    server = _Server(alive)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, name=name, daemon=True).start()
    return server.server_address[1]


def authority(pki: Path) -> str:
    """Give what a webhook's configuration has to say for this server to be trusted."""
    return base64.b64encode((pki / "ca.crt").read_bytes()).decode()


def judge(request: dict[str, Any]) -> str:
    """Say what is wrong with an object that is to be made or changed; empty where nothing is.

    Of what the operator refuses, only what a stack file can bring about.
    """
    if below(request, "kind", "kind") != "Cluster":
        return ""
    size, had = (below(request, each, "spec", "storage", "size") for each in ("object", "oldObject"))
    try:
        smaller = bool(size and had and quantity(size) < quantity(had))
    except ValueError:
        return f"spec.storage.size: Invalid value: {size!r}: the size is not a valid quantity"
    if smaller:
        return f"spec.storage.size: Invalid value: {size!r}: can't shrink existing storage from {had} to {size}"
    return ""


class _Server(ThreadingHTTPServer):
    def __init__(self, alive: Callable[[], bool]) -> None:
        super().__init__(("127.0.0.1", 0), _Judge)
        self.alive = alive


class _Judge(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        review = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        # The API server keeps its connections, which in life would have ended with the operator's process.
        if not (isinstance(self.server, _Server) and self.server.alive()):
            self.close_connection = True
            return
        request = review["request"]
        why = judge(request) if self.path.startswith("/validate") else ""
        answer: dict[str, Any] = {"uid": request["uid"], "allowed": not why}
        if why:
            answer["status"] = {"code": 422, "reason": "Invalid", "message": why}
        body = json.dumps({**review, "request": None, "response": answer}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it
        """Say nothing: the API server's own log has it."""
