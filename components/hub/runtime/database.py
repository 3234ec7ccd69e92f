"""A PostgreSQL beside the notebook, which no one but this pod's containers can reach: it listens on a socket only.

It is a sidecar in Kubernetes' own sense, an init container that goes on running: it answers before the notebook starts,
is stopped after the notebook has ended, and keeps no pod from being called ready. Its data lies on a claim that no
other container mounts.
"""

import json
from collections.abc import Sequence
from typing import Any, cast

from . import pods
from .pods import Json
from .quantities import write_cores, write_size
from .settings import Database

CONTAINER = "postgres"
UPGRADE = "postgres-upgrade"
"""Brings the data over from an older version, before the sidecar starts."""

SOCKET_FOLDER = "/var/run/postgresql"
FILES_FOLDER = "/usr/local/share/hubstack"
"""Where the container finds what it starts with (components/hub/user_database_files)."""

PERSON = "jovyan"
"""The role and the database; in Jupyter's images it is the person's own name, and has this id and group."""
_USER, _GROUP = 1000, 100

_START = ("/bin/bash", f"{FILES_FOLDER}/start.sh")
_SOCKET, _FILES, _SCRATCH, _SHARED_MEMORY = "postgres-socket", "user-database", "postgres-tmp", "postgres-shm"

_NOTHING: Json = {}

# What Pod Security's level `restricted` asks of every container.
_RESTRICTED = {
    "runAsUser": _USER,
    "runAsGroup": _GROUP,
    "runAsNonRoot": True,
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "readOnlyRootFilesystem": True,
    "seccompProfile": {"type": "RuntimeDefault"},
}

ENVIRONMENT = {
    "PGHOST": SOCKET_FOLDER,
    "PGUSER": PERSON,
    "PGDATABASE": PERSON,
    # For SQLAlchemy and what builds on it, JupySQL first.
    "DATABASE_URL": f"postgresql+psycopg://{PERSON}@/{PERSON}?host={SOCKET_FOLDER}",
}
"""Lets the notebook's programs find the database with no settings of their own."""


def add(pod: Any, database: Database, home: str) -> None:
    """Add the sidecar to the pod, after all that starts before the notebook; its claim is mounted by `claims`."""
    notebook = pods.containers(pod)[pods.NOTEBOOK]
    # The very mount that the notebook has, so that COPY and dumps reach this person's folder and no other.
    homes = [_as_json(mount) for path, mount in pods.mounts(notebook).items() if path == home.rstrip("/")]
    for volume in _volumes(database):
        pods.add_volume(pod, volume)
    pods.mount(notebook, {"name": _SOCKET, "mountPath": SOCKET_FOLDER})
    if database.upgrade_from is not None and database.upgrade_image is not None:
        pods.add_init_container(pod, _container(UPGRADE, database.upgrade_image, database, ("dump",)))
    pods.add_init_container(pod, _sidecar(database, homes, home))


def used_bytes(pod: Json) -> int | None:
    """Give what the sidecar wrote at its last end of how much its disk holds; None where it wrote nothing.

    The person's own code can write that, so it is read as a stranger's.
    """
    statuses: list[dict[str, Any]] = pod.get("status", {}).get("initContainerStatuses") or []
    for status in statuses:
        if status.get("name") == CONTAINER:
            for state in ("state", "lastState"):
                ended: Json | None = (status.get(state) or _NOTHING).get("terminated")
                used = _read(ended.get("message")) if ended else None
                if used is not None:
                    return used
    return None


def _read(message: str | None) -> int | None:
    try:
        written = json.loads(message or "")
    except (ValueError, RecursionError):
        return None
    used = cast("dict[str, Any]", written).get("used_bytes") if isinstance(written, dict) else None
    return used if type(used) is int and 0 <= used < 2**63 else None


def _sidecar(database: Database, homes: Sequence[Json], home: str) -> Json:
    container = _container(CONTAINER, database.image, database)
    return {
        **container,
        "restartPolicy": "Always",
        # The kubelet starts no further container before this has ended; a probe would wait a second between its tries.
        "lifecycle": {"postStart": {"exec": {"command": [*_START, "wait"]}}},
        "env": [
            {"name": "EXTENSIONS", "value": ",".join(database.extensions)},
            {"name": "HOME_FOLDER", "value": home if homes else ""},
        ],
        "volumeMounts": [*container["volumeMounts"], *homes],
    }


def _container(name: str, image: str, database: Database, words: Sequence[str] = ()) -> Json:
    return {
        "name": name,
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        "command": [*_START, *words],
        "resources": {
            "requests": {
                "cpu": write_cores(database.cpu_guarantee),
                "memory": write_size(database.memory_guarantee),
            },
            "limits": {"cpu": write_cores(database.cpu_limit), "memory": write_size(database.memory_limit)},
        },
        "securityContext": _RESTRICTED,
        "volumeMounts": [
            {"name": _SOCKET, "mountPath": SOCKET_FOLDER},
            # Each container's own, as its root is read-only and what it says of itself lies there.
            {"name": _SCRATCH, "mountPath": "/tmp", "subPath": name},  # noqa: S108
            # Parallel queries need more than the 64 MiB that a container has; it counts as the container's memory.
            {"name": _SHARED_MEMORY, "mountPath": "/dev/shm"},  # noqa: S108
            {"name": _FILES, "mountPath": FILES_FOLDER, "readOnly": True},
            # PostgreSQL starts as nobody whom the system does not know.
            {"name": _FILES, "mountPath": "/etc/passwd", "subPath": "passwd", "readOnly": True},
        ],
    }


def _volumes(database: Database) -> list[Json]:
    return [
        {"name": _SOCKET, "emptyDir": {}},
        {"name": _SCRATCH, "emptyDir": {}},
        {"name": _SHARED_MEMORY, "emptyDir": {"medium": "Memory", "sizeLimit": "128Mi"}},
        {"name": _FILES, "configMap": {"name": database.config_map}},
    ]


def _as_json(mount: Any) -> Json:
    fields = ("name", "mountPath", "subPath", "subPathExpr", "readOnly", "mountPropagation")
    return {name: pods.field(mount, name) for name in fields if pods.field(mount, name) is not None}
