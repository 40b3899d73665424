"""Write a recording of one stream as NPZ."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from motekit.core.errors import InputError
from motekit.core.recording import Recording
from motekit.recordings.files import atomic_file

from .params import Params


def write(path: Path, recording: Recording, params: Params) -> None:
    """Write the arrays that the reader knows, stored values with their scale."""
    if len(recording.streams) != 1:
        raise InputError(
            "an NPZ file holds one stream", where=recording.name,
            value=[s.sensor for s in recording.streams],
            way_out="write one file for each sensor, or use parquet",
        )  # fmt: skip
    stream = recording.streams[0]
    arrays: dict[str, Any] = {
        params.values: stream.values,
        "rate_hz": np.float64(stream.rate_hz),
        "channels": np.array([c.name for c in stream.channels]),
        "units": np.array([c.unit for c in stream.channels]),
        "scale": np.array([c.scale for c in stream.channels]),
        "index": stream.index(),
        "name": np.array([recording.name]),
    }
    if stream.time_s is not None:
        arrays["time_s"] = stream.time_s
    for key in ("label", "subject", "session", "device"):
        if getattr(recording, key) is not None:
            arrays[key] = np.array([getattr(recording, key)])
    if recording.segments:
        labels = np.full(len(stream), "", dtype=object)
        for segment in recording.segments:
            labels[segment.start : segment.stop] = segment.label
        arrays["sample_label"] = labels.astype(np.str_)
    with atomic_file(path) as handle:
        np.savez_compressed(handle, allow_pickle=False, **arrays)
