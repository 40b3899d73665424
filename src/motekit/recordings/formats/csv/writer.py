"""Write a recording of one stream as CSV."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from motekit.core.errors import InputError
from motekit.core.recording import Recording
from motekit.recordings.files import atomic_file
from motekit.recordings.units import NO_UNIT

from .params import Params

ROWS = 1 << 16


def write(path: Path, recording: Recording, params: Params) -> None:
    """Write physical values with `time [s]` or `sample`, units in the header, labels beside.

    Raises InputError if the recording has several streams: they need a file each.
    """
    if len(recording.streams) != 1:
        raise InputError(
            "a CSV file holds one stream", where=recording.name,
            value=[s.sensor for s in recording.streams],
            way_out="write one file for each sensor, or use parquet",
        )  # fmt: skip
    stream = recording.streams[0]
    columns: dict[str, pa.Array] = {"sample": pa.array(stream.index())}
    if stream.time_s is not None:
        columns["time [s]"] = pa.array(stream.time_s)
    physical = stream.physical()
    for i, channel in enumerate(stream.channels):
        name = channel.name if channel.unit == NO_UNIT else f"{channel.name} [{channel.unit}]"
        columns[name] = pa.array(physical[:, i])
    if recording.label is not None or recording.segments:
        labels = np.full(len(stream), recording.label or "", dtype=object)
        for segment in recording.segments:
            labels[segment.start : segment.stop] = segment.label
        columns["label"] = pa.array(labels, pa.string())
    for role in ("subject", "session", "device"):
        text = getattr(recording, role)
        if text is not None:
            columns[role] = pa.array([text] * len(stream))
    options = pacsv.WriteOptions(delimiter=params.delimiter or ",", quoting_style="needed")
    table = pa.table(columns)
    with atomic_file(path) as handle, pacsv.CSVWriter(handle, table.schema,
                                                      write_options=options) as writer:  # fmt: skip
        for batch in table.to_batches(ROWS):
            writer.write(batch)
