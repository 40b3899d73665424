"""SQL over recordings: the catalogue's tables and the samples themselves, through DuckDB."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from motekit.core.errors import InputError

from .catalogue import TABLES, Catalogue, columns, refresh
from .store import Store

if TYPE_CHECKING:
    import duckdb

SAMPLES: Final = re.compile(r"\bsamples\b", re.I)
KINDS: Final = {"TEXT": "string", "DOUBLE PRECISION": "float64", "BIGINT": "int64"}


@dataclass(frozen=True)
class Answer:
    """A table."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]

    def dicts(self) -> Iterator[dict[str, Any]]:
        """One mapping a row."""
        return (dict(zip(self.columns, row, strict=True)) for row in self.rows)


def query(store: Store, catalogue: Catalogue, sql: str, values: Sequence[Any] = ()) -> Answer:
    """Run one statement of SQL, in DuckDB's dialect.

    Tables: `recordings`, `streams`, `labels` (catalogue.TABLES), and `samples`: all samples of
    all streams with the columns name, sensor, index, time_s (where there are timestamps) and
    one for each channel, in counts; those of other sensors are NULL.

    Raises InputError for what the database does not understand. Nothing that it does changes
    the recordings.
    """
    import duckdb

    if not sql.strip():
        raise InputError("there is no question", where="query",
                         way_out="without one, motekit query lists the recordings")  # fmt: skip
    refresh(store.backend, catalogue)
    with duckdb.connect() as db:
        for table in TABLES:
            _table(db, table, catalogue.rows(table))
        if SAMPLES.search(sql):
            _samples(db, store, catalogue)
        try:
            found = db.execute(sql, list(values))
            if found is None:  # nothing but comments
                return Answer((), [])
            described = found.description or []
            return Answer(tuple(str(d[0]) for d in described), found.fetchall())
        except duckdb.Error as error:
            raise InputError(
                _short(str(error)), where="query", value=sql[:80],
                way_out="tables: recordings, streams, labels, samples",
            ) from error  # fmt: skip


def _short(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return " ".join(line for line in lines if not line.startswith(("LINE", "^")))[:300]


def _table(db: duckdb.DuckDBPyConnection, name: str, rows: list[tuple[Any, ...]]) -> None:
    import pyarrow as pa

    kinds = {column: kind for column, kind in TABLES[name]}
    by_column = list(zip(*rows, strict=True)) or [()] * len(kinds)
    arrays = [
        pa.array(values, getattr(pa, KINDS[kind.removesuffix(" NOT NULL")])())
        for values, kind in zip(by_column, kinds.values(), strict=True)
    ]  # fmt: skip
    db.register(f"_{name}", pa.table(arrays, names=list(kinds)))
    hidden = " EXCLUDE (signature)" if name == "recordings" else ""
    db.execute(f"CREATE TABLE {name} AS SELECT *{hidden} FROM _{name}")


def _samples(db: duckdb.DuckDBPyConnection, store: Store, catalogue: Catalogue) -> None:
    """A view over the Parquet files. DuckDB does not compare our hashes: `verify` does."""
    import pyarrow as pa

    names = columns("streams")
    at = [names.index(column) for column in ("name", "sensor", "file")]
    streams = [tuple(row[i] for i in at) for row in catalogue.rows("streams")]
    if not streams:
        raise InputError("there are no recordings", where="query", way_out="import some first")
    paths = [str(store.backend.file(name, file)) for name, _, file in streams]
    where = pa.table([[s[0] for s in streams], [s[1] for s in streams], paths],
                     names=["name", "sensor", "path"])  # fmt: skip
    db.register("_files", where)
    listed = ", ".join("'" + path.replace("'", "''") + "'" for path in paths)
    db.execute(
        "CREATE VIEW samples AS SELECT f.name, f.sensor, p.* EXCLUDE (filename) FROM "
        f"read_parquet([{listed}], union_by_name = true, filename = true) p "
        "JOIN _files f ON p.filename = f.path"
    )
