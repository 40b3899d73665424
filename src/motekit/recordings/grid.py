"""Samples onto the grid of their nominal rate, because somebody asked for it, and noted down.

A device's oscillator is never quite at its nominal rate, and the host's clock says by how much:
every sample has its measured time. Where evenly spaced samples at exactly the nominal rate are
needed, each piece between two gaps is interpolated by a cubic spline (not-a-knot) through its
samples at their times. Gaps stay gaps.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from motekit.core.errors import InputError
from motekit.core.params import param
from motekit.core.recording import Gap, Recording, Segment, Stream

from .clock import fit, with_gaps
from .resample import typed

F64 = npt.NDArray[np.float64]
EDGE: Final = 1e-6  # of a period: a grid point so near to the end of a piece belongs to it


@dataclass(frozen=True)
class GridParams:
    """Which times count."""

    times: str = param(
        "stamps", "each sample's own time, or the line through them, where their jitter is that "
        "of the transport and not of the sampling", choices=("stamps", "line")
    )  # fmt: skip


def on_grid(stream: Stream, params: GridParams) -> tuple[Stream, str]:
    """The stream at exactly its nominal rate, from its first sample on, and what was done.

    Raises InputError for a stream without times, or whose times stand still or go back.
    """
    where = f"stream {stream.sensor!r}"
    if stream.time_s is None:
        raise InputError("the samples have no times", where=where,
                         way_out="leave it as it is: its rate is the nominal one")  # fmt: skip
    stream = with_gaps(stream)
    times, index = _times(stream, params, where), stream.index()
    start, rate = float(times[0]), stream.rate_hz
    places: list[npt.NDArray[np.int64]] = []
    values: list[F64] = []
    for run in stream.contiguous():
        at = (times[run] - start) * rate
        first = places[-1][-1] + 1 if places else 0
        grid = np.arange(max(first, np.ceil(at[0] - EDGE)), np.floor(at[-1] + EDGE) + 1)
        if len(grid):
            places.append(grid.astype(np.int64))
            values.append(_spline(at, stream.values[run].astype(np.float64), grid))
    place = np.concatenate(places)
    made = replace(
        stream, values=typed(np.concatenate(values), stream.values.dtype),
        gaps=_gaps(stream, index, times, place, start), time_s=start + place / rate,
    )  # fmt: skip
    measured = (len(index) and index[-1] - index[0]) / max(times[-1] - start, 1e-9)
    how = "timestamps" if params.times == "stamps" else "line through the timestamps"
    return made, (
        f"{measured:.7g} Hz measured, onto {rate:g} Hz: cubic spline at the {how}, "
        f"{len(made.gaps)} gaps kept"
    )


def _times(stream: Stream, params: GridParams, where: str) -> F64:
    times = stream.time_s
    assert times is not None
    if params.times == "line":
        line = fit(times, stream.index())
        if line is None:
            raise InputError("the times tell no rate", where=where)
        return times - line.residual_s
    still = np.flatnonzero(np.diff(times) <= 0)
    if len(still):
        raise InputError(
            "times stand still or go back", where=where, value=f"row {int(still[0]) + 1}",
            way_out="take the line through them (times=line)",
        )  # fmt: skip
    return times


def _spline(at: F64, values: F64, grid: F64) -> F64:
    from scipy.interpolate import make_interp_spline  # heavy: imported when used

    if len(at) == 1:
        return np.repeat(values, len(grid), axis=0)
    spline = make_interp_spline(at, values, k=min(3, len(at) - 1))
    return np.asarray(spline(np.clip(grid, at[0], at[-1])))


def _gaps(
    stream: Stream, index: npt.NDArray[np.int64], times: F64, place: npt.NDArray[np.int64],
    start: float,
) -> tuple[Gap, ...]:  # fmt: skip
    """What of the grid is missing, with the reason of the gap that lies there."""
    out = []
    for row in np.flatnonzero(np.diff(place) > 1):
        first, count = int(place[row]) + 1, int(place[row + 1] - place[row] - 1)
        after = int(np.searchsorted(times, start + place[row + 1] / stream.rate_hz - 1e-9))
        before = index[min(after, len(index) - 1)]
        reason = next((g.reason for g in reversed(stream.gaps) if g.start < before), "clock")
        out.append(Gap(stream.first_index + first, count, reason))
    return tuple(out)


def recording_on_grid(recording: Recording, params: GridParams) -> Recording:
    """Every stream that has times onto its grid; segments follow, the metadata says what was
    done. Raises InputError if none has times."""
    streams, notes = [], {}
    for stream in recording.streams:
        if stream.time_s is None and any(s.time_s is not None for s in recording.streams):
            streams.append(stream)
            continue
        made, notes[f"grid.{stream.sensor}"] = on_grid(stream, params)
        streams.append(made)
    old, new = recording.streams[0], streams[0]
    segments = recording.segments
    if segments and old.time_s is not None and new.time_s is not None:
        segments = tuple(s for s in map(lambda s: _moved(s, old, new), segments) if s)
    return replace(
        recording, streams=tuple(streams), segments=tuple(segments),
        metadata={**recording.metadata, **notes},
    )  # fmt: skip


def _moved(segment: Segment, old: Stream, new: Stream) -> Segment | None:
    """A segment over the same time; None if no grid point lies in it."""
    assert old.time_s is not None and new.time_s is not None
    half = 0.5 / old.rate_hz
    begin, last = old.time_s[segment.start], old.time_s[segment.stop - 1]
    start, stop = np.searchsorted(new.time_s, (begin - half, last + half))
    return Segment(segment.label, int(start), int(stop)) if start < stop else None
