"""People's disks and databases: names that meet, mounts that hide each other, sizes and versions that cannot be."""

from collections.abc import Iterator

from components.settings.claims import NOTEBOOK, ExtraClaim
from components.settings.draft import Draft
from components.settings.errors import Mistake
from components.settings.shapes import entries, keys
from components.settings.source import Path
from components.settings.storage import HomeStorage
from components.settings.user_database import CLAIM, DatabaseCpu, DatabaseMemory, UserDatabase

_TAKEN = {
    "hub": "with it, the disk of a person called db-dir would be the hub's own",
    "hub-db": "with it, the disk of a person called dir would be the hub's own",
    "claim": "KubeSpawner's own claims begin so",
}
_OF_THE_DATABASE = ("/var/run/postgresql", "/run/postgresql")
_LEAST_GRACE = 10


def check(draft: Draft, hub: str) -> Iterator[Mistake]:
    """Look at what one hub's people have beside their homes."""
    path = ("hubs", hub, "extra_claims")
    found = [draft.read(ExtraClaim, *path, index) for index in range(len(entries(draft.given(*path))))]
    claims = {index: claim for index, claim in enumerate(found) if claim}
    homes = draft.read(HomeStorage, "hubs", hub, "storage")
    has_database = draft.has("hubs", hub, "user_database") and draft.given("hubs", hub, "user_database") is not False
    for index, claim in claims.items():
        before = [each for place, each in claims.items() if place < index]
        yield from _name((*path, index, "name"), claim, [each.name for each in before], has_database=has_database)
        if homes is not None:
            yield from _mount((*path, index, "mount"), claim, homes, before)
            yield from _meets_homes((*path, index, "name"), claim, homes)
        if has_database and NOTEBOOK in claim.containers and claim.mount in _OF_THE_DATABASE:
            yield Mistake(
                (*path, index, "mount"), claim.mount, "another folder: the database answers there", "choose another"
            )
    if has_database:
        yield from _database(draft, hub)


def _name(path: Path, claim: ExtraClaim, before: list[str], *, has_database: bool) -> Iterator[Mistake]:
    if claim.name in _TAKEN or claim.name.startswith("claim-"):
        why = _TAKEN.get(claim.name, _TAKEN["claim"])
        yield Mistake(path, claim.name, f"another name: {why}", f"did you mean {_other(claim.name)}?")
    elif claim.name == CLAIM and has_database:
        yield Mistake(
            path,
            CLAIM,
            "another name: user_database has a disk of this one",
            "take one of the two away, or rename this",
        )
    for name in [*before, *([CLAIM] if has_database else [])]:
        if name == claim.name and name in before:
            yield Mistake(path, name, "a name that no other claim of the hub has", "rename one of them")
        elif _meet(name, claim.name):
            yield Mistake(
                path,
                claim.name,
                f"a name that does not begin as {name} does: disks are called <name>-<person>, and two people's would "
                "meet",
                "rename one of them, without the hyphen",
            )


def _meet(one: str, other: str) -> bool:
    return one.startswith(f"{other}-") or other.startswith(f"{one}-")


def _other(name: str) -> str:
    return name.replace("claim", "disk") if name.startswith("claim") else f"{name.replace('-', '')}disk"


def _meets_homes(path: Path, claim: ExtraClaim, homes: HomeStorage) -> Iterator[Mistake]:
    template = homes.pvc_name_template
    if template and template.startswith(f"{claim.name}-"):
        yield Mistake(
            path,
            claim.name,
            f"a name that storage.pvc_name_template ({template}) does not begin with",
            "rename one of them",
        )


def _mount(path: Path, claim: ExtraClaim, homes: HomeStorage, before: list[ExtraClaim]) -> Iterator[Mistake]:
    ours = [f"{homes.home}/{name}" for name in ("shared", "shared-readwrite", "shared-public", "allusers", "groups")]
    if NOTEBOOK in claim.containers and (homes.home == claim.mount or homes.home.startswith(f"{claim.mount}/")):
        yield Mistake(
            path,
            claim.mount,
            f"a folder that does not hide the home, {homes.home}",
            f"did you mean {homes.home}/{claim.name}?",
        )
    elif any(claim.mount == folder or claim.mount.startswith(f"{folder}/") for folder in ours):
        yield Mistake(path, claim.mount, "a folder that is not one that people share", f"did you mean /{claim.name}?")
    for other in before:
        if other.mount == claim.mount and set(other.containers) & set(claim.containers):
            yield Mistake(
                path, claim.mount, f"a folder of its own: {other.name} is there", f"did you mean /{claim.name}?"
            )


def _database(draft: Draft, hub: str) -> Iterator[Mistake]:
    path = ("hubs", hub, "user_database")
    for kind, what in ((DatabaseMemory, "memory"), (DatabaseCpu, "cpu")):
        share = draft.read(kind, *path, what)
        if share is not None and share.guarantee > share.limit:
            yield Mistake(
                (*path, what),
                f"a guarantee of {share.guarantee} and a limit of {share.limit}",
                "a limit no less than the guarantee",
                f"set limit to {share.guarantee} or more, or lower guarantee",
            )
    database = draft.read(UserDatabase, *path)
    if database is None:
        return
    if database.max_capacity is not None and database.max_capacity < database.capacity:
        yield Mistake(
            (*path, "max_capacity"),
            str(database.max_capacity),
            f"no less than capacity, which is {database.capacity}",
            "raise it, or take it away: then the disk does not grow by itself",
        )
    before = database.upgrade_from
    if before is not None and int(before) >= int(database.postgres):
        yield Mistake(
            (*path, "upgrade_from"),
            before,
            f"a version before {database.postgres}, which is the one that databases are to have",
            "take it away" if before == database.postgres else "PostgreSQL does not go back; dump and restore by hand",
        )
    yield from _grace(draft, hub)


def _grace(draft: Draft, hub: str) -> Iterator[Mistake]:
    path = ("hubs", hub, "chart_values", "hub", "config", "KubeSpawner")
    seconds = keys(draft.given(*path)).get("delete_grace_period")
    if isinstance(seconds, int) and seconds < _LEAST_GRACE:
        yield Mistake(
            (*path, "delete_grace_period"),
            str(seconds),
            f"{_LEAST_GRACE} or more beside user_database: PostgreSQL would be killed before its data is whole",
            "take it away: hubstack gives a server with a database 30 seconds",
        )
