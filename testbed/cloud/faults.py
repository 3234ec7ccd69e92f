"""What goes wrong on demand.

- `throttled`: the cloud refuses a request as one too many. Providers try again, with growing pauses, ten times.
- `server-error`: the cloud answers 5xx. Providers try again three times.
- `fails-after-making`: the thing is made, and the request fails all the same.
- `in-use`: a delete is refused for `seconds`, though nothing is seen that uses the thing.
- `late-grant`: grants of a kind hold `seconds` later than they say.

An expired credential is no fault but a state of the account: `Account.credential`.
"""

import threading
from collections import Counter
from types import TracebackType

from testbed.cloud import clock, providers
from testbed.cloud.kinds import Refused
from testbed.cloud.ledger import Account

WHATS = ("throttled", "server-error", "fails-after-making", "in-use", "late-grant")

_TRIES = {"throttled": 10, "server-error": 3}
_SAYS = {
    "throttled": {
        "gcp": ("googleapi: Error 429", "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute'."),
        "aws": ("RequestLimitExceeded", "Request limit exceeded."),
        "azure-native": ("429 TooManyRequests", "The request is being throttled as the limit has been reached."),
    },
    "server-error": {
        "gcp": ("googleapi: Error 503", "The service is currently unavailable., backendError"),
        "aws": ("InternalError", "An internal error has occurred. StatusCode: 500"),
        "azure-native": ("InternalServerError", "Encountered internal server error. StatusCode: 500"),
    },
}
AFTER_MAKING = {
    "gcp": "Error waiting for Creating: Error code 13, message: An internal error has occurred",
    "aws": "waiting for creation: unexpected state 'CREATE_FAILED', wanted target 'ACTIVE'",
    "azure-native": 'Code="InternalExecutionError" Message="An internal execution error occurred. Please retry later."',
}


def before(account: Account, cloud: str, kind: str, operation: str, stopped: threading.Event) -> None:
    """Refuse a request as often as the faults say; raise Refused where the provider gives up."""
    problem = providers.credential_problem(cloud, account)
    if problem:
        raise Refused("Unauthorized", problem)
    tries = Counter[str]()
    while fault := account.strike(kind, operation, *_TRIES):
        code, why = _SAYS[fault.what][cloud]
        account.call(kind, operation, "", code)
        tries[fault.what] += 1
        if tries[fault.what] >= _TRIES[fault.what] or not clock.wait(min(2.0 ** tries.total(), 30), stopped):
            raise Refused(code, why)


def after_making(account: Account, kind: str) -> bool:
    """Say whether a create that was done is to fail."""
    return account.strike(kind, "create", "fails-after-making") is not None


def in_use_for(account: Account, kind: str) -> float:
    """Give for how many simulated seconds a delete is to be refused."""
    fault = account.strike(kind, "delete", "in-use")
    return fault.seconds if fault else 0.0


class Logged:
    """Keeps in the account's log that a request began, and what it was refused with."""

    def __init__(self, account: Account, kind: str, operation: str, name: str) -> None:
        self._account = account
        self._words = (kind, operation, name)

    def __enter__(self) -> None:
        self._account.call(*self._words, "begun")

    def __exit__(
        self, _type: type[BaseException] | None, error: BaseException | None, _at: TracebackType | None
    ) -> None:
        if isinstance(error, Refused):
            self._account.call(*self._words, error.code)
