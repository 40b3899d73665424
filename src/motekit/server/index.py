"""Which uploads are recordings already, and how far the spool is settled. SQLite, one writer."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from motekit.core.errors import MachineError

_TABLES = """
CREATE TABLE IF NOT EXISTS upload(
  identity TEXT PRIMARY KEY, body TEXT NOT NULL, names TEXT NOT NULL, refused TEXT
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS upload_body ON upload(body);
CREATE TABLE IF NOT EXISTS progress(
  id INTEGER PRIMARY KEY CHECK(id = 0), number INTEGER NOT NULL, settled INTEGER NOT NULL,
  refused INTEGER NOT NULL
);
INSERT OR IGNORE INTO progress VALUES(0, 0, 0, 0);
"""


@dataclass(frozen=True)
class Settled:
    """What became of an upload: names of its recordings, or why there are none."""

    identity: str
    body: str
    names: tuple[str, ...]
    refused: str | None = None


@dataclass(frozen=True)
class Progress:
    """Records up to `number` are done; `settled` uploads were stored, `refused` set aside."""

    number: int
    settled: int
    refused: int


class Index:
    """Opened by the settler to write and by the server to look; a rollback journal keeps both
    apart (two processes on SQLite's write-ahead log need version 3.51.3)."""

    def __init__(self, path: Path, timeout_s: float = 10.0) -> None:
        self.path = path
        try:
            self._db = sqlite3.connect(
                path, timeout_s, isolation_level=None, check_same_thread=False
            )
            self._db.execute("PRAGMA synchronous=FULL")
            self._db.executescript(_TABLES)
            path.chmod(0o600)
        except (sqlite3.Error, OSError) as error:
            raise MachineError(f"cannot open the index: {error}", where=path) from error

    def progress(self) -> Progress:
        """How far the spool is settled."""
        row = self._one("SELECT number, settled, refused FROM progress")
        return Progress(*row)

    def find(self, identity: str) -> Settled | None:
        """What became of an upload; None if it was not settled."""
        row = self._one("SELECT identity, body, names, refused FROM upload WHERE identity=?",
                        identity)  # fmt: skip
        return None if row is None else Settled(row[0], row[1], tuple(json.loads(row[2])), row[3])

    def names_of_body(self, body: str) -> list[str]:
        """Recordings made of files with these bytes."""
        try:
            rows = self._db.execute("SELECT names FROM upload WHERE body=?", (body,)).fetchall()
        except sqlite3.Error as error:
            raise MachineError(f"cannot read the index: {error}", where=self.path) from error
        return [name for row in rows for name in json.loads(row[0])]

    def _one(self, query: str, *values: str) -> Any:
        try:
            row = self._db.execute(query, values).fetchone()
        except sqlite3.Error as error:
            raise MachineError(f"cannot read the index: {error}", where=self.path) from error
        return row

    def commit(self, done: Iterable[Settled], number: int) -> None:
        """Note a batch and the number of its last record, all or nothing. Raises MachineError."""
        entries = list(done)
        refused = sum(entry.refused is not None for entry in entries)
        try:
            with self._db:
                self._db.execute("BEGIN IMMEDIATE")
                self._db.executemany(
                    "INSERT OR REPLACE INTO upload VALUES(?,?,?,?)",
                    [(e.identity, e.body, json.dumps(e.names), e.refused) for e in entries],
                )
                self._db.execute(
                    "UPDATE progress SET number=?, settled=settled+?, refused=refused+?",
                    (number, len(entries) - refused, refused),
                )
        except sqlite3.Error as error:
            raise MachineError(f"cannot write the index: {error}", where=self.path) from error

    def close(self) -> None:
        self._db.close()

    def __enter__(self) -> Index:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None,
                 trace: TracebackType | None) -> None:  # fmt: skip
        self.close()
