"""How rounding errors grow: what the blocks' `bound` functions share.

Rounding errors are taken as independent; eight standard deviations of their sum is what a bound
promises. Errors that are not random (a bias, a truncated series) are added as they are.
"""

from __future__ import annotations

import numpy as np

from motekit.core.block import F64

from .common import EPS

SIGMAS = 8.0
ROUNDING = EPS / np.sqrt(3)  # standard deviation of one float32 rounding, relative
CHUNK = 1024  # terms of a sum that are added up by themselves
LOG10F = 9e-7  # stated error of mk_log10f, beside the rounding of its result
LOG2_Q = 8.0 / 65536 * np.log10(2)  # of mk_wide_log2 with rounded offsets, as log10


def summing(n: int) -> float:
    """Largest relative error of a sum of n terms of one sign, as the C adds them up."""
    return (min(n, CHUNK) + n / CHUNK + 8) * EPS


def spread(d: F64) -> tuple[F64, F64, F64]:
    """(deviation, |skewness|, K = m4/m2²) of windows without mean; deviation above 0."""
    m2 = np.mean(d**2, axis=-1)
    safe = np.where(m2 > 0, m2, 1.0)
    skewness = np.abs(np.mean(d**3, axis=-1)) / safe**1.5
    sigma = np.where(m2 > 0, np.sqrt(safe), 1e-100)
    return sigma, skewness, np.where(m2 > 0, np.mean(d**4, axis=-1) / safe**2, 1.0)


def crest(d: F64) -> F64:
    """Largest magnitude per deviation of windows without mean: 1 to the root of their length."""
    sigma, _, _ = spread(d)
    return np.asarray(np.minimum(np.max(np.abs(d), axis=-1) / sigma, np.sqrt(d.shape[-1])))


def shape_bounds(d: F64, each: F64, common: F64) -> tuple[F64, F64]:
    """Bounds of skewness and kurtosis.

    Args:
        d: windows without mean, … × samples.
        each: largest error of a sample that is independent of the others', shape …
        common: largest error of a sample that may be alike in all of them, shape …

    Where errors reach a tenth of the deviation the moments may be anything they can be.
    """
    n = d.shape[-1]
    sigma, skewness, k = spread(d)
    relative = (common + each * SIGMAS / np.sqrt(n)) / sigma
    square = (each / sigma) ** 2
    rounding = 3 * summing(n)
    skew = 3 * relative * (1 + skewness) + 2 * square * (1 + skewness) + rounding * (1 + k**0.75)
    kurt = 4 * relative * (k**0.75 + k) + 4 * square * (1 + k) + rounding * (1 + k)
    lost = (each + common) > 0.1 * sigma
    return (
        np.where(lost, 2 * np.sqrt(n), 1.3 * skew),
        np.where(lost, float(n + 4), 1.3 * kurt),
    )


def log_bound(power: F64, error: F64, floor: float | F64) -> F64:
    """Bound of log10(power + floor) where the power errs by at most `error`.

    With a floor of 0 the logarithm of a power that may be lost in its error is bounded by what
    float32 can hold.
    """
    level = power + floor
    share = error / np.maximum(level, 1e-300)
    up = np.log10(1 + share)
    kept = np.maximum(1 - share, floor / np.maximum(level, 1e-300))
    down = -np.log10(np.maximum(kept, 1e-48))
    return np.maximum(up, down)
