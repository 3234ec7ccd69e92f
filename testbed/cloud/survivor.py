"""What goes on when a plugin is killed: a cloud ends what it has begun, whether or not anybody still asks.

Each plugin leaves a process beside it that does nothing until the plugin is dead. Without it a killed plugin would
leave its things `creating` for ever, which no real cloud does.
"""

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from testbed.cloud.kinds import Place, Refused
from testbed.cloud.ledger import Account
from testbed.cloud.operations import Operations
from testbed.cloud.providers import Provider
from testbed.cloud.records import Record

_EVERY = 0.25
"""Real seconds between two looks at whether the plugin still lives."""


def stand_by(provider: Provider, account: Account) -> None:
    """Leave a process behind that ends what this one has begun, if this one ends before; before there are threads."""
    plugin = os.getpid()
    if os.fork():
        return
    try:
        _part()
        while os.getppid() == plugin:
            time.sleep(_EVERY)
        finish(provider, account, plugin)
    finally:
        os._exit(0)


def finish(provider: Provider, account: Account, worker: int) -> None:
    """End what a process had begun that is dead by now."""
    operations = Operations(provider, account, Place(), threading.Event())

    def end(record: Record) -> None:
        with suppress(Refused):
            operations.finish(record)

    begun = account.worked_on(worker)
    with ThreadPoolExecutor(max(1, len(begun))) as pool:
        list(pool.map(end, begun))


def _part() -> None:
    """Be no part of the plugin any more: not of its group, folder or pipes, which the engine reads to the end."""
    os.setsid()
    os.chdir("/")
    null = os.open(os.devnull, os.O_RDWR)
    for number in range(3):
        os.dup2(null, number)
