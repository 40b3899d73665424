"""Blocks of rows from a CSV file of any size, through pyarrow's streaming reader."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pacsv

from motekit.core.errors import InputError
from motekit.recordings.files import reading

from .layout import MISSING, Layout, lines
from .locate import explain, line_of_row
from .params import Params

F64 = npt.NDArray[np.float64]
BLOCK = 1 << 20  # bytes read at a time, some of them ahead

_PER_SECOND = {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9, "iso": 1e6}


@dataclass(frozen=True)
class Block:
    """Consecutive rows.

    Args:
        row: number of the first one in the file, from 0.
        values: shape (rows, channels), float64.
        time: timestamps as in the file (ISO: microseconds since 1970), shape (rows,), or None.
        index: sample index, shape (rows,), or None.
        texts: the id columns by column number.
    """

    row: int
    values: F64
    time: F64 | None
    index: npt.NDArray[np.int64] | None
    texts: dict[int, pa.DictionaryArray]


def _time_type(layout: Layout) -> pa.DataType:
    """Float64, or for ISO dates a timestamp with a zone if the first row has one."""
    if layout.time_unit != "iso":
        return pa.float64()
    from .layout import fields

    text = next(t for n, t in lines(layout.path) if n == layout.first_line)
    first = fields(text, layout.delimiter)[layout.time or 0].strip()
    zoned = first.endswith("Z") or "+" in first or "-" in first[19:]
    return pa.timestamp("ns", tz="UTC" if zoned else None)


def _open(layout: Layout, params: Params) -> pacsv.CSVStreamingReader:
    ids = {*layout.recording, *layout.roles.values()}
    types: dict[str, pa.DataType] = {str(i): pa.float64() for i in layout.columns}
    types |= {str(i): pa.string() for i in ids}
    if layout.index is not None:
        types[str(layout.index)] = pa.int64()
    if layout.time is not None:
        types[str(layout.time)] = _time_type(layout)
    return pacsv.open_csv(
        str(layout.path),
        pacsv.ReadOptions(
            block_size=BLOCK,
            skip_rows=layout.first_line - 1,
            column_names=[str(i) for i in range(len(layout.names))],
        ),
        pacsv.ParseOptions(delimiter=layout.delimiter),
        pacsv.ConvertOptions(
            column_types=types,
            include_columns=list(types),
            null_values=list(MISSING),
            strings_can_be_null=False,
            decimal_point=params.decimal,
        ),
    )


def _block(batch: pa.RecordBatch, row: int, layout: Layout, params: Params) -> Block:
    columns = [batch.column(str(i)) for i in layout.columns]
    values = np.empty((batch.num_rows, len(columns)))
    for i, column in enumerate(columns):
        values[:, i] = column.to_numpy(zero_copy_only=False)
    if not np.isfinite(values).all():
        if params.nan == "refuse":
            raise explain(layout, params, row, row + batch.num_rows)
        values[~np.isfinite(values)] = np.nan
    time = index = None
    if layout.time is not None:
        column = batch.column(str(layout.time))
        if column.null_count:
            raise explain(layout, params, row, row + batch.num_rows)
        if layout.time_unit == "iso":
            nanoseconds = column.cast(pa.int64()).to_numpy(zero_copy_only=False)
            time = (nanoseconds // 1000).astype(np.float64)  # exact until the year 2255
        else:
            time = column.to_numpy(zero_copy_only=False)
        if not np.isfinite(time).all():
            raise explain(layout, params, row, row + batch.num_rows)
    if layout.index is not None:
        column = batch.column(str(layout.index))
        if column.null_count:
            raise explain(layout, params, row, row + batch.num_rows)
        index = column.to_numpy()
    ids = {*layout.recording, *layout.roles.values()}
    texts = {i: batch.column(str(i)).dictionary_encode() for i in ids}
    return Block(row, values, time, index, texts)


def blocks(layout: Layout, params: Params) -> Iterator[Block]:
    """Every row of the file, block by block. Raises InputError with line and field."""
    row = 0
    with reading(layout.path):
        try:
            reader = _open(layout, params)
            for batch in reader:
                if batch.num_rows:
                    yield _block(batch, row, layout, params)
                row += batch.num_rows
        except (pa.ArrowException, OSError) as error:
            if getattr(error, "errno", None) is not None:
                raise
            raise explain(layout, params, row, None, str(error)) from error
    if row == 0:
        raise InputError("there is no row", where=layout.path, way_out="record or export it again")


def seconds(layout: Layout, params: Params, block: Block) -> tuple[float, str]:
    """(timestamps per second, how it is known) by the first block of a file.

    A column that does not tell its unit is read by its step: below 1, seconds; from 1 to
    1,000, milliseconds (as in Edge Impulse's CSV). Beyond that it could be anything and is
    refused.
    """
    if layout.time_unit:
        return _PER_SECOND[layout.time_unit], f"{layout.time_unit}, told by the header"
    if params.time_unit:
        return _PER_SECOND[params.time_unit], f"{params.time_unit}, told by the user"
    assert block.time is not None and layout.time is not None
    steps = np.diff(block.time[:1000])
    positive = steps[steps > 0]
    step = float(np.median(positive)) if len(positive) else 0.0
    if not 0 < step < 1000:
        line = line_of_row(layout, block.row)
        raise InputError(
            "the unit of the timestamps is not told",
            where=f"{layout.path}:{line}, field {layout.names[layout.time]!r}",
            value=f"steps of {step:g}",
            way_out="give time_unit (s, ms, us, ns), or name the column like 'time [us]'",
        )
    name = "s" if step < 1 else "ms"
    return _PER_SECOND[name], f"{name}, by the step of {step:g} between timestamps"
