"""Fixed-point factors that round exactly as a float64 product does.

LiteRT's int8 dense layers multiply the sum by a float64 factor and round halves away from zero
(measured: of 417 layers of random scales 40 have a sum that the usual 31-bit multiplier rounds
differently, and BUILTIN_REF gave the float64 result on all of them). Both ways never fall as the
sum grows, so they are equal if each of at most 255 outputs begins at the same sum. Every such
beginning bounds the multiplier from below and from above; one within all bounds is exact.
"""

from __future__ import annotations

import functools

import numpy as np

from motekit.graph import numerics

INT32 = (-(1 << 31), (1 << 31) - 1)
MULTIPLIERS = (1 << 30, (1 << 31) - 1)  # what fixed-point multiplication takes


def begins(real: float, outputs: numerics.I64) -> numerics.I64:
    """The smallest int32 sum that gives each output (before the zero point) or more."""
    guess = np.ceil(np.clip((outputs - 0.5) / real, INT32[0] - 4, INT32[1] + 4)).astype(np.int64)
    near = guess[:, None] + np.arange(-3, 4)
    enough = numerics.multiply_real(near, real) >= outputs[:, None]
    return np.asarray(near[np.arange(len(outputs)), enough.argmax(axis=1)])


@functools.lru_cache(maxsize=4096)
def multiplier(
    real: float, outputs: tuple[int, int], sums: tuple[int, int]
) -> tuple[int, int, bool]:
    """(multiplier, shift, whether they are exact) in place of a real factor.

    Args:
        outputs: lowest and highest output before the zero point is added.
        sums: lowest and highest sum that can occur.
    """
    usual, shift = numerics.quantize_multiplier(real)
    right = 31 - shift
    if usual == 0 or right < 1:
        return usual, shift, False
    low, high = MULTIPLIERS
    steps = np.arange(outputs[0] + 1, outputs[1] + 1, dtype=np.int64)
    first, last = max(sums[0], INT32[0]), min(sums[1], INT32[1])
    for step, begin in zip(steps.tolist(), begins(real, steps).tolist(), strict=True):
        bound = (2 * step - 1) << (right - 1)  # a product from here on gives `step` or more
        at = min(max(begin, first), last + 1)
        if at <= last:
            low, high = _at_least(at, bound, low, high)
        if at > first:
            low, high = _below(at - 1, bound, low, high)
    if low > high:
        return usual, shift, False
    return min(max(usual, low), high), shift, True


def _at_least(total: int, bound: int, low: int, high: int) -> tuple[int, int]:
    """Multipliers with total × multiplier >= bound."""
    if total > 0:
        return max(low, -(-bound // total)), high
    if total < 0:
        return low, min(high, bound // total)
    return (low, high) if bound <= 0 else (1, 0)


def _below(total: int, bound: int, low: int, high: int) -> tuple[int, int]:
    """Multipliers with total × multiplier < bound."""
    if total > 0:
        return low, min(high, (bound - 1) // total)
    if total < 0:
        return max(low, bound // total + 1), high
    return (low, high) if bound > 0 else (1, 0)
