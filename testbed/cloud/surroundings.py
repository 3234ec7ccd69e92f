"""The environment in which plain `pulumi` and the clouds' command lines act on a simulated account."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path

from testbed.cloud import clock, ledger
from testbed.cloud.ledger import Account
from testbed.cloud.managed import places
from testbed.local import environment, plugins
from testbed.local.places import Places
from testbed.local.ways import Got

_REAL = ("AWS_", "GOOGLE_", "CLOUDSDK_", "ARM_", "AZURE_")
"""How the variables begin that lead to a person's real accounts: none of them is handed on."""

_BIN = Path(__file__).parent / "bin"


def got(account: Account, speed: float = clock.USUAL_SPEED) -> Got:
    """Give the stand-ins for plugins and command lines, and what the environment says of the account.

    `speed` is how many simulated seconds pass in a real one.
    """
    (account.folder / "token").write_text(places.token(account))
    programs = {path.name: path for path in _BIN.iterdir() if path.suffix == ""}
    variables = {
        # No plugin is fetched: the engine would fetch one for each Pulumi package that is installed.
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        ledger.FOLDER: str(account.folder),
        clock.SPEED: str(speed),
        "HUBSTACK_SIMULATED_PYTHON": sys.executable,
        # Some clusters have a certificate of a public authority, which here is the account's own.
        "SSL_CERT_FILE": str(places.authorities(account)),
    }
    return Got(programs, variables)


def activate(checkout: Places, programs: Iterable[Got], account: Account, speed: float) -> dict[str, str]:
    """Give the environment of a checkout's `pulumi` for an account; its state and its selected stack are its own."""
    checkout.state.mkdir(parents=True, exist_ok=True)
    environment.passphrase_file(checkout.passphrase)
    whole = [*programs, got(account, speed)]
    environment.link_programs(checkout, whole)
    home = checkout.root / "pulumi-home"  # what is selected here is not to change what a person has selected
    home.mkdir(exist_ok=True)
    if not (home / "plugins").is_symlink():
        (home / "plugins").symlink_to(plugins.pulumi_home() / "plugins")
    settings = {**environment.variables(checkout, whole), "PULUMI_HOME": str(home)}
    base = {name: value for name, value in os.environ.items() if not name.startswith(_REAL)}
    return environment.whole(checkout, settings, base)
