import numpy as np
import pytest

from motekit.links.timing import JITTER_EDGES_US, Timing


def test_the_nominal_period_until_frames_tell_better():
    timing = Timing(100.0, 1_000_000)
    for n in range(7):
        timing.add(10 * n, 100_500 * n)
    timing.update()
    assert timing.period == 10_000 and timing.summary().rate_hz is None
    timing.add(70, 703_500)
    timing.update()
    assert timing.period == pytest.approx(10_050)
    assert timing.summary().rate_hz == pytest.approx(1e6 / 10_050)
    assert timing.steady and timing.summary().histogram[0] == 8


def test_jitter_is_seen():
    rng = np.random.default_rng(2)
    timing = Timing(100.0, 1_000_000)
    late = rng.integers(0, 400, 2000)
    for n in range(2000):
        timing.add(n, 10_000 * n + int(late[n]))
        if n % 50 == 0:
            timing.update()
    timing.update()
    summary = timing.summary()
    assert summary.rate_hz == pytest.approx(100.0, rel=1e-5)
    assert summary.jitter_us[0] == pytest.approx(100, abs=15)
    assert summary.jitter_us[1] == pytest.approx(195, abs=25)
    assert 190 < summary.jitter_us[2] < 400
    assert sum(summary.histogram) == 2000
    assert sum(summary.histogram[: JITTER_EDGES_US.index(500) + 1]) == 2000
    assert not timing.steady


def test_a_clock_that_stands_still_keeps_the_nominal_period():
    timing = Timing(100.0, 1_000_000)
    for _ in range(20):
        timing.add(5, 5)
    timing.update()
    assert timing.period == 10_000
    for n in range(20):
        timing.add(n, -n)
    timing.update()
    assert timing.period == 10_000 and timing.summary().rate_hz is None
