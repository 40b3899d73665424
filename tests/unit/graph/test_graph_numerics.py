import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from motekit.core.errors import InputError
from motekit.graph import numerics as n

INT32 = st.integers(-(2**31) + 1, 2**31 - 1)
MULTIPLIER = st.integers(2**30, 2**31 - 1)


def away(x: float) -> int:
    return int(math.copysign(math.floor(abs(x) + 0.5), x))


def test_multiplier_of_a_power_of_two_is_exact() -> None:
    assert n.quantize_multiplier(0.5) == (1 << 30, 0)
    assert n.quantize_multiplier(0.25) == (1 << 30, -1)
    assert n.quantize_multiplier(0.0) == (0, 0)


def test_multiplier_that_rounds_up_to_one_moves_the_shift() -> None:
    assert n.quantize_multiplier(1 - 2.0**-40) == (1 << 30, 1)


@pytest.mark.parametrize("real", [-1e-9, 2.0**30, float("inf"), float("nan")])
def test_factor_that_cannot_be_used(real: float) -> None:
    with pytest.raises(InputError, match="factor"):
        n.quantize_multiplier(real)


def test_factor_too_small_to_matter_is_zero() -> None:
    assert n.quantize_multiplier(2.0**-33) == (0, 0)
    assert n.quantize_multiplier(2.0**-32) == (1 << 30, -31)


@given(x=INT32, multiplier=MULTIPLIER, shift=st.integers(-31, 0))
def test_single_rounding_is_floor_of_half_more(x: int, multiplier: int, shift: int) -> None:
    right = 31 - shift
    assert (
        int(n.multiply_single(x, multiplier, shift))
        == (x * multiplier + (1 << (right - 1))) >> right
    )


@given(x=INT32, multiplier=MULTIPLIER, shift=st.integers(-31, 0))
def test_double_rounding_in_exact_integers(x: int, multiplier: int, shift: int) -> None:
    high = (x * multiplier + (1 << 30)) >> 31
    expected = away(high / 2**-shift) if abs(high) < 2**52 else None
    assert int(n.multiply_double(x, multiplier, shift)) == expected


@given(x=INT32, exponent=st.integers(0, 31))
def test_rounding_shift_goes_away_from_zero(x: int, exponent: int) -> None:
    assert int(n.rounding_shift(x, exponent)) == away(x / 2**exponent)


def test_doubling_high_mul_saturates_its_one_overflow() -> None:
    assert int(n.doubling_high_mul(-(2**31), -(2**31))) == 2**31 - 1


def test_roundings_differ_where_two_roundings_meet() -> None:
    x, multiplier, shift = 3, (1 << 31) - 2, -2  # 3 × 0.25 − a little
    assert int(n.multiply_single(1 << 20, 1 << 30, -20)) == 1
    singles = n.multiply_single(np.arange(-4000, 4000), multiplier, shift)
    doubles = n.multiply_double(np.arange(-4000, 4000), multiplier, shift)
    assert (singles != doubles).any() and np.abs(singles - doubles).max() == 1
    assert int(n.multiply(x, multiplier, shift, "single")) == int(singles[4003])


@pytest.mark.parametrize(
    ("activation", "bounds"),
    [
        ("none", (-128, 127)),
        ("relu", (-28, 127)),
        ("relu6", (-28, 32)),
        ("relu_n1_to_1", (-38, -18)),
    ],
)
def test_activation_bounds(activation: str, bounds: tuple[int, int]) -> None:
    assert n.activation_range(activation, 0.1, -28, "int8") == bounds


@given(st.integers(-(2**40), 2**40), st.integers(1, 10_000))
def test_divide_rounded(total: int, count: int) -> None:
    quotient, rest = divmod(abs(total), count)
    expected = quotient + (2 * rest >= count if count % 2 == 0 else 2 * rest > count)
    result = int(n.divide_rounded(np.array(total), np.array(count)))
    assert result == (expected if total > 0 else -expected)


def test_round_away_is_exact_just_below_one_half() -> None:
    below = np.nextafter(np.float32(0.5), np.float32(0))
    values = np.array([below, -below, 0.5, -0.5, 1.5, 8388609.0], np.float32)
    assert n.round_away(values).tolist() == [0, 0, 1, -1, 2, 8388609]
