"""Sigmoid and tanh of int16 fixed-point numbers, as LiteRT's integer LSTM computes them.

Qm.n: m integer bits, n fraction bits, 16 bits in all with the sign; values are int64 arrays.
Source: the gemmlowp fixed-point design, in its 16-bit form (constants rounded from 32 bits).
"""

from __future__ import annotations

import numpy as np

from motekit.graph.numerics import I64, rounding_shift
from motekit.graph.ops.softmax.fixed import (
    C32_OVER_17,
    C48_OVER_17,
    EXP_NEG_EIGHTH,
    EXP_NEG_POW2,
    ONE_THIRD,
)

LOW, HIGH = -(1 << 15), (1 << 15) - 1
ONE_Q2 = 1 << 13  # 1.0 in Q2.13


def narrow(constant: int) -> int:
    """A 32-bit constant in 16 bits."""
    return int(rounding_shift(constant, 16))


def saturate(x: I64) -> I64:
    """Clamped to int16."""
    return np.asarray(np.clip(x, LOW, HIGH))


def high_mul(a: I64, b: I64 | int) -> I64:
    """High 16 bits of 2ab, rounded, saturated."""
    return np.asarray(np.minimum((a * b + (1 << 14)) >> 15, HIGH))


def exp_on_interval(a: I64) -> I64:
    """exp(a) for a in [−1/4, 0), Q0.15 both."""
    eighth = narrow(EXP_NEG_EIGHTH)
    x = a + (1 << 12)
    x2 = high_mul(x, x)
    x3 = high_mul(x2, x)
    x4_over_4 = rounding_shift(high_mul(x2, x2), 2)
    tail = rounding_shift(high_mul(x4_over_4 + x3, narrow(ONE_THIRD)) + x2, 1)
    return np.asarray(eighth + high_mul(x + tail, eighth))


def exp_on_negative(a: I64, integer_bits: int) -> I64:
    """exp(a) in Q0.15 for a ≤ 0 with so many integer bits."""
    fraction = 15 - integer_bits
    quarter = 1 << (fraction - 2)
    part = (a & (quarter - 1)) - quarter
    result = exp_on_interval(saturate(part << integer_bits))
    rest = part - a
    for power, factor in EXP_NEG_POW2:
        if integer_bits > power:
            taken = (rest & (1 << (fraction + power))) != 0
            result = np.where(taken, high_mul(result, narrow(factor)), result)
    if integer_bits > 5:
        result = np.where(a < -(32 << fraction), 0, result)
    return np.where(a == 0, HIGH, result)


def newton(x: I64) -> I64:
    """2 / (1 + x) in Q2.13 for x in [0, 1] in Q0.15, by three steps."""
    half = (x + HIGH + 1) // 2
    y = narrow(C48_OVER_17) + high_mul(half, narrow(-C32_OVER_17))
    for _ in range(3):
        error = ONE_Q2 - high_mul(half, y)
        y = y + saturate(high_mul(y, error) << 2)
    return y


def logistic(a: I64, integer_bits: int = 3) -> I64:
    """Sigmoid in Q0.15 of a number with so many integer bits."""
    positive = saturate(newton(exp_on_negative(-np.abs(a), integer_bits)) << 1)
    result = np.where(a > 0, positive, HIGH - positive)
    return np.where(a == 0, 1 << 14, result)


def tanh(a: I64, integer_bits: int) -> I64:
    """Hyperbolic tangent in Q0.15 of a number with so many integer bits."""
    result = saturate((newton(exp_on_negative(-np.abs(a), integer_bits + 1)) - ONE_Q2) << 2)
    return np.where(a == 0, 0, np.where(a < 0, -result, result))
