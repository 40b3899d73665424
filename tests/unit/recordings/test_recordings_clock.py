from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from motekit.core.recording import Channel, Gap, Stream
from motekit.recordings.clock import fit, measured_rate, with_gaps


def ticks(count: int, rate_hz: float, lost: list[int] | None = None) -> np.ndarray:
    return np.delete(np.arange(count) / rate_hz, lost or [])


@given(st.integers(2, 300), st.floats(0.01, 20_000))
def test_a_perfect_clock(count: int, rate_hz: float) -> None:
    clock = fit(ticks(count, rate_hz))
    assert clock is not None
    assert clock.rate_hz == pytest.approx(rate_hz, rel=1e-9)
    assert len(clock.gap_rows) == 0 and np.abs(clock.residual_s).max() * rate_hz < 1e-6


@given(st.integers(0, 2**32 - 1))
def test_one_percent_drops_are_found_to_the_sample(seed: int) -> None:
    rng = np.random.default_rng(seed)
    keep = rng.random(2000) >= 0.01
    keep[:12] = keep[-12:] = True
    index = np.flatnonzero(keep)
    clock = fit(index / 50.0 + rng.normal(0, 0.0005, len(index)))
    assert clock is not None
    assert clock.gap_counts.sum() == 2000 - len(index)
    assert set(clock.gap_rows) == set(np.flatnonzero(np.diff(index) > 1) + 1)
    assert clock.rate_hz == pytest.approx(50.0, rel=1e-4)


def test_a_late_sample_is_not_a_lost_one() -> None:
    time = ticks(200, 100.0)
    time[50] += 0.008
    time[90:93] = time[93]  # three held back and delivered together
    clock = fit(time)
    assert clock is not None and len(clock.gap_rows) == 0


def test_a_clock_with_steps_of_16_ms_shows_the_rate_and_no_gaps() -> None:
    time = np.floor(np.arange(5000) / 100.4 / 0.016) * 0.016
    clock = fit(time)
    assert clock is not None and len(clock.gap_rows) == 0
    assert clock.rate_hz == pytest.approx(100.4, rel=1e-4)


def test_an_index_tells_of_the_gaps_instead() -> None:
    index = np.array([0, 1, 2, 50, 51, 99])
    clock = fit(index / 10.0, index)
    assert clock is not None and clock.rate_hz == pytest.approx(10.0)
    assert len(clock.gap_rows) == 0


@pytest.mark.parametrize("time", [[], [1.0], [1.0, 1.0], [0.0] * 50])
def test_timestamps_that_tell_nothing(time: list[float]) -> None:
    assert fit(np.array(time)) is None and measured_rate(np.array(time)) is None


def test_gaps_of_the_clock_become_gaps_of_the_stream() -> None:
    time = ticks(40, 10.0, lost=[20, 21, 30])
    values = np.arange(len(time), dtype=np.int16)[:, None]
    stream = with_gaps(Stream("s", (Channel("x", "g"),), 10.0, values, time_s=time))
    assert stream.gaps == (Gap(20, 2, "clock"), Gap(30, 1, "clock"))
    assert stream.index().tolist() == [*range(20), *range(22, 30), *range(31, 40)]
    assert [s.stop - s.start for s in stream.contiguous()] == [20, 8, 9]
    assert with_gaps(stream) is stream


@pytest.mark.parametrize("tick_s", [0.016, 0.064, 0.1])
def test_a_clock_that_stands_still_for_several_samples_shows_no_gaps(tick_s: float) -> None:
    time = np.floor(np.arange(3000) / 50.0 / tick_s) * tick_s
    clock = fit(time)
    assert clock is not None and len(clock.gap_rows) == 0
    assert clock.rate_hz == pytest.approx(50.0, rel=1e-3)


def test_heavy_jitter_shows_no_gaps() -> None:
    time = np.sort(np.arange(3000) / 50.0 + np.random.default_rng(1).normal(0, 0.012, 3000))
    clock = fit(time)
    assert clock is not None and clock.gap_counts.sum() <= 2
