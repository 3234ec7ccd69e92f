"""The environment in which plain `pulumi` commands work on this checkout, and the programs they find in it."""

import os
import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path

from testbed.local.places import CHECKOUT, Places
from testbed.local.plugins import pulumi_home
from testbed.local.ways import Got

HEAD = "# Made by `make up`; sourced by `. ./activate`.\n"


def state_backend(folder: Path) -> str:
    """Give the URL of a state backend that is a folder.

    Without `metadata=skip` each object has an `.attrs` file beside it that is written in place: an engine killed there
    leaves it empty, and the state cannot be read until `ops.recover` has been (gocloud.dev/blob/fileblob).
    """
    return f"file://{folder}?metadata=skip"


def variables(places: Places, got: Iterable[Got]) -> dict[str, str]:
    """Give what the environment sets, PATH aside."""
    settings = {
        "PULUMI_BACKEND_URL": state_backend(places.state),
        "PULUMI_CONFIG_PASSPHRASE_FILE": str(places.passphrase),
        "PULUMI_HOME": str(pulumi_home()),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        # The plugins are had before the engine starts. Its language host asks for the plugin of every Pulumi package
        # that is installed, used or not, and the engine would fetch those of clouds that this stack is not on.
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        # The stack file is shared and the salt of its secrets is this checkout's own: without it, the state's serves.
        "PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER": "true",
    }
    for one in got:
        settings.update(one.variables)
    return settings


def link_programs(places: Places, got: Iterable[Got]) -> None:
    """Let `.hubstack/bin` hold links to the programs that were had, and no others."""
    wanted = {name: path for one in got for name, path in one.programs.items()}
    places.bin.mkdir(parents=True, exist_ok=True)
    for link in places.bin.iterdir():
        if link.name not in wanted:
            link.unlink()
    for name, program in wanted.items():
        link = places.bin / name
        if link.is_symlink() and link.readlink() == program:
            continue
        link.unlink(missing_ok=True)
        link.symlink_to(program)


def whole(places: Places, settings: Mapping[str, str], base: Mapping[str, str] | None = None) -> dict[str, str]:
    """Give the environment of a program that works on this checkout: `settings` over `base` (this process's).

    Python keeps what it compiled, also where a container's image says that it should not: every start of the program
    would compile a cloud's SDK again, which takes longer than all else in it.
    """
    beneath = dict(os.environ if base is None else base)
    for name in ("PULUMI_CONFIG_PASSPHRASE", "VIRTUAL_ENV", "PYTHONHOME", "PYTHONDONTWRITEBYTECODE"):
        beneath.pop(name, None)
    folders = [str(places.bin), str(CHECKOUT / ".venv" / "bin"), beneath.get("PATH", os.defpath)]
    return {**beneath, **settings, "PATH": os.pathsep.join(folders)}


def write(places: Places, settings: Mapping[str, str]) -> None:
    """Write what `. ./activate` sources."""
    lines = [f"export {name}={shlex.quote(value)}\n" for name, value in sorted(settings.items())]
    fresh = places.env.with_suffix(".new")
    fresh.write_text(HEAD + "".join(lines))
    fresh.replace(places.env)


def read(places: Places) -> dict[str, str]:
    """Read what `write` wrote; empty where there is nothing."""
    if not places.env.is_file():
        return {}
    words = shlex.split(places.env.read_text(), comments=True)
    return dict(word.split("=", 1) for word in words if "=" in word)


def passphrase_file(path: Path) -> None:
    """Make a random passphrase once, for this user's eyes only."""
    if path.is_file() and path.stat().st_size:
        return
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(os.urandom(24).hex() + "\n")
