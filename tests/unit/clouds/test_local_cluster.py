"""The cluster that a kubeconfig leads to, and what is said when it leads nowhere."""

import json
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.clouds import client, question
from components.clouds.local.cluster import UnreachableClusterError, find_cluster
from components.clouds.question import NoAnswerError, RefusalError, ask
from tests.support.stacks import KUBECONFIG

SLICES = [
    {"addressType": "IPv4", "endpoints": [{"addresses": ["203.0.113.9"]}, {"addresses": ["203.0.113.5"]}]},
    {"addressType": "IPv4", "endpoints": None},
    {"addressType": "IPv6", "endpoints": [{"addresses": ["2001:db8::1"]}]},
]
ANSWERS: dict[str, Any] = {
    "/api/v1/namespaces/kube-system": {"metadata": {"uid": "a-uid"}},
    "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices": {"items": SLICES},
}


class ApiServer(BaseHTTPRequestHandler):
    """Answers to those who show the token."""

    def do_GET(self) -> None:
        answer = ANSWERS.get(self.path.split("?")[0])
        known = self.headers.get("Authorization") == "Bearer good"
        self.send_response((200 if answer else 404) if known else 401)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), ApiServer)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def kubeconfig(folder: Path, server: str, **user: Any) -> Path:
    path = folder / "kubeconfig"
    clusters = [{"name": "nowhere", "cluster": {"server": server}}]
    path.write_text(yaml.safe_dump({**KUBECONFIG, "clusters": clusters, "users": [{"name": "nobody", "user": user}]}))
    return path


def test_a_cluster_is_known_by_what_no_other_has(tmp_path: Path, address: str) -> None:
    found = find_cluster(kubeconfig(tmp_path, address, token="good"), "test")
    assert found.identifier == "a-uid"
    assert found.api_addresses == ("203.0.113.5", "203.0.113.9")


def test_a_login_command_is_run(tmp_path: Path, address: str) -> None:
    said = json.dumps(
        {"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": {"token": "good"}}
    )
    command = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "command": sys.executable,
        "args": ["-c", f"print({said!r})"],
        "interactiveMode": "Never",
    }
    assert find_cluster(kubeconfig(tmp_path, address, exec=command), "test").identifier == "a-uid"


def test_wrong_credentials_are_said_to_be_wrong(tmp_path: Path, address: str) -> None:
    with pytest.raises(UnreachableClusterError, match="does not know these credentials"):
        find_cluster(kubeconfig(tmp_path, address, token="bad"), "test")


def test_a_cluster_that_does_not_answer_is_named(tmp_path: Path) -> None:
    sentence = r"No cluster answers at context test of .*kubeconfig \(Connection refused\)\. Start it"
    with pytest.raises(UnreachableClusterError, match=sentence):
        find_cluster(kubeconfig(tmp_path, "http://127.0.0.1:1", token="good"), "test")


@pytest.mark.parametrize(
    ("status", "sentence"), [(403, "Use cluster-admin's"), (500, "answered 500 Broken. See to its API server")]
)
def test_a_refusal_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int, sentence: str) -> None:
    monkeypatch.setattr(client, "get", lambda *_: (status, "Broken", b""))
    with pytest.raises(UnreachableClusterError, match=sentence):
        find_cluster(kubeconfig(tmp_path, "http://127.0.0.1:1", username="x"), "test")


def test_both_ways_to_ask_say_the_same(address: str) -> None:
    def config(server: str, token: str) -> str:
        whole = {**KUBECONFIG, "clusters": [{"name": "nowhere", "cluster": {"server": server}}]}
        whole |= {"current-context": "test", "users": [{"name": "nobody", "user": {"token": token}}]}
        return json.dumps(whole)

    for way in (ask, lambda given, path: question._ask_by_client(json.loads(given), path)):
        assert way(config(address, "good"), "/api/v1/namespaces/kube-system") == {"metadata": {"uid": "a-uid"}}
        with pytest.raises(RefusalError, match="401"):
            way(config(address, "bad"), "/api/v1/namespaces/kube-system")
        with pytest.raises(RefusalError, match="404"):
            way(config(address, "good"), "/nothing")
        with pytest.raises(NoAnswerError, match="Connection refused"):
            way(config("http://127.0.0.1:1", "good"), "/nothing")
