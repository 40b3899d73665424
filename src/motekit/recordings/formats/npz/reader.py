"""Recordings from the arrays of an NPZ file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from motekit.core.errors import InputError
from motekit.core.recording import Channel, Gap, Recording, Segment, Stream
from motekit.recordings.files import stem
from motekit.recordings.units import NO_UNIT, unit

from .arrays import Arrays
from .params import Params

AXES = 4096


class _File:
    """The arrays of one file, checked against each other."""

    def __init__(self, path: Path, arrays: Arrays, params: Params) -> None:
        self.path, self.arrays, self.params = path, arrays, params
        values = arrays.get(params.values)
        if values is None:
            raise self.wrong(params.values, "there is no array of this name",
                             ", ".join(arrays.names[:20]), "name it (values)")  # fmt: skip
        if values.dtype.kind not in "iuf" or values.ndim not in (1, 2) or not len(values):
            raise self.wrong(params.values, "must be numbers of shape (samples, channels)",
                             f"{values.dtype} {values.shape}")  # fmt: skip
        if values.ndim == 1:
            values = values[:, None]
        if not 0 < values.shape[1] <= AXES:
            raise self.wrong(params.values, f"must have 1 to {AXES} channels", values.shape)
        if values.dtype.itemsize > 8 or values.dtype == np.float16:
            raise self.wrong(params.values, "has a type that is not stored", values.dtype)
        self.values = np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("="))
        self.length = self._lengths()
        self._refuse_nan()

    def wrong(self, name: str, what: str, value: object, way_out: str | None = None) -> InputError:
        shown = value if isinstance(value, int | float) else str(value)[:80]
        return InputError(what, where=f"{self.path}, array {name!r}", value=shown, way_out=way_out)

    def _refuse_nan(self) -> None:
        if self.values.dtype.kind != "f" or np.isfinite(self.values).all():
            return
        if self.params.nan == "keep":
            self.values = np.where(np.isfinite(self.values), self.values, np.nan)
            return
        row, column = (int(i[0]) for i in np.nonzero(~np.isfinite(self.values)))
        raise self.wrong(self.params.values, f"row {row}, column {column} is not a finite number",
                         float(self.values[row, column]),
                         "remove it, or give nan = 'keep'")  # fmt: skip

    def _lengths(self) -> npt.NDArray[np.int64]:
        length = self.arrays.get("length")
        if length is None:
            return np.array([len(self.values)], dtype=np.int64)
        if length.ndim != 1 or length.dtype.kind not in "iu" or not len(length):
            raise self.wrong("length", "must be whole numbers, one per recording", length.shape)
        out = length.astype(np.int64)
        if (out < 1).any() or int(out.astype(object).sum()) != len(self.values):
            raise self.wrong("length", f"must be positive and add up to {len(self.values)} rows",
                             int(out.astype(object).sum()))  # fmt: skip
        return out

    def per(self, name: str, count: int) -> npt.NDArray[Any] | None:
        """An optional array with `count` entries."""
        array = self.arrays.get(name)
        if array is None:
            return None
        if array.ndim == 0 and count == 1:
            array = array[None]
        if array.shape != (count,):
            raise self.wrong(name, f"must have {count} entries", array.shape)
        return array

    def texts(self, name: str, count: int) -> list[str | None]:
        """An optional array of texts or whole numbers as texts; "" is None."""
        array = self.per(name, count)
        if array is None:
            return [None] * count
        if array.dtype.kind not in "Uiu":
            raise self.wrong(name, "must hold texts or whole numbers", array.dtype)
        return [str(item) or None for item in array.tolist()]

    def rate_hz(self) -> float:
        array = self.arrays.get("rate_hz")
        if self.params.rate_hz:
            return self.params.rate_hz
        if array is None:
            raise self.wrong("rate_hz", "there is no rate", ", ".join(self.arrays.names[:20]),
                             "add the array, or give rate_hz")  # fmt: skip
        if array.size != 1 or array.dtype.kind not in "iuf":
            raise self.wrong("rate_hz", "must be one number", array.shape)
        rate = float(array.reshape(()))
        if not (np.isfinite(rate) and rate > 0):
            raise self.wrong("rate_hz", "must be a positive number", rate)
        return rate

    def channels(self) -> tuple[Channel, ...]:
        count = self.values.shape[1]
        names = list(self.params.channels) or self.texts("channels", count)
        told = list(self.params.units) or self.texts("units", count)
        if len(told) == 1:
            told *= count
        if len(names) != count or len(told) != count:
            raise InputError(f"channels and units must have {count} entries", where=self.path,
                             value=f"{len(names)} and {len(told)}",
                             way_out="give one for each column")  # fmt: skip
        scale = self.per("scale", count)
        if scale is not None and (scale.dtype.kind not in "iuf" or not np.isfinite(scale).all()):
            raise self.wrong("scale", "must be finite numbers", scale.dtype)
        given = self.params.scale or (None if scale is None else tuple(map(float, scale)))
        scales = (given or (1.0,)) * (count if given is None or len(given) == 1 else 1)
        if len(scales) != count:
            raise InputError(
                f"scale must have {count} entries",
                where=self.path,
                value=scales,
                way_out="give one for all, or one for each column",
            )
        names = [name or f"c{i}" for i, name in enumerate(names)]
        if len(set(names)) != count:
            raise self.wrong("channels", "two channels have one name", names)
        symbols = [unit(t or NO_UNIT, where=f"{self.path}, array 'units'").symbol for t in told]
        rows = zip(names, symbols, scales, strict=True)
        return tuple(Channel(str(name), symbol, factor) for name, symbol, factor in rows)

    def labels(self) -> list[str | None]:
        """Texts, or numbers of `label_names`."""
        array, names = self.per("label", len(self.length)), self.arrays.get("label_names")
        if array is None or array.dtype.kind not in "iu" or names is None:
            return self.texts("label", len(self.length))
        if names.ndim != 1 or names.dtype.kind != "U":
            raise self.wrong("label_names", "must hold texts", names.dtype)
        if (array < 0).any() or (array >= len(names)).any():
            raise self.wrong("label", f"must be a number from 0 to {len(names) - 1}",
                             int(array[(array < 0) | (array >= len(names))][0]))  # fmt: skip
        return [str(names[i]) for i in array]

    def time(self) -> npt.NDArray[np.float64] | None:
        array = self.per("time_s", len(self.values))
        if array is None:
            return None
        if array.dtype.kind not in "iuf" or not np.isfinite(array).all():
            raise self.wrong("time_s", "must be finite numbers", array.dtype)
        return array.astype(np.float64)

    def index(self) -> npt.NDArray[np.int64] | None:
        array = self.per("index", len(self.values))
        if array is None:
            return None
        if array.dtype.kind not in "iu" or (abs(array.astype(np.float64)) > 2**62).any():
            raise self.wrong("index", "must be whole numbers", array.dtype)
        return array.astype(np.int64)


def _segments(labels: list[str | None]) -> tuple[Segment, ...]:
    out, start = [], 0
    for row in range(1, len(labels) + 1):
        if row == len(labels) or labels[row] != labels[start]:
            text = labels[start]
            if text is not None:
                out.append(Segment(text, start, row))
            start = row
    return tuple(out)


def _gaps(file: _File, index: npt.NDArray[np.int64]) -> tuple[Gap, ...]:
    steps = np.diff(index)
    if (steps < 1).any():
        row = int(np.argmax(steps < 1)) + 1
        raise file.wrong("index", "the sample index does not increase", int(index[row]))
    return tuple(Gap(int(index[i]) + 1, int(steps[i]) - 1, "index")
                 for i in np.flatnonzero(steps > 1))  # fmt: skip


def parts(path: Path, params: Params) -> Iterator[Recording]:
    """The recordings of a file, each one part (see motekit.core.format)."""
    arrays = Arrays(path)
    try:
        file = _File(path, arrays, params)
        count = len(file.length)
        channels, rate, time, index = file.channels(), file.rate_hz(), file.time(), file.index()
        about = {key: file.texts(key, count) for key in ("name", "subject", "session", "device")}
        labels, sample_labels = file.labels(), file.texts("sample_label", len(file.values))
    finally:
        arrays.close()
    names = [name or (stem(path.name) if count == 1 else f"{stem(path.name)}-{i}")
             for i, name in enumerate(about["name"])]  # fmt: skip
    if len(set(names)) != count:
        raise file.wrong("name", "two recordings have one name", names)
    edges = np.concatenate([[0], np.cumsum(file.length)]).tolist()
    for i in range(count):
        rows = slice(edges[i], edges[i + 1])
        part_time = None if time is None else time[rows] - time[edges[i]]
        if part_time is not None and (np.diff(part_time) < 0).any():
            row = edges[i] + 1 + int(np.argmax(np.diff(part_time) < 0))
            raise file.wrong("time_s", f"the timestamps are not monotonic at row {row}",
                             float(part_time[row - edges[i]]))  # fmt: skip
        stream = Stream(
            sensor=params.sensor, channels=channels, rate_hz=rate, values=file.values[rows],
            first_index=0 if index is None else int(index[rows][0]),
            gaps=() if index is None else _gaps(file, index[rows]), time_s=part_time,
        )  # fmt: skip
        yield Recording(
            name=names[i], streams=(stream,), label=labels[i], subject=about["subject"][i],
            session=about["session"][i], device=about["device"][i],
            segments=_segments(sample_labels[rows]), metadata={"format": "npz"},
        )  # fmt: skip
