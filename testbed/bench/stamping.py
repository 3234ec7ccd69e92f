"""Event logs in simulated time: the engine stamps whole seconds, in which a compressed clock passes minutes."""

import json
import threading
import time
from pathlib import Path
from typing import Self


class Stamper:
    """Copies an event log while the engine writes it, and stamps each event with the simulated second it came at."""

    def __init__(self, log: Path, stamped: Path, speed: float) -> None:
        self._log = log
        self._stamped = stamped
        self._speed = speed
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="stamper", daemon=True)
        self._began = 0.0

    def __enter__(self) -> Self:
        self._began = time.monotonic()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _follow(self) -> None:
        with self._stamped.open("w") as out:
            position, rest = 0, ""
            while True:
                ended = self._ended.is_set()
                fresh, position = self._read(position)
                *lines, rest = (rest + fresh).split("\n")
                for line in lines:
                    out.write(self._stamp(line) + "\n")
                out.flush()
                if ended:
                    return
                self._ended.wait(0.01)

    def _read(self, position: int) -> tuple[str, int]:
        if not self._log.exists():
            return "", position
        with self._log.open() as log:
            log.seek(position)
            return log.read(), log.tell()

    def _stamp(self, line: str) -> str:
        # The first second is no zero, which would read as no time at all.
        seconds = 1 + (time.monotonic() - self._began) * self._speed
        return json.dumps({**json.loads(line), "timestamp": round(seconds, 2)})
