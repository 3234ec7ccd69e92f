"""Questions to an API server before there is a graph to ask them.

The Kubernetes client could ask them, but its import takes longer than everything else that a preview does. So it is
left to kubeconfigs that need more than a certificate or a token, such as a cloud's login command.
"""

import base64
import json
import ssl
import tempfile
import urllib.error
import urllib.request
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

SECONDS_TO_ANSWER = 10
"""How long one request may take; a cluster in reach answers in a fraction of it."""

_PLAIN_CLUSTER = {"server", "certificate-authority-data", "insecure-skip-tls-verify", "extensions"}
_PLAIN_USER = {"client-certificate-data", "client-key-data", "token"}

Entry = Mapping[str, Any]


class RefusalError(Exception):
    """The API server answered, but not what was asked."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"{status} {reason}")
        self.status = status


class NoAnswerError(Exception):
    """No API server answered, or the credentials could not be had; the text says why."""


def ask(kubeconfig: str, path: str) -> Any:
    """Give the API server's answer to a GET of `path`, as JSON says it.

    `kubeconfig` is one context's, as `read_context` gives it. Raise RefusalError or NoAnswerError.
    """
    whole = json.loads(kubeconfig)
    cluster, user = whole["clusters"][0]["cluster"], whole["users"][0]["user"]
    if set(cluster) <= _PLAIN_CLUSTER and set(user) <= _PLAIN_USER:
        return _ask_plainly(cluster, user, path)
    return _ask_by_client(whole, path)


def _ask_plainly(cluster: Entry, user: Entry, path: str) -> Any:
    address = str(cluster["server"]).rstrip("/") + path
    headers = {"Authorization": f"Bearer {user['token']}"} if "token" in user else {}
    try:
        request = urllib.request.Request(address, headers=headers)  # noqa: S310 - the person's own kubeconfig names it
        with urllib.request.urlopen(request, timeout=SECONDS_TO_ANSWER, context=_tls(cluster, user)) as answer:  # noqa: S310
            return json.load(answer)
    except urllib.error.HTTPError as error:
        raise RefusalError(error.code, error.reason) from None
    except urllib.error.URLError as error:
        raise NoAnswerError(_words(error.reason)) from None
    except (OSError, ValueError) as error:
        raise NoAnswerError(_words(error)) from None


def _tls(cluster: Entry, user: Entry) -> ssl.SSLContext:
    authority = cluster.get("certificate-authority-data")
    context = ssl.create_default_context(cadata=_decoded(authority) if authority else None)
    if cluster.get("insecure-skip-tls-verify"):
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if "client-certificate-data" in user:
        # OpenSSL reads a key from a file only; the file is this user's alone and gone at once.
        with tempfile.NamedTemporaryFile("w", suffix=".pem") as pair:
            pair.write(_decoded(user["client-certificate-data"]) + "\n" + _decoded(user["client-key-data"]))
            pair.flush()
            context.load_cert_chain(Path(pair.name))
    return context


def _decoded(data: str) -> str:
    return base64.b64decode(data).decode()


def _ask_by_client(kubeconfig: Entry, path: str) -> Any:
    from components.clouds import client  # noqa: PLC0415 - slow, and seldom needed

    try:
        status, reason, answer = client.get(json.dumps(kubeconfig), str(kubeconfig["current-context"]), path)
    except client.FAILURES as error:
        raise NoAnswerError(_words(getattr(error, "reason", None) or error)) from None
    if status != HTTPStatus.OK:
        raise RefusalError(status, reason)
    return json.loads(answer)


def _words(reason: object) -> str:
    """Give why a connection failed in a few words, such as `Connection refused`."""
    return str(getattr(reason, "strerror", None) or reason).rsplit(": ", 1)[-1].strip("()' ") or type(reason).__name__
