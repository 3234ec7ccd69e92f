"""Homes of one kind with options of another, volumes that are not there, and homes that no admin can look into."""

from collections.abc import Iterator

from components.settings.draft import Draft
from components.settings.errors import Mistake
from components.settings.explain import show
from components.settings.outline import place
from components.settings.shapes import entries, keys
from components.settings.shared import SharedFolders
from components.settings.source import Path
from components.settings.storage import HomeStorage

_OF_MADE_CLAIMS = ("pvc_name_template", "storage_class", "storage_capacity", "extra_labels", "delete_pvc")
"""Options of claims that KubeSpawner makes."""

_PERSON = ("{username}", "{safe_username}", "{escaped_username}", "{userid}")
_SERVER = ("{servername}", "{safe_servername}", "{escaped_servername}")
_BOTH = ("{user_server}", "{safe_user_server}", "{escaped_user_server}")

OWN_VOLUMES = ("home", "files", "user-database", "postgres-socket", "postgres-tmp", "postgres-shm", "shared-folders")
"""Volumes of a server that are there already; those of extra claims begin with `OF_CLAIMS`."""
OF_CLAIMS = "extra-"


def check(draft: Draft, hub: str) -> Iterator[Mistake]:
    """Look at where one hub's homes lie."""
    path = ("hubs", hub, "storage")
    homes = draft.read(HomeStorage, *path)
    if homes is None:
        return
    yield from _type(draft, path, homes)
    yield from _deleting(path, homes)
    yield from _volumes(draft, path, homes)
    shared = draft.read(SharedFolders, "hubs", hub, "shared")
    if homes.type != "shared" and shared is not None and shared.allusers:
        yield Mistake(
            ("hubs", hub, "shared", "allusers"),
            shared.allusers,
            f"false with storage.type: {homes.type}, as no home lies where admins could see it",
            "take it away, or say storage.type: shared",
        )


def _type(draft: Draft, path: Path, homes: HomeStorage) -> Iterator[Mistake]:
    """Find options that belong to another type of storage, and the one that is missing."""
    fits = {
        "claim": homes.type == "static",
        "sub_path": homes.type in ("static", "dynamic"),
        "names": homes.type == "shared" or (homes.type == "static" and homes.sub_path is None),
        **dict.fromkeys(_OF_MADE_CLAIMS, homes.makes_claims),
    }
    needed = {
        "claim": "type: static",
        "sub_path": "type: static or dynamic; with shared, a person's folder is called as names says",
        "names": "type: shared, or with static and no sub_path",
        **dict.fromkeys(_OF_MADE_CLAIMS, "type: dynamic, or with storage_pvc_ensure: true"),
    }
    for key, fit in fits.items():
        if not fit and draft.has(*map(str, path), key):
            given = draft.given(*path, key)
            yield Mistake(
                (*path, key),
                show(place((*path, key), draft.config), given),
                f"{key} only with {needed[key]}; here type is {homes.type}",
                "take it away, or set storage.type",
            )
    if homes.type == "static" and homes.claim is None:
        yield Mistake(
            (*path, "claim"),
            "nothing",
            "the name of a claim in the hub's namespace, which type: static is about",
            "add claim, or choose another type: shared needs none",
        )


def _deleting(path: Path, homes: HomeStorage) -> Iterator[Mistake]:
    """Find claims that would be deleted with somebody else's: KubeSpawner deletes by name, with each named server."""
    template = homes.pvc_name_template
    if not homes.delete_pvc or template is None or any(word in template for word in _BOTH):
        return
    if not any(word in template for word in _PERSON) or not any(word in template for word in _SERVER):
        yield Mistake(
            (*path, "delete_pvc"),
            f"true, with claims called {template}",
            "true only where each server has a claim of its own: with one server, a claim of others would be deleted",
            "take delete_pvc away, or write {user_server} in pvc_name_template",
        )


def _volumes(draft: Draft, path: Path, homes: HomeStorage) -> Iterator[Mistake]:
    names: list[str] = []
    for index, volume in enumerate(homes.volumes):
        name = volume.get("name")
        where: Path = (*path, "volumes", index)
        if not isinstance(name, str) or not name:
            yield Mistake(where, "a volume without a name", "a volume as Kubernetes writes it", "add name")
        elif name in OWN_VOLUMES or name.startswith(OF_CLAIMS) or name in names:
            yield Mistake(
                (*where, "name"),
                "a name that another volume of the server has",
                f"a name of its own, other than {', '.join(OWN_VOLUMES)} and what begins with {OF_CLAIMS}",
            )
        names += [name] if isinstance(name, str) else []
    for index, mount in enumerate(homes.volume_mounts):
        where = (*path, "volume_mounts", index)
        missing = [key for key in ("name", "mountPath") if not isinstance(mount.get(key), str) or not mount[key]]
        if missing:
            yield Mistake(
                where, f"a mount without {missing[0]}", "a mount as Kubernetes writes it", f"add {missing[0]}"
            )
        elif mount["name"] not in (*names, "home"):
            yield Mistake(
                (*where, "name"),
                "the name of no volume",
                f"one of {', '.join([*names, 'home'])}",
                "add the volume to storage.volumes",
            )
    yield from _twice(draft, path)


def _twice(draft: Draft, path: Path) -> Iterator[Mistake]:
    """Find volumes in the chart's values as well: the list there would take the place of this one."""
    beyond = (*path[:-1], "chart_values", "singleuser", "storage")
    for key, value in (("volumes", "extraVolumes"), ("volume_mounts", "extraVolumeMounts")):
        if entries(draft.given(*path, key)) and value in keys(draft.given(*beyond)):
            yield Mistake(
                (*beyond, value),
                "volumes in two places",
                f"one list, behind storage.{key} or here",
                "move them together",
            )
