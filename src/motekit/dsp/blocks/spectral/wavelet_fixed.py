"""The integer reference of the wavelet form: what mk_spectral_wavelet_q.c equals bit for bit."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from motekit.dsp import integer
from motekit.dsp import wide as w

from .fixed_plan import FixedPlan
from .params import Params
from .wavelet import BINS, RANKS, rank
from .wavelet_c import taps_q, variance_point

I64 = npt.NDArray[np.int64]


def _split(x: I64, low: I64, high: I64) -> tuple[I64, I64]:
    taps = len(low)
    pad = [(0, 0)] * (x.ndim - 1) + [(taps - 2, taps - 1)]
    at = 2 * np.arange((x.shape[-1] + taps - 1) // 2)[:, None] + np.arange(taps)
    frames = np.pad(x, pad, mode="symmetric")[..., at]
    a, b = (2 * integer.mulhi(frames, h[::-1]).sum(axis=-1) + taps for h in (low, high))
    return a, b


def _components(x: I64, p: Params) -> list[I64]:
    low, high = (h.astype(np.int64) for h in taps_q(p))
    details: list[I64] = []
    for _ in range(p.level):
        x, detail = _split(x, low, high)
        details.append(detail)
    return [x, *reversed(details)]


def _mean(c: I64) -> I64:
    total = c.sum(axis=-1)
    n = w.wide(np.full(total.shape, c.shape[-1], dtype=np.uint64))
    size = w.to(w.over(w.wide(np.abs(total).astype(np.uint64)), n), 0)
    return np.clip(np.where(total < 0, -size, size), c.min(axis=-1), c.max(axis=-1))


def _shape(c: I64, mean: I64) -> tuple[w.Wide, I64, I64]:
    bits = (mean - c.min(axis=-1)) | (c.max(axis=-1) - mean)
    down, up = np.zeros(bits.shape, np.int64), np.zeros(bits.shape, np.int64)
    for _ in range(31):
        down += (bits >> down) > 32767
        up += (up < 14) & ((bits << up) < 16384)
    d = (c - mean[..., None]) << up[..., None]
    square, skewness, kurtosis = integer.shape(((d >> down[..., None]) + 1) >> 1)
    return w.Wide(square.m, square.e + 2 * (down + 1 - up)), skewness, kurtosis


def _crossings(c: I64, level: I64) -> I64:
    above = c > level[..., None]
    return np.asarray(np.sum(above[..., 1:] != above[..., :-1], axis=-1))


def _log2(counts: I64) -> I64:
    """log2 in 2^-16ths; 0 of 0."""
    number = w.wide(np.maximum(counts, 1).astype(np.uint64))
    return np.asarray(np.where(counts > 0, w.log2(number), 0))


def _entropy(c: I64) -> I64:
    rows = c.reshape(-1, c.shape[-1])
    low = rows.min(axis=-1, keepdims=True)
    span = rows.max(axis=-1, keepdims=True) - low
    bins = np.minimum((rows - low) * BINS // np.maximum(span, 1), BINS - 1)
    counts = np.zeros((len(rows), BINS), np.int64)
    np.add.at(counts, (np.arange(len(rows))[:, None], bins), 1)
    total = w.wide((counts * _log2(counts)).sum(axis=-1).astype(np.uint64))
    n = np.full(len(rows), rows.shape[-1], dtype=np.int64)
    part = w.to(w.over(total, w.wide(n.astype(np.uint64))), 0)
    return np.where(span[:, 0] == 0, 0, _log2(n) - part).reshape(c.shape[:-1])


def _root(square: w.Wide, up: I64) -> I64:
    root = w.root(square)
    return w.to(w.Wide(root.m, root.e - up), 0)


def _told(c: I64, up: I64, point: int) -> list[I64]:
    n = c.shape[-1]
    mean, ordered = _mean(c), np.sort(c, axis=-1)
    square, skewness, kurtosis = _shape(c, mean)
    one, many = (w.wide(np.full(mean.shape, k, dtype=np.uint64)) for k in (n - 1, n))
    variance = w.over(w.times(square, many), one)
    total = (mean**2).astype(np.uint64) + w.whole(square)
    return [
        _entropy(c),
        _crossings(c, np.zeros_like(mean)),
        _crossings(c, mean),
        *(_level(ordered[..., rank(n, percent)], up) for percent in RANKS),
        _level(mean, up),
        _root(square, up),
        w.to(w.Wide(variance.m, variance.e - 2 * up), point),
        _root(w.wide(total), up),
        skewness,
        kurtosis,
    ]


def _level(v: I64, up: I64) -> I64:
    return np.asarray((v << np.maximum(0, -up)) >> np.maximum(0, up))


def fixed(d: I64, up: I64, p: Params, fp: FixedPlan) -> list[I64]:
    """Windows (… × samples) without mean, scaled up by 2^up → the integers of their features."""
    point = variance_point(fp)
    return [value for c in _components(d, p) for value in _told(c, up, point)]
