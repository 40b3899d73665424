import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from motekit.graph import numerics
from motekit.graph.ops._shared import line

ZEROS = st.sampled_from((-128, -127, -5, 0, 4, 126, 127))


@st.composite
def scalings(draw: st.DrawFn, rounding: str, relu: bool) -> line.Scaling:
    multiplier = draw(st.integers(1 << 30, (1 << 31) - 1) | st.sampled_from((1 << 30, 2**31 - 1)))
    zero = draw(ZEROS)
    low = zero if relu else -128
    return line.Scaling(multiplier, -draw(st.integers(5, 13)), rounding, zero, low, 127)


def original(x: line.I64, s: line.Scaling) -> line.I64:
    """The reference as the op references compute it."""
    scaled = numerics.multiply(x, s.multiplier, s.shift, s.rounding)
    return np.asarray(np.clip(scaled + s.zero, s.low, s.high))


def span(s: line.Scaling, x: int) -> tuple[int, int]:
    """An interval of accumulators that reaches all outputs, or, for a small x, only some."""
    step = 1 << (1 - s.shift)
    return -x * step, x * step


@settings(max_examples=150, deadline=None)
@given(st.data(), st.sampled_from(("single", "double")), st.booleans(), st.integers(0, 300))
def test_a_fitted_line_equals_the_reference_everywhere(
    data: st.DataObject, rounding: str, relu: bool, reach: int
) -> None:
    s = data.draw(scalings(rounding, relu))
    low, high = span(s, reach)
    dips = rounding == "double" and not relu
    found = line.fit(s, low, high, 256, dips)
    if found is None:
        return
    x = np.arange(low, high + 1) if high - low < 1 << 20 else np.linspace(low, high, 1 << 20)
    x = x.astype(np.int64)
    offset = line.dipped_offset(s.zero) if dips else 0
    assert np.array_equal(line.evaluate(x, found, 256, offset), original(x, s))
    ends = 256 * np.array([low, high]) + found.start
    assert ends.min() - found.dip >= -(1 << 31) and ends.max() < 1 << 31


@pytest.mark.parametrize(
    ("rounding", "zero", "low", "dips"),
    [("double", -128, -128, False), ("single", 4, -128, False), ("double", 4, -128, True)],
)
def test_ordinary_layers_have_a_line(rounding: str, zero: int, low: int, dips: bool) -> None:
    rng = np.random.default_rng(3)
    missing = 0
    for factor in np.exp(rng.uniform(np.log(1 / 1900), np.log(1 / 33), 300)):
        multiplier, shift = numerics.quantize_multiplier(float(factor))
        s = line.Scaling(multiplier, shift, rounding, zero, low, 127)
        reach = int(300 / factor)
        missing += line.fit(s, -reach, reach, 256, dips) is None
    assert missing == 0


def test_ties_below_zero_need_the_dip() -> None:
    s = line.Scaling(1 << 30, -7, "double", 0, -128, 127)
    assert line.fit(s, -40_000, 40_000) is None
    found = line.fit(s, -40_000, 40_000, dips=True)
    assert found is not None and found.dip > 0


@given(st.integers(-128, 127), ZEROS)
def test_a_constant_line_gives_its_constant(k: int, zero: int) -> None:
    for offset in (0, line.dipped_offset(zero)):
        found = line.constant(k, offset)
        assert line.evaluate(np.array([0]), found, 256, offset)[0] == k


@settings(max_examples=200)
@given(st.data(), st.sampled_from(("single", "double")), st.integers(-128, 127))
@example(data=None, rounding="double", k=0)
def test_thresholds_are_the_least_accumulators(
    data: st.DataObject | None, rounding: str, k: int
) -> None:
    s = line.Scaling(1 << 30, -3, rounding, 0, -(1 << 20), 1 << 20)
    if data is not None:
        drawn = data.draw(scalings(rounding, False))
        s = line.Scaling(drawn.multiplier, drawn.shift, rounding, drawn.zero, -(2**30), 2**30)
    (at,) = line.thresholds(np.array([k]), s)
    before, there = original(np.array([at - 1, at]), s)
    assert before < k <= there


def test_no_line_where_the_accumulator_does_not_fit() -> None:
    s = line.Scaling(1 << 30, -9, "double", -128, -128, 127)
    assert line.fit(s, -(1 << 22), 1 << 23) is None
    assert line.fit(s, -(1 << 22), (1 << 23) - 1) is not None


def test_no_line_where_the_clamp_is_inside_the_range() -> None:
    s = line.Scaling(1 << 30, -7, "double", 0, 0, 127)  # a ReLU whose zero is not -128
    assert line.fit(s, -40_000, 40_000) is None
