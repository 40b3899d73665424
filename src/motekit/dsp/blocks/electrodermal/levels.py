"""Levels and responses of windows, in whole numbers: what mk_electrodermal.c equals bit for bit, in
either arithmetic; and the features they make."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from motekit.core.block import F64, I32, Feature, Signal
from motekit.dsp import svf
from motekit.dsp import wide as w

from .params import Params

I64 = npt.NDArray[np.int64]
POINT = 4  # binary places of levels, in counts
RISE_S = 5.0  # longest rise of a response of the threshold's size
MEAN = 14  # and of means, in fixed point
NAMES = ("tonic.mean", "tonic.slope", "phasic.mean", "phasic.maximum", "responses", "rise.mean")


@dataclass(frozen=True)
class Levels:
    """Of windows: arrays of one number each; levels in 2^-4ths of a count.

    Args:
        tonic: sum over the window.
        moved: last less first tonic level.
        phasic: sum of the magnitudes.
        highest: of the phasic level, 0 at least.
        count, rise: responses, and the sum of their rises.
    """

    tonic: I64
    moved: I64
    phasic: I64
    highest: I64
    count: I64
    rise: I64


def wanted(p: Params) -> list[int]:
    """Features in order, by their number in NAMES."""
    switches = (p.tonic, p.tonic, p.phasic, p.phasic, p.responses, p.responses)
    return [i for i, on in enumerate(switches) if on]


def features(signal: Signal, p: Params) -> tuple[Feature, ...]:
    channel, unit = signal.channels[0], signal.units[0]
    units = (unit, f"{unit}/min", unit, unit, "1/min", unit)
    return tuple(Feature(f"{channel}.{NAMES[i]}", units[i]) for i in wanted(p))


def count_of(signal: Signal, p: Params) -> float:
    """What one count is worth, in the channel's unit."""
    return p.resolution if signal.sample != "int16" else signal.scale[0]


def counts(x: F64, signal: Signal, p: Params) -> npt.NDArray[np.int16]:
    """One channel of windows in units → counts, as the sensor or mk_to_count has them."""
    if signal.sample == "int16":
        return np.clip(np.rint(x / signal.scale[0]), -32768, 32767).astype(np.int16)
    return svf.to_counts(x.astype(np.float32) * np.float32(1 / count_of(signal, p)))


def passed(signal: Signal, p: Params) -> tuple[svf.Fixed, svf.Fixed]:
    """(smoothing, tonic) low-pass in integers."""
    smooth, tonic = (svf.low(signal.rate_hz, 2, f) for f in (p.smooth_hz, p.tonic_hz))
    return svf.fixed_plan(smooth, signal.length), svf.fixed_plan(tonic, signal.length)


def threshold(signal: Signal, p: Params) -> int:
    """The rise of a response in 2^-4ths of a count."""
    return int(min(2**24, round(p.threshold / count_of(signal, p) * 2**POINT)))


def drift(signal: Signal, p: Params) -> tuple[int, int]:
    """(step, every): the trough climbs by `step` 2^-4ths of a count every so many samples, by the
    threshold in RISE_S: what rises more slowly is tonic."""
    least, span = threshold(signal, p), round(RISE_S * signal.rate_hz)
    return max(1, least // span), max(1, span // least)


def _level(x: I64, plan: svf.Fixed) -> I64:
    """Counts with time in front → the low-passed level in 2^-4ths of a count."""
    y, less = svf.run_q(x, plan, True), plan.up - POINT
    return np.asarray((((y >> (less - 1)) + 1) >> 1) if less > 0 else y << -less)


def _responses(z: I64, least: int, climb: tuple[int, int]) -> tuple[I64, I64]:
    """(count, sum of rises) of smoothed levels with time in front."""
    low, high = z[0].copy(), z[0].copy()
    up = np.zeros(z.shape[1:], dtype=bool)
    count, rise = np.zeros(z.shape[1:], dtype=np.int64), np.zeros(z.shape[1:], dtype=np.int64)
    step, every = climb
    for t, v in enumerate(z):
        low = np.where(~up & ((t + 1) % every == 0), low + step, low)
        over = up & (2 * (high - v) >= least) & (v < high)
        count += over
        rise += np.where(over, high - low, 0)
        low = np.where(over, v, np.where(up, low, np.minimum(low, v)))
        starts = ~up & (v - low >= least)
        high = np.where(up & ~over, np.maximum(high, v), np.where(starts, v, high))
        up = (up & ~over) | starts
    return count + up, rise + np.where(up, high - low, 0)


def levels(x: npt.NDArray[np.int16], signal: Signal, p: Params) -> Levels:
    """(… × samples) counts → …"""
    moved = np.moveaxis(x.astype(np.int64), -1, 0)
    smooth, slow = passed(signal, p)
    tonic = _level(moved, slow)
    level = _level(moved, smooth)
    phasic = level - tonic
    count, rise = _responses(level, threshold(signal, p), drift(signal, p))
    return Levels(
        tonic.sum(axis=0), tonic[-1] - tonic[0], np.abs(phasic).sum(axis=0),
        np.maximum(phasic.max(axis=0), 0), count, rise,
    )  # fmt: skip


def reference(x: F64, signal: Signal, p: Params) -> F64:
    """(… × samples × 1) in units → (… × features)."""
    s = levels(counts(x[..., 0], signal, p), signal, p)
    n, unit = signal.length, count_of(signal, p) * 2.0**-POINT
    values = (
        s.tonic * unit / n,
        s.moved * unit * signal.rate_hz * 60 / (n - 1),
        s.phasic * unit / n,
        s.highest * unit,
        s.count * 60 * signal.rate_hz / n,
        np.where(s.count > 0, s.rise * unit / np.maximum(s.count, 1), 0.0),
    )
    return np.stack([values[i] for i in wanted(p)], axis=-1)


def _over(a: I64, n: I64) -> I64:
    """a / n, n > 0, from 2^-4ths to 2^-14ths, towards zero."""
    size = w.over(w.wide(np.abs(a).astype(np.uint64)), w.wide(n.astype(np.uint64)))
    out = w.to(size, POINT - MEAN)
    return np.asarray(np.where(a < 0, -out, out))


def fixed_reference(x: npt.NDArray[np.int16], signal: Signal, p: Params) -> I32:
    """(… × samples × 1) counts → (… × features) integers."""
    s = levels(x[..., 0], signal, p)
    n = np.full(s.tonic.shape, signal.length, dtype=np.int64)
    some = np.where(s.count > 0, _over(s.rise, np.maximum(s.count, 1)), 0)
    values = (_over(s.tonic, n), s.moved, _over(s.phasic, n), s.highest, s.count, some)
    return np.stack([values[i] for i in wanted(p)], axis=-1).astype(np.int32)


def lsb(signal: Signal, p: Params) -> tuple[float, ...]:
    """Worth of one integer of each fixed-point feature."""
    unit, n = count_of(signal, p), signal.length
    level, mean = unit * 2.0**-POINT, unit * 2.0**-MEAN
    slope = level * signal.rate_hz * 60 / (n - 1)
    every = (mean, slope, mean, level, 60 * signal.rate_hz / n, mean)
    return tuple(every[i] for i in wanted(p))


def bound(signal: Signal, p: Params, arithmetic: str, windows: F64) -> F64:
    """Levels are the same in all arithmetics; what is left is the rounding of the last division."""
    exact = np.abs(reference(windows, signal, p))
    if arithmetic == "fixed":
        return np.asarray(exact * 2.0**-24 + 1.01 * np.array(lsb(signal, p)))
    return np.asarray(exact * 16 * 2.0**-24)
