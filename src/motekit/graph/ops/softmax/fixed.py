"""int8 softmax in fixed point, as LiteRT's reference kernel computes it.

Numbers are int32 with a stated number of fraction bits: Q0.31 for exponentials, Q5.26 for
scaled differences, Q12.19 for their sum. Source: the gemmlowp fixed-point design.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from motekit.core.errors import InputError
from motekit.graph.numerics import I64, doubling_high_mul, quantize_multiplier, rounding_shift

DIFF_FRACTION = 26  # Q5.26
ONE = np.int64((1 << 31) - 1)  # 1.0 in Q0.31, saturated
# exp(−2**k) in Q0.31 for k = −2 … 4, the factors of the barrel of conditional multiplications
EXP_NEG_POW2 = tuple((k, round(math.exp(-(2.0**k)) * (1 << 31))) for k in range(-2, 5))
EXP_NEG_EIGHTH = round(math.exp(-0.125) * (1 << 31))
ONE_THIRD = round((1 << 31) / 3)
C48_OVER_17 = round(48 / 17 * (1 << 29))  # Q2.29
C32_OVER_17 = round(32 / 17 * (1 << 29))


@dataclass(frozen=True)
class Scaling:
    """multiplier × 2**(left_shift − 31) takes x − max to Q5.26; below `diff_min` exp is 0."""

    multiplier: int
    left_shift: int
    diff_min: int


def scaling(input_scale: float, beta: float) -> Scaling:
    """Fixed-point factor of an input scale (both positive)."""
    real = min(float(np.float32(beta)) * float(input_scale) * (1 << DIFF_FRACTION), (1 << 31) - 1.0)
    multiplier, left_shift = quantize_multiplier(real, 1 << 31)
    if left_shift < 0:
        raise InputError("the input scale is too small for softmax", value=input_scale)
    radius = (31 << DIFF_FRACTION) >> left_shift
    return Scaling(multiplier, min(left_shift, 30), -radius)  # 31 leaves no difference but 0


def exponentials(s: Scaling) -> I64:
    """exp of the differences 0, −1, −2 … in Q0.31 as softmax sees them, up to where it is so
    small that it changes neither the sum nor an output."""
    diff = np.arange(0, max(s.diff_min, -255) - 1, -1, dtype=np.int64)
    values = exp_on_negative(doubling_high_mul(diff << s.left_shift, s.multiplier))
    return np.asarray(values[: int(np.count_nonzero(values >= 1 << 11))])


def saturating_left(x: I64, bits: int) -> I64:
    """x × 2**bits, saturated to int32."""
    return np.asarray(np.clip(x << bits, -(1 << 31), (1 << 31) - 1))


def exp_on_interval(a: I64) -> I64:
    """exp(a) for a in [−1/4, 0), both Q0.31."""
    x = a + (1 << 28)  # 2**−3
    x2 = doubling_high_mul(x, x)
    x3 = doubling_high_mul(x2, x)
    x4 = doubling_high_mul(x2, x2)
    x4_over_4 = rounding_shift(x4, 2)
    tail = rounding_shift(doubling_high_mul(x4_over_4 + x3, ONE_THIRD) + x2, 1)
    return np.asarray(EXP_NEG_EIGHTH + doubling_high_mul(EXP_NEG_EIGHTH, x + tail))


def exp_on_negative(a: I64) -> I64:
    """exp(a) for a ≤ 0 in Q5.26; result Q0.31."""
    quarter = np.int64(1 << (DIFF_FRACTION - 2))
    mod = (a & (quarter - 1)) - quarter
    result = exp_on_interval(saturating_left(mod, 5))
    remainder = mod - a
    for power, factor in EXP_NEG_POW2:
        bit = np.int64(1 << (DIFF_FRACTION + power))
        result = np.where(remainder & bit, doubling_high_mul(result, factor), result)
    return np.where(a == 0, ONE, result)


def reciprocal(total: I64, integer_bits: int) -> tuple[I64, I64]:
    """(1 / (1 + f) in Q0.31, bits over one) for total = (1 + f) × 2**bits, f in [0, 1)."""
    lead = np.array([32 - int(v).bit_length() for v in total.ravel()]).reshape(total.shape)
    over = integer_bits - lead
    shifted = (total << lead) - (1 << 31)  # f in Q0.31
    return one_over_one_plus(shifted), over


def one_over_one_plus(f: I64) -> I64:
    """1 / (1 + f) in Q0.31 for f in [0, 1) in Q0.31, three Newton steps."""
    total = f + ONE
    half = np.where(total >= 0, (total + 1) // 2, -((1 - total) // 2))  # (1 + f) / 2
    x = C48_OVER_17 + doubling_high_mul(half, -C32_OVER_17)  # Q2.29
    for _ in range(3):
        half_x = doubling_high_mul(half, x)
        error = (1 << 29) - half_x
        x = x + saturating_left(doubling_high_mul(x, error), 2)
    return saturating_left(x, 1)  # half of the Q2.29 value, in Q0.31


def softmax_rows(x: I64, s: Scaling) -> npt.NDArray[np.int8]:
    """int8 softmax of each row of a matrix."""
    diff = x - x.max(axis=1, keepdims=True)
    counts = diff >= s.diff_min
    scaled = doubling_high_mul(np.where(counts, diff, 0) << s.left_shift, s.multiplier)
    exps = np.where(counts, exp_on_negative(scaled), 0)
    total = rounding_shift(exps, 12).sum(axis=1)
    scale, over = reciprocal(total, 12)
    unsaturated = rounding_shift(doubling_high_mul(scale[:, None], exps), (over + 23)[:, None])
    out = np.clip(unsaturated - 128, -128, 127)
    return np.where(counts, out, -128).astype(np.int8)
