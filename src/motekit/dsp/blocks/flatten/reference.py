"""The meaning of `flatten`, in float64."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from motekit.core.block import F64, Feature, Signal
from motekit.dsp.moments import center, shape

from .params import Params

TIE = 1e-12  # a sample so near the mean, per largest magnitude, equals it
PLAIN = ("mean", "minimum", "maximum", "rms", "stdev", "skewness", "kurtosis")
NAMES = (*PLAIN, "crossings", "activity", "zero_crossings", "energy")
WITHOUT_UNIT = {"skewness": "", "kurtosis": "", "crossings": "Hz", "zero_crossings": "Hz"}


def wanted(p: Params) -> list[str]:
    """Statistics per channel, in the order of the features."""
    return [name for name in NAMES if getattr(p, name)]


def features(signal: Signal, p: Params) -> tuple[Feature, ...]:
    out = []
    for channel, unit in zip(signal.channels, signal.units, strict=True):
        for name in wanted(p):
            own = f"{unit}²" if name == "energy" and unit else WITHOUT_UNIT.get(name, unit)
            out.append(Feature(f"{channel}.{name}", own))
        out += [Feature(f"{channel}.p{q:g}", unit) for q in p.percentiles]
    if p.correlation:
        out += [Feature(f"correlation({a},{b})") for a, b in combinations(signal.channels, 2)]
    if p.magnitude_area:
        out.append(Feature("magnitude_area", signal.units[0]))
    return tuple(out)


def crossings(x: F64) -> F64:
    """Changes between above the mean and not above it, along the last axis."""
    far = x - x.mean(axis=-1, keepdims=True)
    above = far > TIE * np.max(np.abs(x), axis=-1, keepdims=True)
    return np.asarray(np.sum(above[..., 1:] != above[..., :-1], axis=-1, dtype=np.float64))


def zero_crossings(x: F64) -> F64:
    """Changes between above 0 and not above it, along the last axis."""
    above = x > 0
    return np.asarray(np.sum(above[..., 1:] != above[..., :-1], axis=-1, dtype=np.float64))


def ranks(length: int, p: Params) -> tuple[tuple[int, float], ...]:
    """(sample, counted from the smallest, fraction towards the next one) of each percentile."""
    at = [q / 100 * (length - 1) for q in p.percentiles]
    whole = [min(int(a), length - 2) for a in at]
    return tuple((i, a - i) for i, a in zip(whole, at, strict=True))


def correlation(a: F64, b: F64) -> F64:
    """Pearson's, along the last axis; 0 where a channel is constant."""
    da, db = center(a), center(b)
    power = np.mean(da**2, axis=-1) * np.mean(db**2, axis=-1)
    safe = np.where(power > 0, power, 1.0)
    return np.where(power > 0, np.mean(da * db, axis=-1) / np.sqrt(safe), 0.0)


def reference(x: F64, signal: Signal, p: Params) -> F64:
    """(… × samples × channels) in units → (… × features)."""
    x = x * p.scale
    per_second = signal.rate_hz / (x.shape[-2] - 1)
    out: list[F64] = []
    for c in range(x.shape[-1]):
        y = x[..., c]
        variance, skewness, kurtosis = shape(y)
        values = {
            "mean": y.mean(axis=-1),
            "minimum": y.min(axis=-1),
            "maximum": y.max(axis=-1),
            "rms": np.sqrt(np.mean(y**2, axis=-1)),
            "stdev": np.sqrt(variance),
            "skewness": skewness,
            "kurtosis": kurtosis,
            "crossings": crossings(y) * per_second,
            "activity": np.mean(np.abs(np.diff(y, axis=-1)), axis=-1),
            "zero_crossings": zero_crossings(y) * per_second,
            "energy": np.mean(y**2, axis=-1),
        }
        out += [values[name] for name in wanted(p)]
        ordered = np.sort(y, axis=-1) if p.percentiles else y
        out += [
            ordered[..., i] + (ordered[..., i + 1] - ordered[..., i]) * part
            for i, part in ranks(y.shape[-1], p)
        ]
    if p.correlation:
        pairs = combinations(range(x.shape[-1]), 2)
        out += [correlation(x[..., a], x[..., b]) for a, b in pairs]
    if p.magnitude_area:
        out.append(np.mean(np.abs(x).sum(axis=-1), axis=-1))
    return np.stack(out, axis=-1)
