"""The wavelet form of `spectral`: components of a window and what is told of each, in float64.

Numbers and order are those published of Edge Impulse's wavelet features (version 4): components as
PyWavelets' wavedec gives them with its default border, the approximation first.
"""

from __future__ import annotations

import numpy as np

from motekit.core.block import F64, Feature
from motekit.dsp.moments import shape

from .filters import filters
from .params import Params
from .plan import Plan

LEAST = 32  # samples of a window per 2^level
BINS = 100  # of the histogram whose entropy is taken
RANKS = (5, 25, 75, 95, 50)
NAMES = (
    "entropy", "zero_crossings", "mean_crossings", *(f"p{rank}" for rank in RANKS), "mean",
    "stdev", "variance", "rms", "skewness", "kurtosis",
)  # fmt: skip
IN_UNITS = {*NAMES[3:10], "rms"}


def lengths(pl: Plan, p: Params) -> tuple[int, ...]:
    """Coefficients of each component, in the order of the features."""
    taps, n = len(filters(p.wavelet)[0]), pl.length
    details = []
    for _ in range(p.level):
        n = (n + taps - 1) // 2
        details.append(n)
    return (n, *reversed(details))


def levels(p: Params) -> tuple[int, ...]:
    """How often each component has been filtered."""
    return (p.level, *range(p.level, 0, -1))


def features(channel: str, unit: str, p: Params) -> list[Feature]:
    """Names and units of one channel."""
    labels = [f"a{p.level}", *(f"d{level}" for level in range(p.level, 0, -1))]
    units = {name: unit for name in IN_UNITS} | {"variance": f"{unit}^2"}
    return [
        Feature(f"{channel}.{at}.{name}", units.get(name, "")) for at in labels for name in NAMES
    ]


def split(x: F64, low: F64, high: F64) -> tuple[F64, F64]:
    """One level of windows (… × samples): (approximation, detail), both ends mirrored."""
    taps = len(low)
    pad = [(0, 0)] * (x.ndim - 1) + [(taps - 2, taps - 1)]
    at = 2 * np.arange((x.shape[-1] + taps - 1) // 2)[:, None] + np.arange(taps)
    frames = np.pad(x, pad, mode="symmetric")[..., at]
    return frames @ low[::-1], frames @ high[::-1]


def components(x: F64, p: Params) -> list[F64]:
    """Windows without mean → the components in the order of the features."""
    low, high = filters(p.wavelet)
    details: list[F64] = []
    for _ in range(p.level):
        x, detail = split(x, low, high)
        details.append(detail)
    return [x, *reversed(details)]


def entropy(c: F64) -> F64:
    """Of the histogram of equal bins from the smallest to the largest value, natural logarithm."""
    rows = c.reshape(-1, c.shape[-1])
    low, high = rows.min(axis=-1, keepdims=True), rows.max(axis=-1, keepdims=True)
    span = np.where(high > low, high - low, 1.0)
    bins = np.minimum(((rows - low) / span * BINS).astype(np.int64), BINS - 1)
    counts = np.zeros((len(rows), BINS))
    np.add.at(counts, (np.arange(len(rows))[:, None], bins), 1.0)
    share = counts / rows.shape[-1]
    terms = share * np.log(np.where(share > 0, share, 1.0))
    return np.asarray(-terms.sum(axis=-1).reshape(c.shape[:-1]))


def crossings(c: F64, level: F64) -> F64:
    """Share of neighbours of which one is above the level."""
    above = c > level[..., None]
    return np.asarray(np.sum(above[..., 1:] != above[..., :-1], axis=-1) / c.shape[-1])


def told(c: F64, constant: float) -> list[F64]:
    """The features of one component (… × coefficients)."""
    n = c.shape[-1]
    variance, skewness, kurtosis = shape(c, constant)
    flat = variance == 0
    mean, ordered = c.mean(axis=-1), np.sort(c, axis=-1)
    return [
        np.where(flat, 0.0, entropy(c)),
        crossings(c, np.zeros(c.shape[:-1])),
        np.where(flat, 0.0, crossings(c, mean)),
        *(ordered[..., rank(n, percent)] for percent in RANKS),
        mean,
        np.sqrt(variance),
        variance * (n / (n - 1)),
        np.sqrt(np.mean(c**2, axis=-1)),
        skewness,
        kurtosis,
    ]


def rank(n: int, percent: int) -> int:
    """The nearest of n ordered values to a percentile."""
    return (2 * (n - 1) * percent + 100) // 200


def reference(d: F64, p: Params, constant: float) -> list[F64]:
    """Features of windows (… × samples) of one channel without mean."""
    return [value for c in components(d, p) for value in told(c, constant)]
