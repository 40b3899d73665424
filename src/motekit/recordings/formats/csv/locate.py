"""Which line and field of a CSV file is wrong: read again, slowly, only after a refusal."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from motekit.core.errors import InputError

from .layout import MISSING, Layout, fields, lines, number
from .params import Params


def _rows(layout: Layout, start: int) -> Iterator[tuple[int, int, str]]:
    """(row, line, text) from row `start` on; blank lines are no rows."""
    row = -1
    for line, text in lines(layout.path):
        if line < layout.first_line or not text:
            continue
        row += 1
        if row >= start:
            yield row, line, text


def line_of_row(layout: Layout, row: int) -> int:
    """The physical line of a row, both counted as people count lines: from 1, and from 0."""
    return next((line for _, line, _ in _rows(layout, row)), layout.first_line + row)


def at_row(layout: Layout, row: int, column: int, what: str, value: object,
           way_out: str) -> InputError:  # fmt: skip
    """An error about one field of a row."""
    where = f"{layout.path}:{line_of_row(layout, row)}, field {layout.names[column]!r}"
    return InputError(what, where=where, value=value, way_out=way_out)


def _wrong_field(layout: Layout, params: Params, row: list[str]) -> tuple[int, str, str] | None:
    """(column, what, way out) of the first field that cannot be used."""
    missing = "" if params.nan == "keep" else "remove the row, or give nan = 'keep'"
    for column in layout.columns:
        text = row[column].strip()
        value = number(text, params.decimal)
        if missing and text in MISSING:
            return column, "a value is missing", missing
        if value is None and text not in MISSING:
            return column, "not a number", "correct the row, or leave the column out (channels)"
        if missing and value is not None and not math.isfinite(value):
            return column, "not a finite number", missing
    if layout.time is not None and layout.time_unit != "iso":
        value = number(row[layout.time], params.decimal)
        if value is None or not math.isfinite(value):
            return layout.time, "not a timestamp", "correct the row"
    iso = layout.time_unit == "iso" and layout.time is not None
    if iso and not re.match(r"\d{4}-\d\d?-\d\d?", row[layout.time or 0].strip()):
        return layout.time or 0, "not an ISO 8601 timestamp", "correct the row, or give time_unit"
    if layout.index is not None and not re.fullmatch(r"\s*-?\d{1,18}\s*", row[layout.index]):
        return layout.index, "not a sample index", "correct the row, or give index = 'none'"
    return None


def explain(layout: Layout, params: Params, start: int, stop: int | None,
            reason: str = "") -> InputError:  # fmt: skip
    """The error for the first wrong row from `start` on (to `stop`, if that is known)."""
    for row, line, text in _rows(layout, start):
        if stop is not None and row >= stop:
            break
        found = fields(text, layout.delimiter)
        if len(found) != len(layout.names):
            return InputError(
                f"the row has {len(found)} fields, the header {len(layout.names)}",
                where=f"{layout.path}:{line}", value=text[:60],
                way_out="correct the row, or give the delimiter",
            )  # fmt: skip
        wrong = _wrong_field(layout, params, found)
        if wrong:
            column, what, way_out = wrong
            where = f"{layout.path}:{line}, field {layout.names[column]!r}"
            return InputError(what, where=where, value=found[column][:40], way_out=way_out)
    short = re.sub(r"\s+", " ", reason)[:160]
    return InputError(
        f"the CSV reader refuses the rows from row {start} on: {short}", where=layout.path,
        way_out="is this a CSV file, whole and in UTF-8?",
    )  # fmt: skip
