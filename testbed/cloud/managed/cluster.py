"""Starting and ending what stands behind a managed cluster: a real control plane, and what plays the cloud."""

import base64
import json
import os
import shutil
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path

from testbed.cloud import clock
from testbed.cloud.ledger import Account
from testbed.cloud.managed import places
from testbed.cloud.records import Record
from testbed.cluster import Cluster
from testbed.cluster.commands import ENVIRONMENT, PYTHON
from testbed.cluster.plan import Additions
from testbed.cluster.processes import Process, find
from testbed.cluster.state import load_settings

_SHARED = ("ca.crt", "ca.key")


@dataclass(frozen=True)
class Access:
    """How a cluster is reached."""

    endpoint: str
    """The API server's URL."""
    ca_certificate: str
    """Its authority, base64, as clouds give it."""
    token: str
    """What the stand-ins for the exec plug-ins give out; all of the account's clusters take it."""


def start(account: Account, record: Record) -> Access:
    """Start the control plane of a cluster's record, and what plays the cloud beside it; both outlive this process.

    It takes some seconds of real time. One that runs already is left as it is. Raises StepError where it does not come
    up.
    """
    folder = places.folder_of(account, record.serial)
    cluster = _cluster(account, folder)
    cluster.up()
    if not _controller(folder):
        _start_controller(account, record, folder)
    settings = load_settings(cluster.state)
    if settings is None:
        raise FileNotFoundError(cluster.state.settings_file)
    ca = base64.b64encode((cluster.state.pki / "ca.crt").read_bytes()).decode()
    return Access(f"https://127.0.0.1:{settings.ports['api']}", ca, places.token(account))


def stop(account: Account, record: Record) -> None:
    """End a cluster at once, whatever it was about to do; what Kubernetes made outside of it stays in the ledger."""
    _end(account, places.folder_of(account, record.serial))


def end_all(account: Account) -> None:
    """End every cluster of an account, as tests do when they are done; the ledger stays."""
    folder = places.clusters(account)
    for each in sorted(folder.iterdir()) if folder.is_dir() else []:
        _end(account, each)


def _cluster(account: Account, folder: Path) -> Cluster:
    tokens = folder / "tokens.csv"
    if not tokens.exists():
        pki = folder / "pki"
        pki.mkdir(parents=True, mode=0o700, exist_ok=True)
        for name in _SHARED:
            shutil.copy(places.authority(account) / name, pki)
        line = f'{places.token(account)},university-administrator,1,"system:masters"\n'
        with os.fdopen(os.open(tokens, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(line)
    additions = Additions(scheduler=True, tokens=tokens, tunnel=True)
    return Cluster(folder, control_plane_only=True, additions=additions)


def _start_controller(account: Account, record: Record, folder: Path) -> None:
    command = [*PYTHON, "testbed.cloud.managed.controller", str(account.folder.absolute()), str(record.serial)]
    with (folder / "logs" / "controller.log").open("a") as log:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={**ENVIRONMENT, clock.SPEED: str(clock.speed())},
            cwd="/",
            start_new_session=True,
        )
    known = find(process.pid)
    if known:
        (folder / "controller.json").write_text(json.dumps(asdict(known)))


def _controller(folder: Path) -> Process | None:
    """Give the process that plays the cloud, if it lives."""
    path = folder / "controller.json"
    process = Process(**json.loads(path.read_text())) if path.exists() else None
    return process if process and process.alive() else None


def _end(account: Account, folder: Path) -> None:
    if not folder.exists():
        return
    process = _controller(folder)
    if process:
        process.kill()
    _cluster(account, folder).down()
    shutil.rmtree(folder, ignore_errors=True)
