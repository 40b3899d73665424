"""True rate against nominal, jitter, and missing samples."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from motekit.core.recording import Recording, Stream
from motekit.recordings.clock import Clock, fit

from .finding import CheckParams, Finding

_SURE = 4.0  # standard errors by which a rate must differ
_LOSS = 0.05  # share of missing samples beyond which a recording is of no use


def check(recording: Recording, params: CheckParams) -> Iterator[Finding]:
    """Findings about the clock of each stream that has timestamps, indices or gaps."""
    for stream in recording.streams:
        index = stream.index() if stream.gaps else None
        clock = None if stream.time_s is None else fit(stream.time_s, index)
        if clock is not None:
            yield from _rate(recording, stream, clock, params)
            yield from _jitter(recording, stream, clock, params)
        yield from _gaps(recording, stream, clock)


def rate_error(stream: Stream, clock: Clock) -> tuple[float, float]:
    """(true rate / nominal − 1, its standard error)."""
    count = len(clock.residual_s)
    spread = float(np.std(clock.residual_s)) * clock.rate_hz  # in sample periods
    return clock.rate_hz / stream.rate_hz - 1.0, spread * (12.0 / max(count, 2) ** 3) ** 0.5


def _rate(recording: Recording, stream: Stream, clock: Clock, params: CheckParams
          ) -> Iterator[Finding]:  # fmt: skip
    error, doubt = rate_error(stream, clock)
    if abs(error) <= params.rate_error + _SURE * doubt:
        return
    yield Finding(
        kind="rate", severity="error" if abs(error) > 0.05 else "warning",
        what="the timestamps show another rate than the nominal one",
        value=f"{clock.rate_hz:.6g} Hz, {error * 100:+.2f} %",
        expected=f"{stream.rate_hz:g} Hz within {params.rate_error * 100:g} %",
        way_out="import it with the true rate, or declare a resampling",
        recording=recording.name, sensor=stream.sensor,
    )  # fmt: skip


def _jitter(recording: Recording, stream: Stream, clock: Clock, params: CheckParams
            ) -> Iterator[Finding]:  # fmt: skip
    assert stream.time_s is not None
    steps = np.diff(stream.time_s)
    same = float(np.mean(steps == 0)) if len(steps) else 0.0
    if same > 0.05:
        positive = steps[steps > 0]
        yield Finding(
            kind="coarse_clock", severity="note",
            what="many timestamps are equal: the clock is coarser than the samples",
            value=f"{same * 100:.0f} % equal, steps of {np.median(positive) * 1e3:.3g} ms",
            expected=f"steps of {1e3 / stream.rate_hz:.3g} ms",
            way_out="record with a finer clock, or give the rate",
            recording=recording.name, sensor=stream.sensor,
        )  # fmt: skip
    # The wander of the clock over seconds is no jitter: compare with a running median.
    jitter = np.abs(np.diff(clock.residual_s)) * clock.rate_hz
    p95 = float(np.percentile(jitter, 95)) if len(jitter) else 0.0
    if p95 > params.jitter and same <= 0.05:
        yield Finding(
            kind="jitter", severity="warning",
            what="the time between two samples varies",
            value=f"{p95:.2g} periods at the 95th percentile",
            expected=f"at most {params.jitter:g}",
            way_out="take timestamps where the samples are taken, or use a timer",
            recording=recording.name, sensor=stream.sensor,
        )  # fmt: skip


def _gaps(recording: Recording, stream: Stream, clock: Clock | None) -> Iterator[Finding]:
    """From the gap list, or where there is none from the clock."""
    counts = [gap.count for gap in stream.gaps]
    told = "by the sample index"
    if not counts and clock is not None:
        counts, told = clock.gap_counts.tolist(), "by the clock"
    if not counts:
        return
    share = sum(counts) / (sum(counts) + len(stream))
    yield Finding(
        kind="gaps", severity="error" if share > _LOSS else "warning",
        what=f"samples are missing, {told}",
        value=f"{sum(counts)} in {len(counts)} gaps ({share * 100:.2g} %), "
        f"the longest {max(counts) / stream.rate_hz:.3g} s",
        expected="none", way_out="windows are cut around them; record again if there are many",
        recording=recording.name, sensor=stream.sensor,
    )  # fmt: skip
