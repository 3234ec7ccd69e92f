"""What a cloud runs beside a managed cluster: `python -m testbed.cloud.managed.controller <account> <record's number>`.

One process a cluster, started by `cluster.start` and ended with it. It watches the API server and the ledger; nothing
of it goes on once the cluster is deleted, and so what it made outside stays, as in a real account.
"""

import logging
import sys
import time
from collections.abc import Callable
from functools import partial
from http.client import HTTPException
from pathlib import Path
from typing import Protocol

from testbed.cloud.ledger import Account
from testbed.cloud.managed.balancers import Balancers
from testbed.cloud.managed.clouds import outside_of
from testbed.cloud.managed.disks import Disks
from testbed.cloud.managed.nodes import Nodes
from testbed.cloud.managed.outside import Outside
from testbed.cloud.managed.places import folder_of
from testbed.cloud.managed.pods import Pods
from testbed.cloud.managed.postgresql import Operator, is_operator
from testbed.cloud.managed.shelf import open_book
from testbed.cloud.managed.snapshots import Snapshots
from testbed.cloud.managed.tunnel import Tunnel
from testbed.cloud.managed.world import World
from testbed.cluster.api import Api, ApiError
from testbed.cluster.state import State, load_settings

log = logging.getLogger(__name__)

_LEDGER_EVERY = 0.15
"""Real seconds between two looks at whether the ledger has changed: SQLite tells nobody by itself."""

_AGAIN_AFTER = 2
"""Simulated seconds until a hand that failed is asked again."""


class Hand(Protocol):
    """One of the cluster's controllers."""

    def look(self) -> None:
        """Compare what is with what should be, and do or plan what is missing. May be called at any time."""
        ...


class Controller:
    """Calls every hand whenever something has changed, and does what has come due; all in one thread."""

    def __init__(self, world: World, hands: list[Hand], changed: Callable[[], bool]) -> None:
        self.world = world
        self.hands = hands
        self.changed = changed

    def run(self) -> None:
        """Work until the process is ended."""
        while True:
            self.round()
            self.world.woken.wait(self.world.agenda.until_next(_LEDGER_EVERY))

    def round(self) -> None:
        """Do what is due, and look again where anything has changed or was done."""
        due = self.world.agenda.take_due()
        for deed in due:
            self._guarded(deed)
        if self.world.woken.is_set() or due or self.changed():
            self.world.woken.clear()
            for hand in self.hands:
                self._guarded(hand.look)

    def _guarded(self, work: Callable[[], None]) -> None:
        """Let one failure be no other's, and try again: objects change and go while they are worked on."""
        try:
            work()
        except (ApiError, OSError, HTTPException) as error:
            log.info("%s: %s", _name(work), error)
            self.world.agenda.once(f"again/{_name(work)}", _AGAIN_AFTER, self.world.woken.set)
        except Exception:
            log.exception("%s", _name(work))


def _name(work: Callable[[], None]) -> str:
    inner = work.func if isinstance(work, partial) else work
    return getattr(inner, "__qualname__", str(inner))


def hands_of(world: World, outside: Outside, operator: Operator, version: str) -> list[Hand]:
    """Give all of a cluster's controllers."""
    return [
        Nodes(world, outside, version),
        Pods(world, outside, never_ready=is_operator),
        Disks(world, outside),
        Balancers(world, outside),
        Snapshots(world, outside),
        operator,
    ]


class Changes:
    """Says whether the ledger has changed since it was last asked, looking at most every so often."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._version = -1
        self._looked = 0.0

    def __call__(self) -> bool:
        """Look, if it is time."""
        if time.monotonic() - self._looked < _LEDGER_EVERY:
            return False
        self._looked = time.monotonic()
        before, self._version = self._version, self._account.version()
        return before != self._version


def main() -> None:
    """Play the cloud's part for one cluster."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    account = Account(Path(sys.argv[1]))
    record = account.get(int(sys.argv[2]))
    state = State(folder_of(account, sys.argv[2]))
    settings = load_settings(state)
    if record is None or settings is None:
        raise SystemExit(f"There is no cluster in {state.folder}.")
    world = World(Api("127.0.0.1", settings.ports["api"], state.pki, "admin"))
    operator = Operator(world, state.pki)
    Tunnel(state.tunnel, operator.leads).start()
    world.begin()
    version = world.api.get("/version")["gitVersion"]
    log.info("all collections are listed")
    outside = outside_of(open_book(account, record))
    Controller(world, hands_of(world, outside, operator, version), Changes(account)).run()


if __name__ == "__main__":
    main()
