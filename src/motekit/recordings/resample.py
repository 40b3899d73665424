"""Declared resampling. Nothing is resampled unless it is asked for, and it is written down."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from motekit.core.errors import InputError
from motekit.core.recording import Gap, Recording, Segment, Stream

from .clock import with_gaps

MAX_TERM = 1000  # of up and down; beyond it the filter grows without use


@dataclass(frozen=True)
class Resampling:
    """A resampling that the user asked for.

    Polyphase (scipy.signal.resample_poly) with a linear-phase low-pass FIR: Kaiser window,
    beta 5.0, half length 10 × the larger of up and down, cut-off at half the lower rate; images
    and aliases are about 54 dB down. Each phase of the filter is scaled to a gain of exactly 1
    at 0 Hz, so that a constant (gravity) stays constant; the usual filter leaves a ripple of
    0.02 %. Edges are padded with the line through the first and the last sample.

    Args:
        rate_hz: rate to go to.
        tolerance: relative error of the ratio of whole numbers that stands for the rates.
    """

    rate_hz: float
    tolerance: float = 1e-4

    def ratio(self, from_hz: float) -> Fraction:
        """up / down for a stream of `from_hz`. Raises InputError if no ratio comes near."""
        exact = self.rate_hz / from_hz
        for limit in (10, 100, MAX_TERM):
            found = Fraction(exact).limit_denominator(limit)
            if found and abs(float(found) / exact - 1) <= self.tolerance:
                break
        else:
            raise InputError(
                f"no ratio of whole numbers up to {MAX_TERM} brings {from_hz:g} Hz to this rate",
                where="rate_hz", value=self.rate_hz,
                way_out="choose a rate nearer to the recorded one",
            )  # fmt: skip
        if found.numerator > MAX_TERM:
            raise InputError(
                f"more than {MAX_TERM} times the recorded rate of {from_hz:g} Hz",
                where="rate_hz", value=self.rate_hz,
                way_out="choose a rate nearer to the recorded one"
            )  # fmt: skip
        return found

    def describe(self, from_hz: float) -> str:
        """What was done, for the metadata."""
        ratio = self.ratio(from_hz)
        return (
            f"{from_hz:g} Hz to {self.rate_hz:g} Hz: polyphase {ratio.numerator}/"
            f"{ratio.denominator}, Kaiser FIR beta 5.0, unit gain per phase, line padding"
        )


def _low_pass(up: int, down: int) -> npt.NDArray[np.float64]:
    """The filter at `up` times the rate, each of its phases with the sum 1 / up."""
    from scipy.signal import firwin  # heavy: imported when used

    slower = max(up, down)
    taps: npt.NDArray[np.float64] = firwin(20 * slower + 1, 1 / slower, window=("kaiser", 5.0))
    for phase in range(up):
        taps[phase::up] /= taps[phase::up].sum() * up
    return taps


def _piece(values: npt.NDArray[np.float64], ratio: Fraction) -> npt.NDArray[np.float64]:
    from scipy.signal import resample_poly  # heavy: imported when used

    up, down = ratio.numerator, ratio.denominator
    if len(values) < 2:
        count = -(-len(values) * up // down)
        return np.repeat(values[:1], count, axis=0)
    out = resample_poly(values, up, down, axis=0, padtype="line", window=_low_pass(up, down))
    return np.asarray(out, dtype=np.float64)


def typed(values: npt.NDArray[np.float64], dtype: np.dtype[np.generic]) -> npt.NDArray[np.generic]:
    """Counts stay counts: rounded to even and clipped to the range; floats stay floats."""
    if dtype.kind not in "iu":
        return values.astype(dtype)
    span = np.iinfo(dtype.name)
    return np.clip(np.rint(values), span.min, span.max).astype(dtype)


def resample(stream: Stream, plan: Resampling) -> Stream:
    """The stream at another rate, each piece between two gaps by itself.

    Gaps that only the timestamps show count too.

    Timestamps are dropped: the new samples have none of their own. A stream that is within
    the tolerance of the rate already is returned as it is.
    """
    if abs(stream.rate_hz / plan.rate_hz - 1) <= plan.tolerance:
        return replace(stream, rate_hz=plan.rate_hz)
    stream, ratio = with_gaps(stream), plan.ratio(stream.rate_hz)
    index = stream.index()
    pieces: list[npt.NDArray[np.float64]] = []
    gaps: list[Gap] = []
    before: int | None = None
    for run in stream.contiguous():
        piece = _piece(stream.values[run].astype(np.float64), ratio)
        start = int(index[run.start] * ratio)
        if before is not None and start > before:
            reason = next(g.reason for g in reversed(stream.gaps) if g.start < index[run.start])
            gaps.append(Gap(before, start - before, reason))
        first = start if before is None else max(start, before)
        pieces.append(piece)
        before = first + len(piece)
    whole = np.concatenate(pieces)
    return replace(
        stream, rate_hz=plan.rate_hz, values=typed(whole, stream.values.dtype),
        first_index=int(stream.first_index * ratio), gaps=tuple(gaps), time_s=None,
    )  # fmt: skip


def resample_recording(recording: Recording, plan: Resampling) -> Recording:
    """Every stream at one rate; segments follow, and the metadata says what was done."""
    first = recording.streams[0]
    streams = tuple(resample(stream, plan) for stream in recording.streams)
    notes = {f"resampled.{s.sensor}": plan.describe(s.rate_hz) for s in recording.streams}
    scale = len(streams[0]) / len(first) if len(first) else 1.0
    segments = tuple(
        Segment(s.label, round(s.start * scale), round(s.stop * scale)) for s in recording.segments
    )
    return replace(
        recording, streams=streams, segments=segments, metadata={**recording.metadata, **notes}
    )
