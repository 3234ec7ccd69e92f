"""What runs in the hub for people's folders, disks and databases: its files, its settings, and the lines that load it.

The settings are written in the one shape that both sides have (components/hub/runtime/settings.py).
"""

from functools import cache
from pathlib import Path
from typing import Any

from components import versions
from components.cluster import homes
from components.hub.runtime.settings import Claim, Database, Folder, RuntimeSettings
from components.hub.values.storage import ClassOf, class_name
from components.hub.values.tree import Values
from components.settings import Hub
from components.settings.claims import ExtraClaim
from components.settings.shared import SharedFolders
from components.settings.storage import FOLDERS
from components.settings.user_database import CLAIM, UserDatabase

CONFIG_MAP = "user-database"
"""Holds what a database's container starts with (components/hub/user_database.py)."""

DATA = "/var/lib/postgresql/data"
DATABASE = "postgres"
"""The container of a person's database."""

GRACE_SECONDS = 30
"""How long a server with a database may take to stop; KubeSpawner's 1 s would be the end of PostgreSQL's shutdown."""

_CODE = Path(__file__).parents[1] / "runtime"
_FOLDER = "/usr/local/share/hubstack"
_SETTINGS = f"{_FOLDER}/runtime/settings.json"
_LOADED_BY = f"""\
import sys

sys.path.insert(0, "{_FOLDER}")
from runtime import configure

configure(c, "{_SETTINGS}")
"""


def values(hub: Hub, classes: ClassOf) -> Values:
    """Deliver the runtime to the hub, where it has anything to do."""
    settings = runtime_settings(hub)
    if not (settings.folders or settings.claims or settings.database or settings.names == "legacy"):
        return {}
    document = {"mountPath": _SETTINGS, "data": _written(settings, classes)}
    delivered: Values = {
        "hub": {
            "extraFiles": {**_modules(), "hubstack-settings": document},
            # Run in the order of their names, so that what people add comes after it and finds the spawner there.
            "extraConfig": {"00-hubstack": _LOADED_BY},
        }
    }
    if hub.user_database:
        delivered["hub"]["config"] = {"KubeSpawner": {"delete_grace_period": GRACE_SECONDS}}
    return delivered


def runtime_settings(hub: Hub) -> RuntimeSettings:
    """Say what each person's server gets beside its notebook; storage classes are called as in the stack file."""
    database = hub.user_database
    return RuntimeSettings(
        home=hub.storage.home,
        home_volume="home" if hub.storage.type in ("shared", "static") else None,
        folders_claim=homes.CLAIM if hub.folders and hub.storage.type != "shared" else None,
        names=hub.storage.names if hub.storage.folder == FOLDERS[hub.storage.names] else "safe",
        folders=_folders(hub.folders),
        claims=(*map(_claim, hub.extra_claims), *([_disk(database)] if database else [])),
        database=_database(database) if database else None,
    )


def shared_folders(hub: Hub) -> list[str]:
    """Give the folders to be made beside the homes, by their names in the hub's folder."""
    tops = (folder.path.split("/")[0] for folder in _folders(hub.folders))
    return list(dict.fromkeys(top for top in tops if top))


@cache
def _modules() -> Values:
    """Give the runtime's code as the chart's `hub.extraFiles`; the same for all hubs, so it is read once."""
    return {
        f"hubstack-runtime-{module.stem.strip('_')}": {
            "mountPath": f"{_FOLDER}/runtime/{module.name}",
            "stringData": module.read_text(),
        }
        for module in sorted(_CODE.glob("*.py"))
    }


def _written(settings: RuntimeSettings, classes: ClassOf) -> dict[str, Any]:
    document = settings.model_dump(mode="json")
    for claim in document["claims"]:
        claim["storage_class"] = class_name(claim["storage_class"], classes)
    return document


def _folders(shared: SharedFolders | None) -> tuple[Folder, ...]:
    folders: list[Folder] = []
    if not shared:
        return ()
    if shared.readonly:
        folders.append(Folder(path="_shared", mount="shared", audience="everyone", write=False))
    if shared.readwrite_for_admins:
        folders.append(Folder(path="_shared", mount="shared-readwrite", audience="admins", write=True))
    if shared.allusers:
        write = shared.allusers == "readwrite"
        folders.append(Folder(path="", mount="allusers", audience="admins", write=write))
    if shared.public:
        folders.append(Folder(path="_shared-public", mount="shared-public", audience="everyone", write=True))
    if shared.groups != ():
        path, mount = "_groups/{group}", "groups/{group}"
        folders.append(Folder(path=path, mount=mount, audience="members", write=True, groups=shared.groups))
    return tuple(folders)


def _claim(claim: ExtraClaim) -> Claim:
    return Claim(
        name=claim.name,
        storage_class=claim.storage_class,
        capacity=claim.capacity.bytes,
        mount=claim.mount,
        sub_path=claim.sub_path,
        containers=claim.containers,
        delete_with_user=claim.delete_with_user,
    )


def _disk(database: UserDatabase) -> Claim:
    return Claim(
        name=CLAIM,
        storage_class=database.storage_class,
        capacity=database.capacity.bytes,
        max_capacity=database.max_capacity.bytes if database.max_capacity else None,
        mount=DATA,
        # PostgreSQL wants no volume's root, which may hold a lost+found and cannot be given another mode.
        sub_path="data",
        containers=(DATABASE,),
        delete_with_user=database.delete_with_user,
    )


def _database(database: UserDatabase) -> Database:
    before = database.upgrade_from
    return Database(
        image=versions.POSTGRESQL_IMAGES[database.postgres],
        postgres=database.postgres,
        claim=CLAIM,
        memory_guarantee=database.memory.guarantee.bytes,
        memory_limit=database.memory.limit.bytes,
        cpu_guarantee=database.cpu.guarantee.cores,
        cpu_limit=database.cpu.limit.cores,
        extensions=database.extensions,
        config_map=CONFIG_MAP,
        upgrade_from=before,
        upgrade_image=versions.POSTGRESQL_IMAGES[before] if before else None,
    )
