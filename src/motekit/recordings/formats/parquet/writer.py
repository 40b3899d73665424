"""Write one stream as Parquet, part by part. The layout is in SPEC.md, "Project store"."""

from __future__ import annotations

import contextlib
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from motekit.core.errors import InputError
from motekit.core.recording import Gap, Recording, Stream
from motekit.recordings import facts
from motekit.recordings.files import atomic_file

KEY = b"motekit"
RESERVED = ("index", "time_s")
_TYPES = {
    name: pa.type_for_alias(name)
    for name in ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64")
} | {"float32": pa.float32(), "float64": pa.float64()}


def column_names(stream: Stream) -> list[str]:
    """The column of each channel: its name, with "_" added where that is taken."""
    taken = set(RESERVED)
    out = []
    for channel in stream.channels:
        name = channel.name
        while name in taken:
            name += "_"
        taken.add(name)
        out.append(name)
    return out


class StreamWriter:
    """Parts of one stream → a Parquet file. `close` writes what is known of the whole."""

    def __init__(self, handle: BinaryIO, first: Stream) -> None:
        dtype = first.values.dtype.name
        if dtype not in _TYPES:
            raise InputError("samples of this type cannot be stored", where=first.sensor,
                             value=dtype, way_out=f"one of: {', '.join(_TYPES)}")  # fmt: skip
        self.first, self.hashes = first, facts.StreamHash()
        self.columns = column_names(first)
        self._gaps: list[Gap] = []
        self._next = first.first_index
        fields = [pa.field("index", pa.int64(), nullable=False)]
        if first.time_s is not None:
            fields.append(pa.field("time_s", pa.float64(), nullable=False))
        fields += [pa.field(name, _TYPES[dtype], nullable=False) for name in self.columns]
        self.schema = pa.schema(fields)
        floats = [name for name in (*self.columns, "time_s") if dtype.startswith("f")
                  or name == "time_s"]  # fmt: skip
        encoding = {f.name: "BYTE_STREAM_SPLIT" if f.name in floats else "DELTA_BINARY_PACKED"
                    for f in fields}  # fmt: skip
        self._writer = pq.ParquetWriter(
            handle, self.schema, compression="zstd", use_dictionary=False, write_statistics=False,
            column_encoding=encoding, write_page_checksum=True, store_schema=False,
        )  # fmt: skip

    def __enter__(self) -> StreamWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:  # fmt: skip
        if kind is not None:  # the file is given up; a full disk may refuse its footer too
            with contextlib.suppress(OSError, pa.ArrowException):
                self._writer.close()

    def append(self, part: Stream) -> None:
        """Add the next rows. Raises InputError if they do not continue the stream."""
        first = self.first
        same = (part.sensor, part.channels, part.rate_hz, part.values.dtype, part.time_s is None)
        if same != (first.sensor, first.channels, first.rate_hz, first.values.dtype,
                    first.time_s is None):  # fmt: skip
            raise InputError("a part does not have the form of the parts before it",
                             where=part.sensor)  # fmt: skip
        if not len(part):
            return
        index = part.index()
        if index[0] < self._next or (np.diff(index) < 1).any():
            raise InputError("sample indices do not increase", where=part.sensor,
                             value=int(index[0]))  # fmt: skip
        if index[0] > self._next and self.hashes.rows:
            self._gaps.append(Gap(self._next, int(index[0]) - self._next))
        elif not self.hashes.rows:
            self.first = first = part
        self._gaps += part.gaps
        self._next = int(index[-1]) + 1
        self.hashes.update(part)
        columns: list[Any] = [index]
        if part.time_s is not None:
            columns.append(part.time_s)
        columns += list(np.ascontiguousarray(part.values.T))
        arrays = [pa.array(c, t) for c, t in zip(columns, self.schema.types, strict=True)]
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=self.schema))

    def close(self, recording: Recording) -> dict[str, Any]:
        """Write the footer with the facts of `recording`; returns the facts of the stream."""
        stream = facts.stream_facts(self.first, self.hashes, tuple(self._gaps))
        value = {
            "version": facts.VERSION,
            "recording": facts.recording_facts(recording),
            "stream": stream,
            "columns": self.columns,
        }
        value["sha256"] = facts.digest(value)
        self._writer.add_key_value_metadata({KEY: facts.canonical(value)})
        self._writer.close()
        return stream


def write(path: Path, recording: Recording, params: object) -> None:
    """Write a recording of one stream as a file of its own."""
    if len(recording.streams) != 1:
        raise InputError(
            "a Parquet file holds one stream", where=recording.name,
            value=[s.sensor for s in recording.streams],
            way_out="write one file for each sensor, or import into a project",
        )  # fmt: skip
    stream = recording.streams[0]
    with atomic_file(path) as handle, StreamWriter(handle, stream) as writer:
        writer.append(stream)
        writer.close(recording)
