"""The catalogue in a database: SQLite beside the project, or PostgreSQL for a team."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final, Protocol, cast

from motekit.core.errors import InputError, MachineError

from .catalogue import TABLES, VERSION, Entry, Page, Row, columns
from .files import private_folder

LOCK: Final = 0x6D6F7465  # key of the advisory lock: "mote"


class _Cursor(Protocol):
    def fetchall(self) -> list[Any]: ...


class _Connection(Protocol):
    """What both drivers do alike."""

    def execute(self, query: str, values: Any = ..., /) -> _Cursor: ...

    def close(self) -> None: ...


class SqlCatalogue:
    """Tables as in `catalogue.TABLES`, through a driver of Python's DB-API.

    Args:
        mark: of a value in a query; prefix: of the tables' names.
        errors: what the driver raises; where: the database, for errors.
    """

    def __init__(
        self, db: _Connection, mark: str, prefix: str, errors: type[Exception], where: str
    ) -> None:
        self._db, self._mark, self._prefix = db, mark, prefix
        self._errors, self._where = errors, where

    @contextlib.contextmanager
    def _guarded(self, what: str) -> Iterator[None]:
        try:
            yield
        except self._errors as error:
            text = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise MachineError(f"cannot {what} the catalogue: {text}", where=self._where) from error

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._guarded("write"):
            # At once, so that two writers wait for each other and neither has to give up.
            self._db.execute("BEGIN IMMEDIATE" if self._mark == "?" else "BEGIN")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def _create(self) -> None:
        for table, described in TABLES.items():
            body = ", ".join(f"{name} {kind}" for name, kind in described)
            self._db.execute(f"CREATE TABLE IF NOT EXISTS {self._prefix}{table}({body})")
            self._db.execute(
                f"CREATE INDEX IF NOT EXISTS {self._prefix}{table}_name ON "
                f"{self._prefix}{table}(name)"
            )

    def signatures(self) -> dict[str, str]:
        with self._guarded("read"):
            query = f"SELECT name, signature FROM {self._prefix}recordings"
            return dict(self._db.execute(query).fetchall())

    def write(self, entries: Iterable[Entry], gone: Iterable[str]) -> None:
        with self._transaction():
            for name in gone:
                self._drop(name)
            for entry in entries:
                self._drop(entry.name)
                for table, rows in entry.rows.items():
                    marks = ", ".join([self._mark] * len(columns(table)))
                    for row in rows:
                        query = f"INSERT INTO {self._prefix}{table} VALUES({marks})"
                        self._db.execute(query, row)

    def _drop(self, name: str) -> None:
        for table in TABLES:
            query = f"DELETE FROM {self._prefix}{table} WHERE name = {self._mark}"
            self._db.execute(query, (name,))

    def rows(self, table: str) -> list[Row]:
        return self.select(table, {})

    def select(self, table: str, where: Mapping[str, str | None]) -> list[Row]:
        names = columns(table)
        for column in where:
            if column not in names:
                raise InputError("there is no such column", where=table, value=column,
                                 way_out=f"there are: {', '.join(names)}")  # fmt: skip
        # IS NOT DISTINCT FROM is IS in SQLite; both compare NULL as a value.
        same = "IS" if self._mark == "?" else "IS NOT DISTINCT FROM"
        conditions = " AND ".join(f"{column} {same} {self._mark}" for column in where)
        query = f"SELECT {', '.join(names)} FROM {self._prefix}{table}"
        query += f" WHERE {conditions}" if where else ""
        query += f" ORDER BY {names[0]}, {names[1]}"
        with self._guarded("read"):
            return [tuple(row) for row in self._db.execute(query, tuple(where.values())).fetchall()]

    def page(self, after: str, limit: int, where: Mapping[str, str]) -> Page:
        unknown = [column for column in where if column not in columns("recordings")]
        if unknown:
            raise InputError("there is no such column", where="recordings", value=unknown[0])
        order = "name" if self._mark == "?" else 'name COLLATE "C"'  # a database may sort by words
        chosen = [f"{column} = {self._mark}" for column in where]
        values = tuple(where.values())
        with self._guarded("read"):
            count = self._rows("COUNT(*)", "recordings", chosen, values)[0][0]
            rows = self._rows(
                ", ".join(columns("recordings")), "recordings",
                [*chosen, f"{order} > {self._mark}"], (*values, after),
                f" ORDER BY {order} LIMIT {int(limit)}",
            )  # fmt: skip
            names = tuple(row[0] for row in rows)
            marks = ", ".join([self._mark] * len(names))
            streams = self._rows(
                ", ".join(columns("streams")), "streams", [f"name IN ({marks})"], names
            ) if names else []  # fmt: skip
        by_name: dict[str, tuple[Row, ...]] = {}
        for row in streams:
            by_name[row[0]] = (*by_name.get(row[0], ()), row)
        return Page(count, tuple(rows), by_name)

    def _rows(self, what: str, table: str, conditions: Sequence[str], values: Sequence[str],
              end: str = "") -> list[Row]:  # fmt: skip
        query = f"SELECT {what} FROM {self._prefix}{table}"
        query += f" WHERE {' AND '.join(conditions)}" if conditions else ""
        return [tuple(row) for row in self._db.execute(query + end, tuple(values)).fetchall()]

    def lock(self) -> AbstractContextManager[object] | None:
        return None

    def close(self) -> None:
        self._db.close()


class SqliteCatalogue(SqlCatalogue):
    """A file of this machine, made anew when it is damaged or of another version.

    A rollback journal: two processes on SQLite's write-ahead log need version 3.51.3.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(_opened(path), "?", "", sqlite3.Error, str(path))
        with self._guarded("make"):
            self._create()


def _opened(path: Path) -> _Connection:
    """A sound file of this version. Raises MachineError if it cannot be used now."""
    private_folder(path.parent)
    for attempt in (0, 1):
        try:
            # Several threads may use it, one after the other.
            db = sqlite3.connect(path, 10.0, isolation_level=None, check_same_thread=False)
            found = db.execute("PRAGMA user_version").fetchone()[0]
            if found in (0, VERSION) and db.execute("PRAGMA quick_check").fetchone()[0] == "ok":
                if found != VERSION:
                    db.execute(f"PRAGMA user_version = {VERSION}")
                return cast(_Connection, db)
            db.close()
        except sqlite3.OperationalError as error:  # locked, or the disk fails: not damaged
            raise MachineError(f"cannot open the catalogue: {error}", where=path) from error
        except sqlite3.DatabaseError:
            db.close()
        if attempt == 0:
            path.unlink(missing_ok=True)
            path.with_name(f"{path.name}-journal").unlink(missing_ok=True)
    raise MachineError("the catalogue cannot be made anew", where=path)


class PostgresCatalogue(SqlCatalogue):
    """Tables `motekit<version>_…` of a database that a team shares; its lock makes one writer.

    Args:
        url: `postgresql://user@host/database`; a password comes from ~/.pgpass or PGPASSWORD.

    Raises InputError without psycopg, MachineError if there is no connection.
    """

    def __init__(self, url: str) -> None:
        try:
            import psycopg
        except ImportError as error:
            raise InputError("psycopg is not installed", where="catalogue",
                             way_out="pip install 'motekit[postgres]'") from error  # fmt: skip
        where = url.rpartition("@")[2]  # a password is never repeated
        try:
            db = psycopg.connect(url, autocommit=True, connect_timeout=10)
        except psycopg.Error as error:
            raise MachineError(
                "cannot connect to the catalogue: " + str(error).strip().splitlines()[-1],
                where=where,
            ) from error  # fmt: skip
        super().__init__(cast(_Connection, db), "%s", f"motekit{VERSION}_", psycopg.Error, where)
        with self._guarded("make"):
            # Two that make the tables at once would meet in PostgreSQL's own catalogue.
            db.execute("SELECT pg_advisory_lock(%s)", (LOCK + 1,))
            try:
                self._create()
            finally:
                db.execute("SELECT pg_advisory_unlock(%s)", (LOCK + 1,))

    @contextlib.contextmanager
    def _held(self) -> Iterator[None]:
        with self._guarded("lock"):
            self._db.execute("SELECT pg_advisory_lock(%s)", (LOCK,))
        try:
            yield
        finally:
            with self._guarded("unlock"):
                self._db.execute("SELECT pg_advisory_unlock(%s)", (LOCK,))

    def lock(self) -> AbstractContextManager[object]:
        return self._held()
