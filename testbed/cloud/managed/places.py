"""Where an account's folder keeps its clusters, their one authority, and the token that all of them take."""

import fcntl
import secrets
import ssl
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from testbed.cloud.ledger import Account
from testbed.cluster.certificates import make_authority


def folder_of(account: Account, number: object) -> Path:
    """Give the folder of a cluster, by its record's number."""
    return clusters(account) / str(number)


def clusters(account: Account) -> Path:
    """Give the folder that holds all clusters."""
    return account.folder / "clusters"


def authority(account: Account) -> Path:
    """Give the folder with the account's one authority, made now if it is not there."""
    folder = account.folder / "authority"
    with _locked(account):
        if not (folder / "ca.crt").exists():
            make_authority(folder)
    return folder


def authorities(account: Account) -> Path:
    """Give a file of all authorities to trust, this machine's and the account's: for SSL_CERT_FILE.

    A cluster behind a certificate of a public authority is reached without naming one, as GKE's DNS endpoint is.
    """
    path = account.folder / "authorities.pem"
    own = (authority(account) / "ca.crt").read_text()
    if not path.exists():
        known = ssl.get_default_verify_paths().openssl_cafile
        public = Path(known).read_text() if Path(known).is_file() else ""
        half_made = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        half_made.write_text(f"{public}\n{own}")
        half_made.rename(path)
    return path


def token(account: Account) -> str:
    """Give the bearer token that the account's clusters take, and its stand-in command lines give out."""
    with _locked(account):
        found = account.setting("token")
        if not found:
            found = secrets.token_hex(16)
            account.set("token", found)
    return found


@contextmanager
def _locked(account: Account) -> Generator[None]:
    with (account.folder / "places.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
