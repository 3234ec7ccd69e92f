"""The environment in which plain `pulumi` and the clouds' command lines act on a simulated account."""

from pathlib import Path

from testbed.cloud import clock, ledger
from testbed.cloud.ledger import Account
from testbed.cloud.managed import places
from testbed.local.places import CHECKOUT
from testbed.local.ways import Got

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
        "HUBSTACK_SIMULATED_PYTHON": str(CHECKOUT / ".venv" / "bin" / "python"),
        # Some clusters have a certificate of a public authority, which here is the account's own.
        "SSL_CERT_FILE": str(places.authorities(account)),
    }
    return Got(programs, variables)
