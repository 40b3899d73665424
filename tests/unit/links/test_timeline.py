import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from motekit.links.clock import Fit
from motekit.links.timeline import SLEW, Timeline

HZ = 1000


def fit(offset, skew=0.0):
    """host = offset + tick_s × (1 + skew)"""
    return Fit(offset, 0.0, skew, skew, skew, 0.0, 1)


def at(line, tick):
    return float(line.seconds(np.array([0.0]), tick)[0])


@given(
    st.lists(
        st.tuples(st.integers(1, 10**7), st.floats(-5, 5), st.floats(-1e-3, 1e-3)),
        min_size=1, max_size=10,
    )
)  # fmt: skip
def test_it_rises_whatever_the_fit_does_and_what_was_told_stays(steps):
    line = Timeline(HZ)
    tick, told = 10**6, {}
    for ahead, offset, skew in steps:
        tick += ahead
        line.extend(fit(1e6 + offset, skew), tick)
        told |= {tick: at(line, tick), tick - ahead // 2: at(line, tick - ahead // 2)}
        assert all(at(line, t) == seconds for t, seconds in told.items())
    ticks = np.sort(np.random.default_rng(1).integers(10**6, tick, 200))
    seconds = line.seconds((ticks - ticks[0]).astype(float), int(ticks[0]))
    assert (np.diff(seconds) >= np.diff(ticks) / HZ * 0.98 - 1e-6).all()


def test_it_approaches_the_fit_at_the_slew():
    line = Timeline(HZ)
    line.extend(fit(100.0), 1000)
    line.extend(fit(100.5), 2000)
    assert at(line, 2000) == 101.0 + 1.0 * (1 + SLEW)
    line.extend(fit(100.5), 102000)
    assert at(line, 102000) == 202.5


def test_before_the_first_knot_it_goes_back_at_the_first_slope_and_not_past_the_last_boot():
    line = Timeline(HZ, not_before=99.0)
    line.extend(fit(100.0, 1e-3), 1000)
    assert at(line, 500) == 101.001 - 0.5 * 1.001
    assert at(line, -5000) == 99.0
    assert line.end == 101.001
    early = Timeline(HZ, not_before=200.0)
    early.extend(fit(100.0), 1000)
    assert at(early, 1000) == 200.0


def test_after_the_last_knot_it_goes_on():
    line = Timeline(HZ)
    line.extend(fit(100.0), 1000)
    line.extend(fit(100.0), 500)  # not ahead: ignored
    assert at(line, 1500) == 101.5
    assert Timeline(HZ).end == -np.inf
