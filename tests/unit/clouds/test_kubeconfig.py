"""One context of a kubeconfig, complete in itself."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.clouds.kubeconfig import KubeconfigError, read_context


def kubeconfig(folder: Path, **user: Any) -> Path:
    path = folder / "kubeconfig"
    (folder / "ca.crt").write_text("an authority")
    path.write_text(
        yaml.safe_dump(
            {
                "current-context": "production",
                "contexts": [
                    {"name": "course", "context": {"cluster": "course", "user": "teacher", "namespace": "x"}},
                    {"name": "production", "context": {"cluster": "production", "user": "operator"}},
                ],
                "clusters": [
                    {
                        "name": "course",
                        "cluster": {"server": "https://192.0.2.1:6443", "certificate-authority": "ca.crt"},
                    },
                    {"name": "production", "cluster": {"server": "https://192.0.2.2:6443"}},
                ],
                "users": [
                    {"name": "teacher", "user": user},
                    {"name": "operator", "user": {"token": "of production"}},
                ],
            }
        )
    )
    return path


def test_only_the_one_context_is_taken(tmp_path: Path) -> None:
    text = read_context(kubeconfig(tmp_path, token="mine"), "course")
    taken = json.loads(text)
    assert taken["current-context"] == "course"
    assert "production" not in text
    assert [user["user"] for user in taken["users"]] == [{"token": "mine"}]


def test_files_are_taken_in(tmp_path: Path) -> None:
    (tmp_path / "teacher.key").write_text("a key")
    taken = json.loads(read_context(kubeconfig(tmp_path, **{"client-key": "teacher.key"}), "course"))
    assert taken["users"][0]["user"] == {"client-key-data": base64.b64encode(b"a key").decode()}
    cluster = taken["clusters"][0]["cluster"]
    assert base64.b64decode(cluster["certificate-authority-data"]) == b"an authority"
    assert "certificate-authority" not in cluster


def test_commands_that_fetch_a_token_stay(tmp_path: Path) -> None:
    command = {"apiVersion": "client.authentication.k8s.io/v1", "args": ["get-token"], "interactiveMode": "Never"}
    on_path = json.loads(read_context(kubeconfig(tmp_path, exec={**command, "command": "aws"}), "course"))
    assert on_path["users"][0]["user"]["exec"] == {**command, "command": "aws"}
    beside = json.loads(read_context(kubeconfig(tmp_path, exec={**command, "command": "./login"}), "course"))
    assert beside["users"][0]["user"]["exec"]["command"] == str(tmp_path / "login")


def test_the_same_file_gives_the_same_text(tmp_path: Path) -> None:
    path = kubeconfig(tmp_path, token="mine")
    assert read_context(path, "course") == read_context(path, "course")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "cannot be read"),
        ("- a\n- list\n", "is not a kubeconfig"),
        ("a: [", "is not a kubeconfig"),
        ("contexts: [{name: other, context: {}}]", "no context named course; it has: other"),
        ("contexts: [{name: course, context: {cluster: c, user: u}}]", "no cluster named c; it has: none"),
    ],
)
def test_a_mistake_is_a_sentence(tmp_path: Path, content: str | None, sentence: str) -> None:
    path = tmp_path / "kubeconfig"
    if content is not None:
        path.write_text(content)
    with pytest.raises(KubeconfigError, match=sentence):
        read_context(path, "course")


def test_a_missing_certificate_is_named(tmp_path: Path) -> None:
    with pytest.raises(KubeconfigError, match=r"gone\.crt"):
        read_context(kubeconfig(tmp_path, **{"client-certificate": "gone.crt"}), "course")
