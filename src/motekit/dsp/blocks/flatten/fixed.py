"""The integer reference of `flatten`: what mk_flatten_q.c equals bit for bit."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from motekit.core.block import I32, Signal
from motekit.dsp import exact, integer
from motekit.dsp import wide as w
from motekit.dsp.common import counts_to_units

from .params import Params
from .reference import ranks, wanted
from .stream import CHUNK, streams

I64 = npt.NDArray[np.int64]
POINT = 15
UP = 12  # moments of a window that is not kept are those of samples in so many places


def _divide(a: I64, n: int) -> I64:
    """a / n towards zero, as C does."""
    return np.asarray(np.sign(a) * (np.abs(a) // n))


@dataclass(frozen=True)
class _Level:
    """mk_level of windows (… × samples)."""

    total: I64
    mean: I64
    short: I64
    down: I64


def _level(x: I64) -> _Level:
    n = x.shape[-1]
    total = x.sum(axis=-1)
    whole = _divide(total, n)
    fraction = _divide((total - whole * n) << POINT, n)
    d = ((x - whole[..., None]) << POINT) - fraction[..., None]
    bits = -d.min(axis=-1) | d.max(axis=-1)
    down = np.zeros(bits.shape, dtype=np.int64)
    for _ in range(17):
        down += (bits >> down) > 32767
    each = down[..., None]
    rounded = ((d >> np.maximum(each - 1, 0)) + 1) >> 1
    return _Level(total, (whole << POINT) + fraction, np.where(each == 0, d, rounded), down)


def _correlation(a: _Level, b: _Level) -> I64:
    aa, bb = np.sum(a.short**2, axis=-1), np.sum(b.short**2, axis=-1)
    ab = np.sum(a.short * b.short, axis=-1)
    square = w.times(w.wide(aa.astype(np.uint64)), w.wide(bb.astype(np.uint64)))
    none = square.m == 0
    root = w.root(square)
    safe = w.Wide(np.where(none, np.uint64(1 << 31), root.m), root.e)
    out = w.to(w.over(w.wide(np.abs(ab).astype(np.uint64)), safe), -30)
    return np.asarray(np.where(none, 0, np.where(ab < 0, -out, out)))


def _channel(x: I64, p: Params, flows: bool) -> tuple[_Level, list[I64]]:
    level, n = _level(x), x.shape[-1]
    if flows:
        parts = [min(CHUNK, n - at) for at in range(0, n, CHUNK)]
        down, square, skewness, kurtosis = exact.moments(x << UP, parts, exact.bits(n))
        down = down + POINT - UP
    else:
        square, skewness, kurtosis = integer.shape((level.short + 1) >> 1)
        down = level.down + 1
    scaled = w.Wide(square.m, square.e + 2 * down)
    total = (level.mean**2).astype(np.uint64) + w.whole(scaled)
    above = x * n > level.total[..., None]
    values = {
        "mean": level.mean,
        "minimum": x.min(axis=-1) << POINT,
        "maximum": x.max(axis=-1) << POINT,
        "rms": w.to(w.root(w.wide(total)), 0),
        "stdev": w.to(w.root(scaled), 0),
        "skewness": skewness,
        "kurtosis": kurtosis,
        "crossings": np.sum(above[..., 1:] != above[..., :-1], axis=-1),
        "activity": np.sum(np.abs(np.diff(x, axis=-1)), axis=-1) >> 1,
        "zero_crossings": np.sum((x[..., 1:] > 0) != (x[..., :-1] > 0), axis=-1),
        "energy": ((total + np.uint64(1 << 29)) >> np.uint64(30)).astype(np.int64),
    }
    out = [values[name] for name in wanted(p)]
    ordered = np.sort(x, axis=-1) if p.percentiles else x
    for i, part in ranks(n, p):
        step = (ordered[..., i + 1] - ordered[..., i]) * round(part * 2**POINT)
        out.append((ordered[..., i] << POINT) + step)
    return level, out


def area_plan(signal: Signal, scale: float) -> tuple[tuple[int, ...], int]:
    """(weight of each channel's counts in 2^-15ths of the coarsest, bits the sum loses)."""
    units = counts_to_units(signal, scale)
    weights = tuple(int(v) for v in np.round(units / units.max() * 2**POINT))
    return weights, (len(weights) - 1).bit_length()


def _area(counts: I64, signal: Signal, p: Params) -> I64:
    """mk_wide_to of the weighted sum of magnitudes by the number of samples."""
    weights, down = area_plan(signal, p.scale)
    sums = np.abs(counts).sum(axis=-1)
    total = sum(s * m for s, m in zip(sums, weights, strict=True))
    n = w.wide(np.full(total.shape, counts.shape[-1], dtype=np.uint64))
    return w.to(w.over(w.wide(total.astype(np.uint64)), n), down)


def fixed_reference(x: npt.NDArray[np.int16], signal: Signal, p: Params) -> I32:
    """(… × samples × channels) counts → (… × features) integers."""
    counts = np.moveaxis(x.astype(np.int64), -1, 0)
    flows = streams(signal, p, "fixed")
    channels = [_channel(each, p, flows) for each in counts]
    out = [value for _, values in channels for value in values]
    if p.correlation:
        out += [_correlation(a, b) for (a, _), (b, _) in combinations(channels, 2)]
    if p.magnitude_area:
        out.append(_area(counts, signal, p))
    return np.stack(out, axis=-1).astype(np.int32)
