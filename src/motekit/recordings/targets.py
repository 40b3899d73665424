"""What a regressor learns of a window: labels that are numbers, or another stream's mean."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from motekit.core.errors import InputError
from motekit.core.recording import Recording, Stream

F64 = npt.NDArray[np.float64]
LABEL = "label"


def of_windows(
    recording: Recording, stream: Stream, first: npt.NDArray[np.int64], length: int, target: str,
    coverage: float,
) -> F64:  # fmt: skip
    """The target of each window, NaN where too little of it is known.

    Args:
        stream: what the windows are cut from; `first` are their first rows in it.
        length: samples of a window.
        target: "label", or SENSOR.CHANNEL of a stream of this recording.
        coverage: share of a window that must be known.

    Raises InputError for a label that is no number, or a stream or channel that is not there.
    """
    if target == LABEL:
        return _of_labels(recording, stream, first, length, coverage)
    return _of_stream(recording, stream, first, length, target, coverage)


def _number(label: str, recording: str) -> float:
    try:
        value = float(label)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputError(
            "a regressor learns numbers, and this label is none", where=recording, value=label,
            way_out="label with numbers (motekit label), or name a stream: "
            'target = "SENSOR.CHANNEL" below [signal]',
        )  # fmt: skip
    return value


def _of_labels(
    recording: Recording, stream: Stream, first: npt.NDArray[np.int64], length: int, coverage: float
) -> F64:
    """The recording's label, or the mean of the segments' weighted by how much they cover."""
    if not recording.segments:
        label = recording.label
        return np.full(len(first), math.nan if label is None else _number(label, recording.name))
    ratio = stream.rate_hz / recording.streams[0].rate_hz  # segments count rows of streams[0]
    total, weight = np.zeros(len(first)), np.zeros(len(first))
    for segment in recording.segments:
        value = _number(segment.label, recording.name)
        until = np.minimum(segment.stop * ratio, first + length)
        overlap = np.maximum(until - np.maximum(segment.start * ratio, first), 0.0)
        total += value * overlap
        weight += overlap
    enough = weight >= max(coverage * length, 1e-9) - 1e-9
    return np.where(enough, total / np.maximum(weight, 1e-9), math.nan)


def _of_stream(
    recording: Recording, stream: Stream, first: npt.NDArray[np.int64], length: int, target: str,
    coverage: float,
) -> F64:  # fmt: skip
    """The mean of the samples that fall into each window; those that are no numbers count as
    missing."""
    sensor, dot, name = target.rpartition(".")
    source = recording.stream(sensor if dot else name)
    names = [channel.name for channel in source.channels]
    if name not in names and dot:
        raise InputError(
            "there is no channel of this name", where=f"{recording.name}, {source.sensor}",
            value=name, way_out=f"it has: {', '.join(names)}",
        )  # fmt: skip
    if not dot and len(names) > 1:
        raise InputError(
            "this stream has several channels", where="signal.target", value=target,
            way_out=f"name one: {', '.join(f'{target}.{n}' for n in names)}",
        )  # fmt: skip
    column = names.index(name) if dot else 0
    values = source.physical()[:, column]
    at, known = source.index() / source.rate_hz, np.isfinite(values)
    sums = np.concatenate([[0.0], np.cumsum(np.where(known, values, 0.0))])
    counts = np.concatenate([[0], np.cumsum(known)])
    start = stream.index()[first] / stream.rate_hz
    span = length / stream.rate_hz
    low, high = (np.searchsorted(at, edge - 1e-9) for edge in (start, start + span))
    count = counts[high] - counts[low]
    needed = max(coverage * span * source.rate_hz, 1.0) - 1e-9
    mean = (sums[high] - sums[low]) / np.maximum(count, 1)
    return np.where(count >= needed, mean, math.nan)
