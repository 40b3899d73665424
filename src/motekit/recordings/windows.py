"""Cut recordings into windows: never across a gap, never at two rates, labels by coverage."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from motekit.core.errors import InputError
from motekit.core.params import param
from motekit.core.recording import Recording, Stream
from motekit.core.windows import WindowSet

from .clock import with_gaps
from .resample import Resampling, resample
from .targets import LABEL, of_windows

RATE_TOLERANCE = 0.01  # relative; oscillators of sensors differ by about this much
_COUNTS = (np.dtype(np.int8), np.dtype(np.uint8), np.dtype(np.int16))


@dataclass(frozen=True)
class WindowParams:
    """How windows are cut. Lengths in samples win over lengths in seconds."""

    length_s: float = param(2.0, "length of a window", unit="s", minimum=0.0, maximum=86400.0)
    stride_s: float = param(
        1.0, "from the start of one window to the next", unit="s", minimum=0.0, maximum=86400.0
    )
    length: int = param(0, "length of a window; 0: by length_s", unit="samples", minimum=0)
    stride: int = param(0, "stride; 0: by stride_s", unit="samples", minimum=0)
    sensor: str = param("", "which stream; empty: the only one")
    channels: tuple[str, ...] = param((), "which channels, in this order; all if empty")
    coverage: float = param(
        0.8, "share of a window that one label must cover", minimum=0.0, maximum=1.0
    )
    unlabelled: str = param("drop", "windows without a label", choices=("drop", "keep"))
    target: str = param(
        "", f"what a regressor learns of a window: {LABEL!r} for labels that are numbers, or "
        "SENSOR.CHANNEL of another stream, averaged over the window; empty: nothing"
    )  # fmt: skip
    rate_hz: float = param(
        0.0, "declared resampling: bring every stream to this rate; 0: none", unit="Hz",
        minimum=0.0, maximum=1e6,
    )  # fmt: skip


def _chosen(recording: Recording, params: WindowParams) -> Stream:
    """The stream to cut, with the channels asked for."""
    stream = recording.stream(params.sensor or None)
    if not params.channels:
        return stream
    names = [channel.name for channel in stream.channels]
    missing = [name for name in params.channels if name not in names]
    if missing:
        raise InputError(
            "there is no channel of this name", where=f"{recording.name}, {stream.sensor}",
            value=missing[0], way_out=f"it has: {', '.join(names)}",
        )  # fmt: skip
    columns = [names.index(name) for name in params.channels]
    picked = tuple(stream.channels[i] for i in columns)
    return replace(stream, channels=picked, values=stream.values[:, columns])


def common_rate(named: Sequence[tuple[str, Stream]]) -> float:
    """The one rate of all streams, in Hz. Raises InputError if they differ by over 1 %.

    The rate most streams have; where all differ a little (rates measured from timestamps),
    their median to four digits.
    """
    rates = np.array([stream.rate_hz for _, stream in named])
    middle = float(np.median(rates))
    off = np.abs(rates - middle) > RATE_TOLERANCE * middle
    if off.any():
        i = int(np.argmax(off))
        raise InputError(
            f"the sensor {named[i][1].sensor!r} has two rates, here and {middle:g} Hz elsewhere",
            where=named[i][0], value=f"{rates[i]:g} Hz",
            way_out="declare a resampling (rate_hz), or leave these recordings out",
        )  # fmt: skip
    values, counts = np.unique(rates, return_counts=True)
    most = int(np.argmax(counts))
    if counts[most] * 2 > len(rates) or len(values) == 1:
        return float(values[most])
    return float(f"{middle:.4g}")


def _same_channels(named: Sequence[tuple[str, Stream]]) -> None:
    """All streams must have the channels, units and scales of the first."""
    first_name, first = named[0]
    for name, stream in named:
        if stream.channels != first.channels:
            raise InputError(
                f"the channels differ from those of {first_name!r}",
                where=f"{name}, {stream.sensor}",
                value=[f"{c.name} [{c.unit}] × {c.scale:g}" for c in stream.channels],
                way_out="name the channels that all have, or leave these recordings out",
            )


def starts(stream: Stream, length: int, stride: int) -> npt.NDArray[np.int64]:
    """First rows of the windows that fit between the gaps."""
    rows = [np.arange(run.start, run.stop - length + 1, stride) for run in stream.contiguous()]
    return np.concatenate([np.empty(0, np.int64), *rows]).astype(np.int64)


def window_labels(
    recording: Recording, stream: Stream, first: npt.NDArray[np.int64], length: int, coverage: float
) -> list[str | None]:
    """The label of each window: the recording's, or the one that covers enough of it."""
    if not recording.segments:
        return [recording.label] * len(first)
    ratio = stream.rate_hz / recording.streams[0].rate_hz  # segments count rows of streams[0]
    spans = [(s.label, s.start * ratio, s.stop * ratio) for s in recording.segments]
    out: list[str | None] = []
    for row in first.tolist():
        covered: dict[str, float] = {}
        for label, start, stop in spans:
            overlap = min(stop, row + length) - max(start, row)
            if overlap > 0:
                covered[label] = covered.get(label, 0.0) + overlap
        best = max(covered, key=lambda label: covered[label], default=None)
        enough = best is not None and covered[best] >= coverage * length - 1e-9
        out.append(best if enough else None)
    return out


def _device_values(values: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
    """What a device would push: int16 counts where they fit, else float32."""
    return values.astype(np.int16 if values.dtype in _COUNTS else np.float32)


def _samples(count: int, seconds: float, rate_hz: float, what: str, where: str) -> int:
    samples = count or round(seconds * rate_hz)
    if samples < 1:
        raise InputError(
            f"the {what} is less than one sample at {rate_hz:g} Hz", where=f"{where}.{what}_s",
            value=seconds, way_out=f"make it at least {1 / rate_hz:g} s",
        )  # fmt: skip
    return samples


def cut(
    recordings: Iterable[Recording], params: WindowParams | None = None, where: str = "window"
) -> WindowSet:
    """Windows of one sensor from many recordings, in the order of the recordings.

    Args:
        where: what the parameters are part of, for errors.

    Raises InputError if the streams differ in rate (without a declared resampling), channels,
    units or scale, or if no recording is as long as a window.
    """
    params = params or WindowParams()
    whole = list(recordings)
    if not whole:
        raise InputError("there are no recordings", way_out="import some first")
    named = [(recording.name, with_gaps(_chosen(recording, params))) for recording in whole]
    if params.rate_hz:
        plan = Resampling(params.rate_hz)
        named = [(name, resample(stream, plan)) for name, stream in named]
    _same_channels(named)
    rate = common_rate(named)
    length = _samples(params.length, params.length_s, rate, "length", where)
    stride = _samples(params.stride, params.stride_s, rate, "stride", where)
    field = f"{where}.{'length' if params.length else 'length_s'}"
    if length > max(len(stream) for _, stream in named):
        name, longest = max(named, key=lambda pair: len(pair[1]))
        raise InputError(
            f"the window of {length / rate:g} s is longer than every recording",
            where=field, value=f"{length} samples",
            way_out=f"the longest is {name!r} with {len(longest)} samples; make the window "
            "shorter, or record longer",
        )  # fmt: skip
    labelled = any(r.label or r.segments for r in whole)
    if params.unlabelled == "drop" and not params.target and not labelled:
        raise InputError(
            "no recording has a label", where=whole[0].name, value=None,
            way_out="import with labels (file name, folder, column or sidecar)",
        )  # fmt: skip
    return _gather(whole, [stream for _, stream in named], length, stride, rate, params, field)


def _gather(whole: list[Recording], streams: list[Stream], length: int, stride: int,
            rate: float, params: WindowParams, field: str) -> WindowSet:  # fmt: skip
    values, labels, origin, first_rows, told = [], [], [], [], []
    for i, (recording, stream) in enumerate(zip(whole, streams, strict=True)):
        first = starts(stream, length, stride)
        names: list[str | None] = [None] * len(first)
        if params.target:
            target = of_windows(recording, stream, first, length, params.target, params.coverage)
            keep = np.isfinite(target)
            told.append(target[keep])
        else:
            names = window_labels(recording, stream, first, length, params.coverage)
            keep = np.array([params.unlabelled == "keep" or n is not None for n in names], bool)
        first = first[keep]
        rows = first[:, None] + np.arange(length)
        values.append(_device_values(stream.values)[rows])
        labels += [name for name, kept in zip(names, keep, strict=True) if kept]
        origin += [i] * len(first)
        first_rows.append(first)
    if not labels:
        what = (
            f"{params.target!r} says enough of none"
            if params.target
            else ("gaps or labels cut everything into pieces that are too short")
        )
        raise InputError(
            f"no window is left: {what}", where=field, value=f"{length} samples",
            way_out="a shorter window or a lower coverage"
            + ("" if params.target else ", or unlabelled = 'keep'"),
        )  # fmt: skip
    classes = tuple(sorted({name for name in labels if name is not None}))
    number: dict[str | None, int] = {name: i for i, name in enumerate(classes)}
    kinds = {v.dtype for v in values}
    dtype = np.dtype(np.int16) if kinds == {np.dtype(np.int16)} else np.dtype(np.float32)
    channels = streams[0].channels
    return WindowSet(
        values=np.concatenate(values).astype(dtype, copy=False),
        scale=np.array([channel.scale for channel in channels]),
        rate_hz=rate,
        labels=np.array([number.get(name, -1) for name in labels], dtype=np.int64),
        classes=classes,
        recording=np.array([whole[i].name for i in origin], dtype=np.str_),
        subject=np.array([whole[i].subject or "" for i in origin], dtype=np.str_),
        session=np.array([whole[i].session or "" for i in origin], dtype=np.str_),
        start=np.concatenate(first_rows),
        sensor=streams[0].sensor,
        channels=tuple(channel.name for channel in channels),
        units=tuple(channel.unit for channel in channels),
        stride=stride,
        target=np.concatenate(told) if params.target else None,
    )


def require_classes(windows: WindowSet) -> None:
    """Refuse what no classifier can learn from: one class only, a class in one recording only.

    Raises InputError.
    """
    labels = windows.labels[windows.labels >= 0]
    found = np.unique(labels)
    if len(found) < 2:
        names = [windows.classes[i] for i in found]
        raise InputError(
            "there is one class only" if len(found) else "no window has a label",
            where="labels", value=names,
            way_out="record at least two, or train an anomaly detector",
        )  # fmt: skip
    for i in found:
        of_class = np.unique(windows.recording[windows.labels == i])
        if len(of_class) < 2:
            raise InputError(
                f"the class {windows.classes[i]!r} has one recording only, so that it cannot be "
                "both trained and tested",
                where=str(of_class[0]), value=1, way_out="record it again, or leave it out",
            )  # fmt: skip
