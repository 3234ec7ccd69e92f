"""The tables that the ledger lies in, and their rows."""

import json
import re
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from testbed.cloud.records import New, Record

_HANDLES = ("id", "selfLink", "arn", "email")

TABLES = """
CREATE TABLE IF NOT EXISTS records (
    serial INTEGER PRIMARY KEY AUTOINCREMENT,
    cloud TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, scope TEXT NOT NULL,
    state TEXT NOT NULL, inputs TEXT NOT NULL, outputs TEXT NOT NULL, tags TEXT NOT NULL, made_by TEXT NOT NULL,
    seed TEXT NOT NULL, begun_at REAL NOT NULL, ready_at REAL, quota TEXT NOT NULL, held REAL NOT NULL,
    worker INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX IF NOT EXISTS names ON records (kind, scope, name) WHERE name != '';
CREATE TABLE IF NOT EXISTS handles (value TEXT NOT NULL, serial INTEGER NOT NULL REFERENCES records ON DELETE CASCADE);
CREATE INDEX IF NOT EXISTS handles_by_value ON handles (value);
CREATE TABLE IF NOT EXISTS refers (
    serial INTEGER NOT NULL REFERENCES records ON DELETE CASCADE, path TEXT NOT NULL, target INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS changes (number INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS quotas (name TEXT PRIMARY KEY, most INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS faults (
    serial INTEGER PRIMARY KEY AUTOINCREMENT, what TEXT NOT NULL, kind TEXT NOT NULL, operation TEXT NOT NULL,
    times INTEGER NOT NULL, seconds REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS calls (
    serial INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, kind TEXT NOT NULL, operation TEXT NOT NULL,
    name TEXT NOT NULL, outcome TEXT NOT NULL
);
"""

_JSON = ("inputs", "outputs", "tags")


def record_of(row: sqlite3.Row) -> Record:
    """Read a record."""
    return Record(**{key: json.loads(row[key]) if key in _JSON else row[key] for key in row.keys()})  # noqa: SIM118


def row_of(new: New, seed: str, begun_at: float) -> dict[str, Any]:
    """Give the columns of what is new, but for its state."""
    return {
        "cloud": new.cloud,
        "kind": new.kind,
        "id": new.id or new.name,
        "name": new.name,
        "scope": new.scope,
        "inputs": json.dumps(dict(new.inputs)),
        "outputs": json.dumps(dict(new.outputs)),
        "tags": json.dumps(dict(new.tags)),
        "made_by": new.made_by,
        "seed": seed,
        "begun_at": begun_at,
        "quota": new.quota,
        "held": new.held,
    }


def insert(connection: sqlite3.Connection, row: Mapping[str, Any]) -> int:
    """Add a record, and give its number."""
    columns, marks = ", ".join(row), ", ".join("?" for _ in row)
    words = f"INSERT INTO records ({columns}) VALUES ({marks})"  # noqa: S608 - columns are words of our own
    serial = connection.execute(words, tuple(row.values())).lastrowid
    if serial is None:
        raise sqlite3.DatabaseError("SQLite gave no number to a new record.")
    return serial


def refer(connection: sqlite3.Connection, serial: int, refers: Mapping[str, Iterable[int]]) -> None:
    """Note what a record refers to."""
    rows = [(serial, path, target) for path, targets in refers.items() for target in targets]
    connection.executemany("INSERT INTO refers VALUES (?, ?, ?)", rows)


def name_by(connection: sqlite3.Connection, serial: int, words: Iterable[str]) -> None:
    """Note words by which others name a record."""
    for value in {plain(word) for word in words if word}:
        connection.execute(
            "INSERT INTO handles SELECT ?, ? WHERE NOT EXISTS (SELECT 1 FROM handles WHERE value = ? AND serial = ?)",
            (value, serial, value, serial),
        )


def words_for(outputs: Mapping[str, Any]) -> list[str]:
    """Give the words by which others may name what has these outputs."""
    return [outputs[key] for key in _HANDLES if isinstance(outputs.get(key), str)]


def plain(handle: str) -> str:
    """Take a link's server off, and what clouds do not tell apart."""
    return re.sub(r"^https?://[^/]+/.*?(?=projects/)", "", handle).lower()
