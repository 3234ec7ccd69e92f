"""Compressed time: a simulated second is shorter than a real one, by the same factor in every process."""

import os
import threading
import time
from collections.abc import Callable

SPEED = "HUBSTACK_SIMULATED_SPEED"
"""Names the environment's setting: simulated seconds in a real one."""

USUAL_SPEED = 50.0


def speed() -> float:
    """Give how many simulated seconds pass in a real one: `HUBSTACK_SIMULATED_SPEED`, else 50."""
    said = os.environ.get(SPEED) or str(USUAL_SPEED)
    try:
        factor = float(said)
    except ValueError:
        factor = 0.0
    if factor <= 0:
        raise ValueError(f"{SPEED} is {said!r}: it says how many simulated seconds pass in a real one, such as 50.")
    return factor


def real(seconds: float) -> float:
    """Give the real length of some simulated seconds."""
    return seconds / speed()


def now() -> float:
    """Give simulated seconds since a moment long past that all processes share."""
    return time.time() * speed()


def wait(seconds: float, stopped: threading.Event | None = None) -> bool:
    """Let simulated seconds pass; say whether they did, and not `stopped` came before."""
    if seconds <= 0:
        return not (stopped and stopped.is_set())
    return not (stopped or threading.Event()).wait(real(seconds))


def until(
    condition: Callable[[], bool], seconds: float, stopped: threading.Event | None = None, *, every: float = 2.0
) -> bool:
    """Wait for a condition for at most some simulated seconds, looking `every` so many; say whether it came."""
    deadline = now() + seconds
    while not condition():
        if now() >= deadline or not wait(max(every, 0.01 * speed()), stopped):
            return condition()
    return True


def never() -> threading.Event:
    """Give what stops no wait."""
    return threading.Event()
