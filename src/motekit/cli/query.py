"""motekit query"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .console import Json, emit, say, table

MOST_ROWS = 200  # that a terminal is filled with


def command(
    sql: Annotated[
        str, typer.Argument(help="SQL over recordings, streams, labels and samples.")
    ] = "SELECT name, label, subject, session, device, round(seconds, 1) AS seconds "
    "FROM recordings ORDER BY name",
    project: Annotated[Path, typer.Option(help="Project folder.")] = Path("."),
    json: Json = False,
) -> None:
    """Ask recordings in SQL (DuckDB); without a question, list them.

    motekit query "SELECT label, count(*), sum(seconds) FROM recordings GROUP BY label"
    """
    from motekit.recordings.place import catalogue_of
    from motekit.recordings.query import query
    from motekit.recordings.store import Store
    from motekit.workflows.project import find

    folder = find(project)
    catalogue = catalogue_of(folder)
    try:
        answer = query(Store.of_project(folder), catalogue, sql)
    finally:
        catalogue.close()
    if json:
        rows = [[_plain(value) for value in row] for row in answer.rows]
        emit({"columns": list(answer.columns), "rows": rows})
        return
    if answer.rows:
        shown = [tuple(_text(value) for value in row) for row in answer.rows[:MOST_ROWS]]
        table(answer.columns, shown)
    more = len(answer.rows) - MOST_ROWS
    rows_ = "1 row" if len(answer.rows) == 1 else f"{len(answer.rows)} rows"
    say(rows_ + (f", {more} not shown (see --json)" if more > 0 else ""))


def _plain(value: object) -> object:
    """A value that JSON has; NaN and infinity are null."""
    if isinstance(value, float):
        return value if value - value == 0 else None
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def _text(value: object) -> str:
    return "" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value)
