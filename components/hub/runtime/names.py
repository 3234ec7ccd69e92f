"""Folders named after people and groups, whatever these are called.

Names come from login services and from people themselves, so each is hostile until it is made safe: one folder's name,
which no path leads out of, and no two people's or groups' alike.
"""

import hashlib
import re
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import lru_cache

from .settings import Scheme
from .upstream import escape_slug, safe_slug

Person = tuple[str, tuple[datetime, int]]
"""A name, and what orders people by when they first came."""

LEGACY = "{legacy_escape_username}"
"""KubeSpawner had this until version 7, and homes of older hubs are called by it."""

LONGEST = 255
"""As long as a folder's name may be, in bytes, on the file systems that homes lie on."""

_PLAIN_GROUP = re.compile(r"(?!.*(?:--|\.\.))[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?")
_NEITHER_LETTER_NOR_DIGIT = re.compile(r"[^a-z0-9]+")
_MAX_SAFE = 48


def group_folder(group: str) -> str:
    """Give a group's folder: its own name where that is plain, and else what can be read of it, with a hash.

    Plain names have no `--`, so none is another one's with a hash.
    """
    if _PLAIN_GROUP.fullmatch(group):
        return group
    readable = _NEITHER_LETTER_NOR_DIGIT.sub("-", group.lower()).strip("-")[:32].rstrip("-")
    # Twice as long a hash as KubeSpawner's, since people may name groups and try names until two hashes meet.
    return f"{readable or 'group'}--{hashlib.sha256(group.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def legacy_name(name: str) -> str:
    """Give what KubeSpawner made of a name until version 7: whatever is no letter or digit is a hyphen."""
    return "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in name.lower())


@lru_cache(maxsize=100_000)
def home_folder(name: str, scheme: Scheme) -> str:
    """Give a person's folder; KubeSpawner takes hyphens off the end."""
    match scheme:
        case "safe":
            return safe_slug(name, max_length=_MAX_SAFE)
        case "escaped":
            return escape_slug(name)
        case "legacy":
            return legacy_name(name).rstrip("-")


def why_no_home(name: str, scheme: Scheme, people: Callable[[], Iterable[Person]]) -> str | None:
    """Give the sentence that says why a person can have no home, or None; `people` gives all that the hub knows."""
    folder = home_folder(name, scheme)
    if not folder:
        return (
            "Your name has no letter or digit that a home folder could be called by. Please ask whoever runs this hub "
            "to give you another name."
        )
    if len(folder.encode()) > LONGEST:
        return (
            "Your name is too long for a home folder to be called by. Please ask whoever runs this hub to give you a "
            "shorter one."
        )
    if not _may_clash(name, scheme):
        return None
    came = {other: since for other, since in people() if home_folder(other, scheme) == folder}
    if min(came, key=lambda other: came[other], default=name) == name:
        return None
    return (
        f"Your home folder would be called {folder}, and so is that of another person, who was here first. Please ask "
        "whoever runs this hub to give you another name."
    )


def _may_clash(name: str, scheme: Scheme) -> bool:
    # Escaped names can all be read back. A safe name has a hash unless it is the person's own, and who may choose
    # names can try them until two short hashes meet.
    return scheme == "legacy" or (scheme == "safe" and home_folder(name, scheme) != name)
