"""What timestamps say: the true rate, the jitter, and where samples are missing."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from motekit.core.recording import Gap, Stream

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]

_SPAN = 16  # samples a first estimate looks over; short, so that few spans hold a gap
_SIDE = 8  # samples on each side of a jump whose delays are compared
_COARSE = 0.05  # share of equal timestamps from which the clock's own step is the jitter
_MANY = 0.1  # share of samples with a jump before them that asks for another explanation
_STEADY = 0.1  # jitter, in periods, up to which one step tells how many samples are missing
_FITTED = 1 << 20  # samples the line is fitted to at most


@dataclass(frozen=True)
class Clock:
    """A line fitted to timestamps.

    Args:
        rate_hz: samples per second between gaps.
        gap_rows: rows before which samples are missing, shape (gaps,).
        gap_counts: how many are missing there by the clock, shape (gaps,).
        residual_s: timestamp − line, shape (samples,): the jitter.
    """

    rate_hz: float
    gap_rows: I64
    gap_counts: I64
    residual_s: F64


def _rough_period(time_s: F64) -> float:
    """The median step where most steps are alike, else the median over several samples."""
    steps = np.diff(time_s)
    middle = float(np.median(steps))
    if middle > 0 and np.percentile(np.abs(steps - middle), 68) < 0.05 * middle:
        return middle
    span = min(_SPAN, len(time_s) - 1)
    return float(np.median(time_s[span:] - time_s[:-span])) / span


def _jumps(time_s: F64, period: float) -> tuple[I64, I64]:
    """Rows after which time stays ahead by a whole sample or more, and by how many.

    Samples that only arrive late are caught up by the next ones; a lost one never is. So the
    least late of some samples before and after a jump are compared, and their difference must
    stand out from the jitter: five standard errors of a difference of two means.
    """
    steps = np.diff(time_s)
    candidates = np.flatnonzero(steps > 1.5 * period) + 1
    if not len(candidates):
        return candidates, candidates
    jitter = float(np.percentile(np.abs(steps - np.median(steps)), 68)) / 2**0.5
    if np.mean(steps == 0) > _COARSE:
        jitter = max(jitter, float(np.median(steps[steps > 0])))
    sure = 5.0 * (2 / _SIDE) ** 0.5 * jitter
    offset = time_s - period * np.arange(len(time_s))
    around = np.arange(_SIDE)
    after = offset[np.minimum(candidates[:, None] + around, len(offset) - 1)]
    before = offset[np.maximum(candidates[:, None] - 1 - around, 0)]
    step = after.min(axis=1) - before.min(axis=1)
    lost = (step >= sure) & (np.rint(step / period) >= 1)
    # A steady clock counts each jump by itself, so that two close together do not mix.
    width = steps[candidates - 1] - period if jitter < _STEADY * period else step
    missing = np.maximum(np.rint(width / period), 1).astype(np.int64)
    return candidates[lost], missing[lost]


def fit(time_s: F64, index: I64 | None = None) -> Clock | None:
    """Fit a line to timestamps that never decrease; None if they tell no rate.

    Args:
        time_s: seconds, shape (samples,).
        index: sample indices, shape (samples,), if the source counted them; they then tell of
            the gaps, and the clock does not.
    """
    if len(time_s) < 2:
        return None
    if index is not None:
        return _line(time_s, index.astype(np.float64), np.empty(0, np.int64), np.empty(0, np.int64))
    period = _rough_period(time_s[:_FITTED])
    if not (np.isfinite(period) and period > 0):
        return None
    rows, counts = _jumps(time_s, period)
    if len(rows) > _MANY * len(time_s):
        steady = _line(time_s, np.arange(len(time_s), dtype=np.float64), rows[:0], counts[:0])
        if steady is not None and np.ptp(steady.residual_s) < 1.5 * period:
            return steady  # a clock that ticks a little faster than the samples come
    place = np.arange(len(time_s), dtype=np.float64)
    place += np.repeat(
        np.concatenate([[0], np.cumsum(counts)]),
        np.diff(np.concatenate([[0], rows, [len(time_s)]])),
    )
    return _line(time_s, place, rows, counts)


def _line(time_s: F64, index: F64, rows: I64, counts: I64) -> Clock | None:
    x, y = index[:_FITTED] - index[0], time_s[:_FITTED] - time_s[0]
    spread = float(np.sum((x - x.mean()) ** 2))
    slope = float(np.sum((x - x.mean()) * (y - y.mean()))) / spread
    if not (np.isfinite(slope) and slope > 0):
        return None
    start = float(np.median(y - slope * x))
    residual = (time_s - time_s[0]) - (start + slope * (index - index[0]))
    return Clock(1.0 / slope, rows, counts, residual)


def measured_rate(time_s: F64, index: I64 | None = None) -> float | None:
    """The rate that timestamps show, to six digits, in Hz; None if they show none."""
    clock = fit(time_s, index)
    return None if clock is None else float(f"{clock.rate_hz:.6g}")


def with_gaps(stream: Stream) -> Stream:
    """The stream with the gaps that its timestamps show, where it lists none of its own.

    No value changes; sample indices after a gap move on by what the clock says is missing.
    """
    if stream.time_s is None or stream.gaps:
        return stream
    found = fit(stream.time_s)
    if found is None or not len(found.gap_rows):
        return stream
    before = np.concatenate([[0], np.cumsum(found.gap_counts)[:-1]])
    starts = stream.first_index + found.gap_rows + before
    gaps = tuple(
        Gap(int(start), int(count), "clock")
        for start, count in zip(starts, found.gap_counts, strict=True)
    )
    return replace(stream, gaps=gaps)
