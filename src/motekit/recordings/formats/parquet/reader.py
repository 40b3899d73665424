"""Read a stream's Parquet file, part by part, and refuse every byte that is not as written."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from motekit.core.errors import InputError, MotekitError
from motekit.core.recording import Recording
from motekit.recordings import facts
from motekit.recordings.files import reading
from motekit.recordings.parts import clipped

from .writer import KEY

PART = 1 << 16  # rows of a part
GROUP = 1 << 24  # rows of a row group at most
FOOTER = 64 << 20  # bytes of names and lists in the footer at most


@contextlib.contextmanager
def _damage(path: Path) -> Iterator[None]:
    """Whatever the Parquet library or a wrong description raises is damage of the file."""
    try:
        with reading(path):
            path.stat()
        yield
    except MotekitError:
        raise
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError, IndexError,
            OverflowError, MemoryError, AttributeError, UnicodeError) as error:  # fmt: skip
        text = " ".join(str(error).split())[:120]
        raise InputError(
            f"the Parquet file is damaged: {type(error).__name__} {text}", where=path,
            way_out="restore it, or import the source again",
        ) from error  # fmt: skip


def _open(path: Path) -> tuple[pq.ParquetFile, dict[str, Any]]:
    file = pq.ParquetFile(
        path, page_checksum_verification=True, thrift_string_size_limit=FOOTER,
        thrift_container_size_limit=1 << 20, pre_buffer=False,
    )  # fmt: skip
    found = file.metadata.metadata or {}
    if KEY not in found:
        file.close()
        raise InputError(
            "not written by motekit: the key 'motekit' is missing in the footer", where=path,
            way_out="export it as CSV and import that",
        )  # fmt: skip
    return file, facts.parse(found[KEY], path)


def _check(file: pq.ParquetFile, value: dict[str, Any]) -> None:
    """Raise ValueError if footer and description disagree."""
    stream = value["stream"]
    names = ["index", *(["time_s"] if stream["time_sha256"] else []), *value["columns"]]
    if file.schema_arrow.names != names or len(value["columns"]) != len(stream["channels"]):
        raise ValueError("the columns are not as described")
    if file.metadata.num_rows != stream["rows"]:
        raise ValueError("the number of rows is not as described")
    groups = [file.metadata.row_group(i).num_rows for i in range(file.metadata.num_row_groups)]
    if any(not 0 <= rows <= GROUP for rows in groups) or sum(groups) != stream["rows"]:
        raise ValueError("the row groups are not as described")


def stream_parts(path: Path, rows: int = PART) -> Iterator[Recording]:
    """Parts of the one stream in a file, under the facts the file itself holds.

    The hashes over everything are compared after the last part: a caller that keeps parts
    must drop them when the InputError comes.
    """
    with _damage(path):
        file, value = _open(path)
    with file:
        with _damage(path):
            _check(file, value)
            stream = value["stream"]
            dtype = np.dtype(str(stream["dtype"]))
            batches = file.iter_batches(batch_size=rows, use_threads=False)
        hashes = facts.StreamHash()
        while True:
            with _damage(path):
                batch = next(batches, None)
                if batch is None and hashes.rows:
                    break
                part = _part(batch, value, dtype, hashes.rows)
                segments = clipped(part.segments, hashes.rows, len(part.streams[0]))
                hashes.update(part.streams[0])
            yield replace(part, segments=segments)
            if batch is None:
                break
        with _damage(path):
            same_time = stream["time_sha256"] in (None, hashes.time())
            if hashes.values() != stream["values_sha256"] or not same_time:
                raise ValueError("the SHA-256 of the samples does not fit")


def _part(batch: pa.RecordBatch | None, value: dict[str, Any], dtype: np.dtype[Any],
          row: int) -> Recording:  # fmt: skip
    stream, columns = value["stream"], value["columns"]
    timed = stream["time_sha256"] is not None
    count = 0 if batch is None else batch.num_rows
    values = np.empty((count, len(columns)), dtype=dtype)
    time_s = np.empty(count) if timed else None
    if batch is not None:
        for i, name in enumerate(columns):
            column = batch.column(name).to_numpy(zero_copy_only=False)
            if column.dtype != dtype:
                raise ValueError(f"column {name!r} is not of type {dtype.name}")
            values[:, i] = column
        if time_s is not None:
            time_s[:] = batch.column("time_s").to_numpy(zero_copy_only=False)
    part = facts.read_stream(stream, values, row, time_s)
    if batch is not None:
        index = batch.column("index").to_numpy(zero_copy_only=False)
        if not np.array_equal(index, part.index()):
            raise ValueError("the sample indices are not as described")
    return facts.read_recording(value["recording"], (part,))


def parts(path: Path, params: object) -> Iterator[Recording]:
    """Parts of the recording in a file (see motekit.core.format)."""
    return stream_parts(path)
