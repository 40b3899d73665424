"""Beats of windows, in whole numbers: what mk_heart.c finds bit for bit, in either arithmetic."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from motekit.core.block import F64, Signal
from motekit.dsp import svf

from .params import Params, listens
from .plan import FINE, Plan, count_of, passed, plan
from .spectrum import Peak, peak, scan

I64 = npt.NDArray[np.int64]
LOWEST = 30  # percent of the median height
HOLDS = 70  # percent of the window that intervals must explain to need no second opinion


@dataclass(frozen=True)
class Beats:
    """Beats of one window.

    Args:
        at: in 256ths of a sample.
        heights: of the pass band there, counts.
    """

    at: list[int]
    heights: list[int]


@dataclass(frozen=True)
class Sums:
    """Sums over the intervals that count, in 256ths of a sample; see the features.

    Args:
        n, total, squares: of these intervals.
        pairs, differences: neighbours among them, and the squares of their differences.
        far: such differences above 50 ms.
        beats, height: all beats, and the sum of their heights in counts.
        peak: the strongest rate of the spectrum; None if nobody asks.
        spectral: the heart rate is that of the spectrum, for the beats do not hold.
    """

    n: int
    total: int
    squares: int
    pairs: int
    differences: int
    far: int
    beats: int
    height: int
    peak: Peak | None = None
    spectral: bool = False


def counts(x: F64, signal: Signal, p: Params) -> npt.NDArray[np.int16]:
    """One channel of windows in units → counts, as the sensor or mk_to_count has them."""
    if signal.sample == "int16":
        return np.clip(np.rint(x / signal.scale[0]), -32768, 32767).astype(np.int16)
    return svf.to_counts(x.astype(np.float32) * np.float32(1 / count_of(signal, p)))


def pass_band(x: npt.NDArray[np.int16], signal: Signal, p: Params) -> I64:
    """(… × samples) counts → the pass band in counts, beats upwards."""
    fixed = passed(signal.rate_hz, signal.length, p)
    moved = np.moveaxis(x.astype(np.int64), -1, 0)
    y = svf.rounded(svf.run_q(moved, fixed, True), fixed.up).astype(np.int64)
    return np.moveaxis(np.clip(-y, -32768, 32767) if p.invert else y, 0, -1)


def rises(y: I64, k: Plan) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """(Where the short average of the square stands out of the long one, where it lies above it at
    all); … × samples."""
    n, h1, h2 = y.shape[-1], k.half_peak, k.half_beat
    z = np.zeros((*y.shape[:-1], n + 2 * h2 + 1), dtype=np.int64)
    z[..., h2 + 1 : h2 + 1 + n] = np.maximum(y, 0) ** 2
    total = np.cumsum(z, axis=-1)
    c = h2 + 1 + np.arange(n)
    peak = total[..., c + h1] - total[..., c - h1 - 1]
    beat = total[..., c + h2] - total[..., c - h2 - 1]
    mean, acc = np.zeros(y.shape, dtype=np.int64), np.zeros(y.shape[:-1], dtype=np.int64)
    for t in range(n + h2):
        acc = acc + z[..., t + h2 + 1] - (acc >> k.shift)
        if t >= h2:
            mean[..., t - h2] = acc >> k.shift
    excess = peak * k.beat - beat * k.peak
    return np.asarray(excess > mean * k.offset), np.asarray(excess > 0)


def vertex(before: int, best: int, after: int) -> int:
    """Where the parabola through three samples is highest, in 256ths of one; C's division."""
    curve = 2 * (2 * best - before - after)
    if curve <= 0:
        return 0
    slope = FINE * (after - before)
    return min(FINE // 2, abs(slope) // curve) * (1 if slope >= 0 else -1)


def beats(y: I64, up: npt.NDArray[np.bool_], k: Plan) -> Beats:
    """Beats of one window: the highest sample of each rise."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], up, [False]]).astype(np.int8)))
    found = Beats([], [])
    for start, stop in edges.reshape(-1, 2).tolist():
        if stop - start < k.least or start == 0 or stop == len(y):
            continue  # too short, or cut off by the window
        i = start + int(np.argmax(y[start:stop]))
        best = int(y[i])
        at = i * FINE + vertex(int(y[i - 1]), best, int(y[i + 1]))
        if found.at and at - found.at[-1] < k.apart:
            if best > found.heights[-1]:
                found.at[-1], found.heights[-1] = at, best
            continue
        if len(found.at) < k.most:
            found.at.append(at)
            found.heights.append(best)
    return found


def tall(found: Beats) -> Beats:
    """Without beats much lower than most: filters ring, and pulses have second waves."""
    heights = [max(0, h) for h in found.heights]
    median = sorted(heights)[len(heights) // 2] if heights else 0
    kept = [i for i, h in enumerate(heights) if h * 100 >= median * LOWEST]
    return Beats([found.at[i] for i in kept], [heights[i] for i in kept])


def sums(found: Beats, k: Plan, tolerance: int) -> Sums:
    """What all features are made of."""
    gaps = [b - a for a, b in zip(found.at, found.at[1:], strict=False)]
    height = sum(found.heights)
    if not gaps:
        return Sums(0, 0, 0, 0, 0, 0, len(found.at), height)
    median = sorted(gaps)[len(gaps) // 2]
    good = [
        k.shortest <= g <= k.longest and abs(g - median) * 100 <= median * tolerance for g in gaps
    ]
    kept = [g for g, ok in zip(gaps, good, strict=True) if ok]
    steps = [
        abs(gaps[i + 1] - gaps[i]) for i in range(len(gaps) - 1) if good[i] and good[i + 1]
    ]  # fmt: skip
    return Sums(
        len(kept), sum(kept), sum(g * g for g in kept), len(steps), sum(s * s for s in steps),
        sum(s > k.fifty for s in steps), len(found.at), height,
    )  # fmt: skip


def holds(s: Sums, found: Peak, span: int, length: int) -> bool:
    """Whether the heart rate is that of the beats.

    They hold where they explain most of the window, or where the spectrum says the same, as far
    as it can tell: within one bin.

    Args:
        span: samples of a part of the spectrum.
        length: samples of the window.
    """
    if not found.at or s.total * 100 >= length * FINE * HOLDS:
        return True
    beats, spectrum = s.n * span * 65536, found.at * s.total  # both rates, times total · span · 256
    return bool(s.n) and abs(beats - spectrum) <= 256 * s.total


def every(x: npt.NDArray[np.int16], signal: Signal, p: Params) -> list[Sums]:
    """Windows × samples of counts → the sums of each window."""
    k = plan(signal.rate_hz, signal.length, p)
    y = pass_band(x, signal, p)
    up, above = rises(y, k)
    found = [sums(tall(beats(a, b, k)), k, p.tolerance) for a, b in zip(y, up, strict=True)]
    if not listens(p):
        return found
    s = scan(signal.rate_hz, signal.length, p)
    peaks = [peak(row[:: s.every], s) for row in above]
    return [
        replace(one, peak=top, spectral=not holds(one, top, s.span, signal.length))
        for one, top in zip(found, peaks, strict=True)
    ]
