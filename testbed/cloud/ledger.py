"""An account of a simulated cloud: what exists, who refers to it, what may exist, and what was asked of it.

One folder holds all of it, in SQLite, so that plugins, a managed cluster's controllers, command lines and tests see the
same from their own processes at once.
"""

import json
import os
import secrets
import sqlite3
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from testbed.cloud import clock
from testbed.cloud.kinds import Refused
from testbed.cloud.records import Call, Fault, MadeBy, New, Record, State
from testbed.cloud.rows import TABLES, insert, name_by, plain, record_of, refer, row_of, words_for

FOLDER = "HUBSTACK_SIMULATED_ACCOUNT"
"""Names the environment's setting: the account's folder."""

_BUSY_SECONDS = 60
"""Writers wait for one another this long."""


class Account:
    """The account that lies in a folder; it is made where there is none."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._file = folder / "ledger.sqlite"
        if not self._file.exists():
            folder.mkdir(parents=True, exist_ok=True)
            with self._open() as connection:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.executescript(TABLES)
                connection.execute("INSERT INTO changes SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM changes)")

    @classmethod
    def here(cls) -> "Account":
        """Give the account that the environment names; raise LookupError where it names none."""
        folder = os.environ.get(FOLDER)
        if not folder:
            raise LookupError(f"{FOLDER} is not set: it names the folder of the simulated account.")
        return cls(Path(folder))

    # What exists

    def begin(self, new: New) -> Record:
        """Put something into the account as `creating`; raise Refused where its name is taken or a quota is full."""
        with self._writing() as connection:
            self._within_quota(connection, new.quota)
            row = row_of(new, new.seed or secrets.token_hex(8), clock.now())
            try:
                serial = insert(connection, {**row, "state": "creating", "worker": os.getpid()})
            except sqlite3.IntegrityError as error:
                raise Refused("409 alreadyExists", f"{new.kind} {new.name!r} already exists.") from error
            refer(connection, serial, new.refers)
            name_by(connection, serial, [row["id"], new.name, *new.handles, *words_for(new.outputs)])
        return self._get(serial)

    def ready(self, record: Record, outputs: Mapping[str, Any], handles: Iterable[str] = ()) -> Record:
        """Say that something is made, and what it turned out to be."""
        with self._writing() as connection:
            connection.execute(
                "UPDATE records SET state = 'ready', worker = 0, outputs = ?, ready_at = ? WHERE serial = ?",
                (json.dumps(dict(outputs)), clock.now(), record.serial),
            )
            name_by(connection, record.serial, [*words_for(outputs), *handles])
        return self._get(record.serial)

    def add(self, new: New) -> Record:
        """Put something into the account that is ready at once."""
        return self.ready(self.begin(new), new.outputs)

    def change(
        self,
        record: Record,
        *,
        inputs: Mapping[str, Any] | None = None,
        outputs: Mapping[str, Any] | None = None,
        tags: Mapping[str, str] | None = None,
        refers: Mapping[str, Iterable[int]] | None = None,
    ) -> Record:
        """Change what a record says; None leaves a part as it is."""
        with self._writing() as connection:
            for column, value in (("inputs", inputs), ("outputs", outputs), ("tags", tags)):
                if value is not None:
                    words = f"UPDATE records SET {column} = ? WHERE serial = ?"  # noqa: S608 - a word of our own
                    connection.execute(words, (json.dumps(dict(value)), record.serial))
            if refers is not None:
                connection.execute("DELETE FROM refers WHERE serial = ?", (record.serial,))
                refer(connection, record.serial, refers)
            name_by(connection, record.serial, words_for(outputs or {}))
        return self._get(record.serial)

    def turn(self, record: Record, state: State) -> Record:
        """Say that something is on its way out, or is not after all."""
        with self._writing() as connection:
            worker = 0 if state == "ready" else os.getpid()
            words = "UPDATE records SET state = ?, worker = ? WHERE serial = ?"
            connection.execute(words, (state, worker, record.serial))
        return self._get(record.serial)

    def remove(self, record: Record) -> None:
        """Take something out of the account; what is not there is fine."""
        with self._writing() as connection:
            connection.execute("DELETE FROM records WHERE serial = ?", (record.serial,))

    def find(self, handle: str, *kinds: str) -> Record | None:
        """Give what is named by an id, a link, an ARN or a name, of one of these kinds (none or `*`: of any)."""
        rows = self._read(
            "SELECT DISTINCT records.* FROM handles JOIN records USING (serial) WHERE value = ? ORDER BY serial",
            (plain(handle),),
        )
        fitting = [each for each in rows if not kinds or "*" in kinds or each.kind in kinds]
        exact = [each for each in fitting if each.id == handle]
        return next(iter(exact or fitting), None)

    def records(  # noqa: PLR0913 - each is a question by itself
        self,
        kind: str = "",
        *,
        cloud: str = "",
        state: str = "",
        name: str = "",
        made_by: MadeBy | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> list[Record]:
        """Give what exists, oldest first: of a kind, of a cloud, in a state, with a name, with these tags."""
        wanted = {"kind": kind, "cloud": cloud, "state": state, "name": name, "made_by": made_by}
        given = {column: value for column, value in wanted.items() if value}
        where = " AND ".join(["1", *(f"{column} = ?" for column in given)])
        found = self._read(f"SELECT * FROM records WHERE {where} ORDER BY serial", tuple(given.values()))  # noqa: S608
        return [each for each in found if (tags or {}).items() <= each.tags.items()]

    def worked_on(self, worker: int) -> list[Record]:
        """Give what a process makes or takes away, or did when it ended."""
        return self._read("SELECT * FROM records WHERE worker = ? ORDER BY serial", (worker,))

    def referring(self, record: Record) -> list[tuple[Record, str]]:
        """Give what refers to something, and by which input."""
        with self._open() as connection:
            rows = connection.execute(
                "SELECT serial, path FROM refers WHERE target = ? ORDER BY serial", (record.serial,)
            ).fetchall()
        found = [(self.get(row["serial"]), row["path"]) for row in rows]
        return [(each, path) for each, path in found if each]

    def get(self, serial: int) -> Record | None:
        """Give a record as it is now."""
        return next(iter(self._read("SELECT * FROM records WHERE serial = ?", (serial,))), None)

    def holds(self, record: Record) -> bool:
        """Say whether a grant holds by now: some time after it was made, as clouds take to tell all their parts."""
        late = max((each.seconds for each in self.faults("late-grant") if each.kind in record.kind), default=0.0)
        return record.ready_at is not None and clock.now() >= record.ready_at + record.held + late

    # What may exist, what is set, what goes wrong

    def set_quota(self, name: str, most: int) -> None:
        """Say how many things may count against a quota."""
        with self._writing() as connection:
            connection.execute("INSERT OR REPLACE INTO quotas VALUES (?, ?)", (name, most))

    def setting(self, name: str, default: str = "") -> str:
        """Give a setting of the account, such as `token`."""
        with self._open() as connection:
            row = connection.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
        return row["value"] if row else default

    def set(self, name: str, value: str) -> None:
        """Change a setting of the account."""
        with self._writing() as connection:
            connection.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, value))

    @property
    def credential(self) -> str:
        """Give what the account's credential is: `valid`, `expired` or `missing`; a file, which a shell can read."""
        file = self.folder / "credential"
        return file.read_text().strip() if file.is_file() else "valid"

    @credential.setter
    def credential(self, state: str) -> None:
        (self.folder / "credential").write_text(f"{state}\n")

    def add_fault(self, what: str, *, kind: str = "", operation: str = "", times: int = 1, seconds: float = 0) -> None:
        """Let something go wrong; see `testbed.cloud.faults` for what can."""
        with self._writing() as connection:
            connection.execute(
                "INSERT INTO faults (what, kind, operation, times, seconds) VALUES (?, ?, ?, ?, ?)",
                (what, kind, operation, times, seconds),
            )

    def faults(self, what: str = "") -> list[Fault]:
        """Give the faults that still stand."""
        with self._open() as connection:
            rows = connection.execute("SELECT * FROM faults WHERE times != 0 ORDER BY serial").fetchall()
        return [fault for fault in (Fault(**dict(row)) for row in rows) if what in ("", fault.what)]

    def strike(self, kind: str, operation: str, *whats: str) -> Fault | None:
        """Use up one time of a fault that fits, and give it."""
        if not self.faults():
            return None
        with self._writing() as connection:
            rows = connection.execute("SELECT * FROM faults WHERE times != 0 ORDER BY serial").fetchall()
            for fault in (Fault(**dict(row)) for row in rows):
                if fault.what in whats and fault.kind in kind and fault.operation in ("", operation):
                    connection.execute(
                        "UPDATE faults SET times = times - 1 WHERE serial = ? AND times > 0", (fault.serial,)
                    )
                    return fault
        return None

    def clear_faults(self) -> None:
        """Let nothing go wrong any more."""
        with self._writing() as connection:
            connection.execute("DELETE FROM faults")

    def call(self, kind: str, operation: str, name: str, outcome: str) -> None:
        """Keep a request in the log."""
        with self._writing() as connection:
            connection.execute(
                "INSERT INTO calls (at, kind, operation, name, outcome) VALUES (?, ?, ?, ?, ?)",
                (clock.now(), kind, operation, name, outcome),
            )

    def calls(self) -> list[Call]:
        """Give the log of requests, oldest first."""
        with self._open() as connection:
            rows = connection.execute("SELECT at, kind, operation, name, outcome FROM calls ORDER BY serial").fetchall()
        return [Call(**dict(row)) for row in rows]

    def version(self) -> int:
        """Give a number that grows with every change, for who watches from another process."""
        with self._open() as connection:
            row = connection.execute("SELECT number FROM changes").fetchone()
        return row["number"]

    # SQLite

    def _get(self, serial: int) -> Record:
        found = self.get(serial)
        if found is None:
            raise Refused("404 notFound", "The resource was deleted by another request.")
        return found

    def _within_quota(self, connection: sqlite3.Connection, name: str) -> None:
        row = connection.execute("SELECT most FROM quotas WHERE name = ?", (name,)).fetchone()
        if row is None:
            return
        used = connection.execute("SELECT count(*) AS n FROM records WHERE quota = ?", (name,)).fetchone()["n"]
        if used >= row["most"]:
            raise Refused("403 quotaExceeded", f"Quota '{name}' exceeded. Limit: {row['most']}.0, in use: {used}.")

    def _read(self, words: str, values: tuple[Any, ...]) -> list[Record]:
        with self._open() as connection:
            return [record_of(row) for row in connection.execute(words, values).fetchall()]

    @contextmanager
    def _open(self) -> Generator[sqlite3.Connection]:
        connection = sqlite3.connect(self._file, timeout=_BUSY_SECONDS, isolation_level=None)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = OFF")  # what a power cut leaves of a simulation is nobody's worry
        try:
            yield connection
        finally:
            connection.close()

    @contextmanager
    def _writing(self) -> Generator[sqlite3.Connection]:
        with self._open() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("UPDATE changes SET number = number + 1")
            connection.execute("COMMIT")
