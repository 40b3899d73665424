"""How far the C of `flatten` may be from the reference."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from motekit.core.block import F64, Signal
from motekit.dsp.common import EPS, counts_to_units
from motekit.dsp.errors import crest, shape_bounds, spread, summing

from .params import Params
from .reference import wanted


def _sample_errors(x: F64, signal: Signal, arithmetic: str, unit: float) -> tuple[F64, F64]:
    """(independent, common) error of a sample less the mean, per window."""
    top = np.max(np.abs(x), axis=-1)
    if arithmetic == "float":
        rounded = 3 if signal.sample == "int16" else x.shape[-1] + 3
        return 2 * EPS * top, rounded * EPS * top
    peak = np.max(np.abs(x - x.mean(axis=-1, keepdims=True)), axis=-1)
    return peak * 2.0**-14, np.full(top.shape, 2.0**-14 * unit)


def _channel(x: F64, signal: Signal, p: Params, arithmetic: str, unit: float) -> list[F64]:
    n = x.shape[-1]
    top = np.max(np.abs(x), axis=-1)
    each, common = _sample_errors(x, signal, arithmetic, unit)
    d = x - x.mean(axis=-1, keepdims=True)
    alike = common + (each if arithmetic == "fixed" else 0.0)
    skewness, kurtosis = shape_bounds(d, each, alike)
    sigma, _, k = spread(d)
    if arithmetic == "fixed":  # the square of a deviation is kept in 15 bits
        coarse = 2.0**-14 * crest(d) ** 2
        skewness = skewness + coarse * (1 + k**0.5) + 2.0**-15
        kurtosis = kurtosis + 4 * coarse * (1 + k**0.5) + coarse**2 + 2.0**-13
    flat = np.max(np.abs(d), axis=-1) <= 1e-9 * top
    level = 8 * EPS * top + common
    near = np.sum(np.abs(d) <= common[..., None], axis=-1)
    exact = signal.sample == "int16"
    values = {
        "mean": level + (summing(n) * sigma if arithmetic == "float" else 0.0),
        "minimum": 3 * EPS * top,
        "maximum": 3 * EPS * top,
        "rms": level + each + summing(n) * sigma,
        "stdev": level + each + summing(n) * sigma,
        "skewness": np.where(flat, 0.0, skewness),
        "kurtosis": np.where(flat, 0.0, kurtosis),
        "crossings": (EPS * n + (0 if exact else 2 * near)) * signal.rate_hz / (n - 1),
        "activity": summing(n) * 2 * top + (2 * unit / (n - 1) if arithmetic == "fixed" else 0),
    }
    wide = 2 * values["rms"] * top + values["rms"] ** 2
    values["energy"] = wide + (unit * unit if arithmetic == "fixed" else 0)
    values["zero_crossings"] = np.zeros(top.shape) + 4 * EPS * n * signal.rate_hz / (n - 1)
    values["crossings"] = values["crossings"] + 2 * EPS * signal.rate_hz + np.zeros(top.shape)
    ordered = 4 * EPS * top
    if arithmetic == "fixed":
        ordered = ordered + 2.0**-15 * (2 * top + unit)
    return [*(np.asarray(values[name]) for name in wanted(p)), *[ordered] * len(p.percentiles)]


def _area(x: F64, channels: int, unit: float, arithmetic: str) -> F64:
    """x: sum of the channels' magnitudes, … × samples."""
    mean = x.mean(axis=-1)
    if arithmetic == "fixed":
        return np.asarray(2.0**-15 * (mean + unit * channels * (2 + 2.0**-14 * 32768)))
    return np.asarray((x.shape[-1] + channels + 4) * EPS * mean)


def _pair(a: F64, b: F64, errors: list[tuple[F64, F64]]) -> F64:
    n = a.shape[-1]
    out = np.full(a.shape[:-1], 3 * summing(n))
    for x, (each, common) in zip((a, b), errors, strict=True):
        sigma, _, _ = spread(x - x.mean(axis=-1, keepdims=True))
        share = (each + common) / sigma
        out = out + 2 * share + share**2
    return np.asarray(np.minimum(out, 2.0))


def bound(signal: Signal, p: Params, arithmetic: str, windows: F64) -> F64:
    """(… × samples × channels) in units → (… × features)."""
    x = np.moveaxis(windows * p.scale, -1, 0)
    units = counts_to_units(signal, p.scale)
    out: list[F64] = []
    for channel, unit in zip(x, units, strict=True):
        out += _channel(channel, signal, p, arithmetic, float(unit))
    if p.correlation:
        errors = [
            _sample_errors(c, signal, arithmetic, float(u)) for c, u in zip(x, units, strict=True)
        ]
        out += [
            _pair(x[a], x[b], [errors[a], errors[b]]) for a, b in combinations(range(len(x)), 2)
        ]
    if p.magnitude_area:
        out.append(_area(np.abs(x).sum(axis=0), len(x), float(units.max()), arithmetic))
    return np.stack(out, axis=-1)
