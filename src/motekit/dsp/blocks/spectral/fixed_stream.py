"""The integer reference of `spectral` on windows that are not kept: mk_spectral_stream_q.inc."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from motekit.dsp import exact, integer, mixed
from motekit.dsp import wide as w
from motekit.dsp.mixed import is_mixed

from .fixed_plan import FixedPlan, frames_summed, sum_shift
from .params import Params
from .plan import Plan, full_frames
from .stream import span

I64 = npt.NDArray[np.int64]
U64 = npt.NDArray[np.uint64]


def statistics(y: I64, pl: Plan) -> list[I64]:
    """RMS, skewness, kurtosis of filtered windows (… × samples)."""
    n, chunk = y.shape[-1], span(pl)[1]
    parts = [min(chunk, n - at) for at in range(0, n, chunk)]
    down, square, skewness, kurtosis = exact.moments(y, parts, exact.bits(pl.length))
    root = w.root(w.Wide(square.m, square.e + np.where(square.m > 0, 2 * down, 0)))
    return [w.to(root, 0), skewness, kurtosis]


class _Joined:
    """Powers of the frames so far, all of one scale."""

    def __init__(self, shape: tuple[int, ...], pl: Plan, p: Params, most: int) -> None:
        self.pl, self.most = pl, most
        self.up = np.full(shape, most, dtype=np.int64)
        self.powers = np.zeros((*shape, pl.fft // 2 + 1), dtype=np.uint64)
        averaged = frames_summed(p, pl) > 1
        self.combine = np.add if averaged else np.maximum
        self.lost = np.uint64(sum_shift(p, pl) if averaged else 0)

    def limit(self, up: I64) -> None:
        """Make the scale at most `up`."""
        less = np.clip(2 * (self.up - up), 0, 63).astype(np.uint64)
        self.powers >>= less[..., None]
        self.up = np.minimum(self.up, up)

    def add(self, d: I64, magnitudes: I64, bin0: bool) -> None:
        """One frame. bin0: whether it has a bin 0 to join."""
        frame, up = integer.scale(d, magnitudes, self.most)
        power = (mixed if is_mixed(self.pl.fft) else integer).fft_power(frame)
        power[..., 0] *= np.uint64(bin0)
        self.limit(up)
        less = np.clip(2 * (up - self.up), 0, 63).astype(np.uint64)[..., None]
        self.powers = self.combine(self.powers, (power >> less) >> self.lost)


def powers(y: I64, pl: Plan, p: Params, fp: FixedPlan) -> tuple[U64, I64]:
    """(powers of bins 0 … fft/2, their scale) of filtered windows (… × samples)."""
    n, total = y.shape[-1], y.sum(axis=-1)
    joined = _Joined(y.shape[:-1], pl, p, fp.most)
    starts = pl.frames[: full_frames(pl)]
    full = [start for start in starts if start + pl.fft <= n]
    for start in full:
        d = y[..., start : start + pl.fft] - y[..., start : start + 1]
        joined.add(d, np.bitwise_or.reduce(np.abs(d), axis=-1), False)
    if pl.moments and full:
        _join_means(joined, np.stack([y[..., s : s + pl.fft].sum(axis=-1) for s in full]), total, n)
    mean = np.sign(total) * (np.abs(total) // n)
    for start in starts[len(full) :]:
        d = np.zeros((*y.shape[:-1], pl.fft), dtype=np.int64)
        d[..., : n - start] = y[..., start:] - mean[..., None]
        joined.add(d, np.bitwise_or.reduce(np.abs(d), axis=-1), pl.moments)
    return joined.powers, joined.up


def _join_means(joined: _Joined, sums: I64, total: I64, n: int) -> None:
    """Bin 0: the full frame whose mean is farthest from the window's. sums: frames × …"""
    fft = joined.pl.fft
    far = np.maximum(sums.max(axis=0) * n - total * fft, total * fft - sums.min(axis=0) * n)
    some = far > 0
    size = w.wide(np.where(some, far, 1).astype(np.uint64), 2)
    dc = w.over(size, w.wide(np.full(far.shape, n * fft, dtype=np.uint64)))
    joined.limit(np.where(some, -2 - dc.e, joined.up))
    scaled = w.Wide(dc.m, dc.e + joined.up)
    joined.powers[..., 0] = np.where(some, w.whole(w.times(scaled, scaled)), np.uint64(0))
