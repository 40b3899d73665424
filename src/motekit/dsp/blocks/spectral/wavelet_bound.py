"""How far the C of the wavelet form may be from the reference."""

from __future__ import annotations

import numpy as np

from motekit.core.block import F64
from motekit.dsp.common import EPS
from motekit.dsp.errors import LOG2_Q, LOG10F, crest, shape_bounds, spread, summing

from .filters import filters
from .params import Params
from .wavelet import BINS, RANKS, components, levels, split
from .wavelet_c import halvings

LN10 = np.log(10)


def _coefficients(x: F64, p: Params, sample: F64, unit: F64 | None) -> list[F64]:
    """Largest error of a coefficient of each component.

    Args:
        x: windows without mean, … × samples.
        sample: of a sample of them, shape …
        unit: worth of one integer of the window, in fixed point.
    """
    norm = max(float(np.abs(h).sum()) for h in filters(p.wavelet))
    taps = len(filters(p.wavelet)[0])
    # Behind each level: what came in, and the rounding of a sum of `taps` products.
    errors = [sample]
    for level in range(1, p.level + 1):
        top = np.max(np.abs(x), axis=-1)
        x, _ = split(x, *filters(p.wavelet))
        if unit is None:
            own = (1 + 3 * np.sqrt(taps)) * EPS * norm * top
        else:
            own = (taps + 2) * unit * 2.0 ** (halvings(p) * level) + taps * 2.0**-31 * top
        errors.append(errors[-1] * norm + own)
    return [errors[level] for level in levels(p)]


def _entropy(c: F64, error: F64, fixed: bool) -> F64:
    """Values that may fall into another bin move it, each by a little."""
    n = c.shape[-1]
    low, high = c.min(axis=-1), c.max(axis=-1)
    span = np.where(high > low, high - low, 1.0)
    place = (c - low[..., None]) / span[..., None] * BINS
    edge = np.clip(np.round(place), 1, BINS - 1)
    near = (4 * error / span + 8 * EPS)[..., None] * BINS
    moved = np.sum(np.abs(place - edge) <= near, axis=-1)
    most = np.log(min(n, BINS))
    own = 2 * LN10 * (LOG2_Q if fixed else LOG10F) + 1e-6
    lost = error > 0.02 * (high - low)
    few = np.minimum(moved * 2 * (1 + np.log(n)) / n, most)
    return np.asarray(np.where(lost, most, few) + own)


def _told(c: F64, error: F64, fixed: bool, unit: F64 | float, step: float) -> list[F64]:
    """Bounds of one component.

    Args:
        unit: worth of one integer of a level, 0 in float.
        step: worth of one integer of a variance, 0 in float.
    """
    n = c.shape[-1]
    top = np.max(np.abs(c), axis=-1)
    mean = c.mean(axis=-1)
    d = c - mean[..., None]
    sigma, _, k = spread(d)
    sigma = np.where(sigma > 1e-99, sigma, 0.0)
    level = error + 2 * EPS * top + unit
    each = np.max(np.abs(d), axis=-1) * 2.0**-14 if fixed else 2 * EPS * top
    skewness, kurtosis = shape_bounds(d, each, 2 * error + (each if fixed else 0.0))
    if fixed:
        coarse = 2.0**-14 * crest(d) ** 2
        skewness = skewness + coarse * (1 + k**0.5) + 2.0**-15
        kurtosis = kurtosis + 4 * coarse * (1 + k**0.5) + coarse**2 + 2.0**-13
    stdev = 2 * error + each + unit + (summing(n) + 2.0**-14) * sigma + 2 * EPS * top
    lost = 2 * error + 2 * EPS * top > 0.1 * sigma
    zero = np.sum(np.abs(c) <= error[..., None] + 2 * EPS * top[..., None], axis=-1)
    near = np.sum(np.abs(d) <= 2 * error[..., None] + 4 * EPS * top[..., None], axis=-1)
    square = (2 * sigma * stdev + stdev**2) * n / (n - 1)
    rms = np.sqrt(np.mean(c**2, axis=-1))
    return [
        _entropy(c, error, fixed),
        np.minimum(2 * zero / n, 1.0) + 4 * EPS,
        np.where(lost, 1.0, np.minimum(2 * near / n, 1.0)) + 4 * EPS,
        *[level] * len(RANKS),
        level + summing(n) * top,
        stdev,
        square + step,
        level + each + (summing(n) + 2.0**-14 * fixed) * rms,
        np.where(lost, 2 * np.sqrt(n), skewness),
        np.where(lost, float(n + 4), kurtosis),
    ]


def bounds(
    d: F64, p: Params, sample: F64, worth: F64 | None, units: list[float], steps: list[float]
) -> list[F64]:
    """Of every feature of windows (… × samples) of one channel without mean.

    Args:
        sample: largest error of a sample.
        worth: of one integer of the window that is transformed; None in float.
        units, steps: worth of one integer of a level and of a variance, per component.
    """
    parts = components(d, p)
    errors = _coefficients(d, p, sample, worth)
    out: list[F64] = []
    for c, error, unit, step in zip(parts, errors, units, steps, strict=True):
        out += _told(c, error, worth is not None, unit, step)
    return out
