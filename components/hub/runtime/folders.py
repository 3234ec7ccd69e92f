"""Folders that people share, mounted in each one's home.

They lie beside the homes where these are folders too, and on a volume of their own where a home is a disk.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from . import pods
from .names import group_folder
from .settings import GROUP, Folder, RuntimeSettings
from .upstream import KubeSpawner

_VOLUME = "shared-folders"


def add(pod: Any, server: KubeSpawner, settings: RuntimeSettings) -> None:
    """Mount what this person may see of the shared folders in their notebook, and nothing else."""
    if not settings.folders:
        return
    volume = settings.home_volume
    if settings.folders_claim is not None:
        volume = _VOLUME
        pods.add_volume(pod, {"name": volume, "persistentVolumeClaim": {"claimName": settings.folders_claim}})
    if volume is None or not pods.has_volume(pod, volume):
        server.log.warning("The pod of %s has no volume %s, so no shared folders either", server.pod_name, volume)
        return
    notebook = pods.containers(pod)[pods.NOTEBOOK]
    groups = sorted(group.name for group in server.user.groups)
    for path, at, write in seen_by(settings.folders, groups, admin=server.user.admin):
        mount = {"name": volume, "mountPath": f"{settings.home.rstrip('/')}/{at}", "readOnly": not write}
        if not pods.mount(notebook, mount | {"subPath": path} if path else mount):
            server.log.warning("%s has something else mounted at ~/%s already", server.pod_name, at)


def seen_by(folders: Sequence[Folder], groups: Sequence[str], *, admin: bool) -> Iterator[tuple[str, str, bool]]:
    """Give the path, the mount and whether it can be written of each folder that such a person sees."""
    for folder in folders:
        match folder.audience:
            case "everyone":
                yield folder.path, folder.mount, folder.write
            case "admins":
                if admin:
                    yield folder.path, folder.mount, folder.write
            case "members":
                for group in groups:
                    if folder.groups is None or group in folder.groups:
                        name = group_folder(group)
                        yield folder.path.replace(GROUP, name), folder.mount.replace(GROUP, name), folder.write
