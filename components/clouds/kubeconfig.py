"""One context of a kubeconfig file, complete in itself.

The Kubernetes provider gets nothing else: `helm` and `kubectl` acting on whatever the ambient kubeconfig pointed to
once deleted a production namespace (2i2c, August 2025), and a state that holds all of a person's clusters leaks them.
"""

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import pulumi
import yaml

Entry = dict[str, Any]

CONTEXT = "hubstack"
"""The context of the kubeconfigs that the program writes itself."""


class KubeconfigError(pulumi.RunError):
    """The kubeconfig lacks what was asked of it; Pulumi shows the message, which says what to do, and no more."""


def read_context(path: Path, context: str) -> str:
    """Give the context `context` of the file at `path` as a kubeconfig of its own, in JSON, which is YAML too.

    Files that it names are put into it, as their paths mean nothing to a provider that runs elsewhere; commands that
    fetch a token (`exec`) stay, so no long-lived token comes in. The text holds credentials: treat it as a secret.
    Raise KubeconfigError where the file or the context is not there.
    """
    whole = _read(path)
    chosen = _named(whole, "context", context, path)
    cluster = str(chosen.get("cluster", ""))
    user = str(chosen.get("user", ""))
    return _written(
        context,
        (cluster, _complete(_named(whole, "cluster", cluster, path), path.parent)),
        (user, _complete(_named(whole, "user", user, path), path.parent)),
    )


def with_login(cluster: Mapping[str, str], login: Mapping[str, Any]) -> str:
    """Give a kubeconfig without any credential, whose one context is `CONTEXT`, in JSON.

    `cluster` says where the API server is and, where its certificate is its own, by whom it is signed; `login` is the
    command that fetches a token for whoever uses it, as `exec` of a kubeconfig says it.
    """
    command = {"apiVersion": "client.authentication.k8s.io/v1beta1", "interactiveMode": "Never", **login}
    return _written(CONTEXT, (CONTEXT, dict(cluster)), (CONTEXT, {"exec": command}))


def _written(context: str, cluster: tuple[str, Entry], user: tuple[str, Entry]) -> str:
    """Write a kubeconfig of one context, with the names and the entries of its cluster and user."""
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": context,
            "contexts": [{"name": context, "context": {"cluster": cluster[0], "user": user[0]}}],
            "clusters": [{"name": cluster[0], "cluster": cluster[1]}],
            "users": [{"name": user[0], "user": user[1]}],
        },
        sort_keys=True,
    )


def _read(path: Path) -> Entry:
    try:
        loaded = yaml.safe_load(path.read_text())
    except OSError as error:
        raise KubeconfigError(
            f"The kubeconfig {path} cannot be read ({error.strerror}). Set hubstack:cloud.kubeconfig (or"
            " HUBSTACK_KUBECONFIG) to the cluster's kubeconfig; `make up` makes a cluster and one."
        ) from None
    except (yaml.YAMLError, UnicodeDecodeError):
        loaded = None
    if not isinstance(loaded, dict):
        raise KubeconfigError(
            f"The file {path} is not a kubeconfig: it should be YAML with clusters, contexts and users."
        )
    return cast("Entry", loaded)


def _named(whole: Entry, kind: str, name: str, path: Path) -> Entry:
    entries = cast("list[Entry]", whole.get(f"{kind}s") or [])
    for entry in entries:
        if entry.get("name") == name and isinstance(entry.get(kind), dict):
            return cast("Entry", entry[kind])
    present = ", ".join(str(entry.get("name")) for entry in entries) or "none"
    raise KubeconfigError(
        f"The kubeconfig {path} has no {kind} named {name or '(nothing)'}; it has: {present}."
        + (" Set hubstack:cloud.context (or HUBSTACK_CONTEXT) to one of them." if kind == "context" else "")
    )


def _complete(entry: Mapping[str, Any], folder: Path) -> Entry:
    """Put the content of each file that a cluster or user entry names into the entry."""
    complete: Entry = {}
    for key, value in entry.items():
        if key in ("certificate-authority", "client-certificate", "client-key"):
            complete.setdefault(f"{key}-data", base64.b64encode(_content(folder / value)).decode())
        elif key == "tokenFile":
            # Such tokens are renewed in place, so the file is named rather than copied.
            complete[key] = str((folder / value).absolute())
        elif key == "exec":
            complete[key] = _runnable(cast("Entry", value), folder)
        else:
            complete[key] = value
    return complete


def _runnable(command: Entry, folder: Path) -> Entry:
    """Name a command beside the kubeconfig by its full path, as client-go reads it; one on PATH stays as it is."""
    program = str(command.get("command", ""))
    return {**command, "command": str((folder / program).absolute()) if "/" in program else program}


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise KubeconfigError(
            f"The kubeconfig names the file {path}, which cannot be read ({error.strerror})."
        ) from None
