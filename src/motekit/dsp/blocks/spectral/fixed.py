"""The integer reference of `spectral`: what mk_spectral_q.c equals bit for bit."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from motekit.core.block import I32, Signal
from motekit.dsp import integer, mixed
from motekit.dsp import wide as w
from motekit.dsp.mixed import is_mixed

from . import fixed_stream, wavelet_fixed
from .fixed_plan import LOG_OF_ZERO, Cascade, FixedPlan, fixed_plan, frames_summed, sum_shift
from .params import WAVELET, Params
from .plan import Plan, plan, told_statistics
from .stream import streams
from .tables_q import channel_offsets, taper

I64 = npt.NDArray[np.int64]
U64 = npt.NDArray[np.uint64]


def _run(x: I64, cascade: Cascade) -> I64:
    if cascade.dc is None:
        for section in cascade.sections:
            x = integer.biquad(x, section)
        return x
    first = x[..., :1]
    y = x - first
    for section in cascade.sections:
        y = integer.biquad(y, section)
    return y[..., :: cascade.ratio] + ((first * cascade.dc) >> 28)


def _powers(d: I64, pl: Plan, p: Params) -> U64:
    """Powers of bins 0 … fft/2, frames combined."""
    starts = [start for start in pl.frames if start < pl.length]
    padded = np.zeros((*d.shape[:-1], starts[-1] + pl.fft), dtype=np.int64)
    padded[..., : d.shape[-1]] = d
    weights = taper(pl)
    averaged = frames_summed(p, pl) > 1
    combine = np.add if averaged else np.maximum
    out: U64 | None = None
    for start in starts:
        frame = padded[..., start : start + pl.fft]
        if weights is not None:
            frame = integer.mul16(frame, weights.astype(np.int64)) * 2
        power = (mixed if is_mixed(pl.fft) else integer).fft_power(frame)
        if averaged:
            power = power >> np.uint64(sum_shift(p, pl))
        out = power if out is None else combine(out, power)
    assert out is not None
    return out


def _moments(power: U64) -> tuple[I64, I64]:
    """Skewness and kurtosis of the powers, from 14 bits of each one's distance to the mean."""
    n = np.uint64(power.shape[-1])
    total = np.asarray(np.sum(power >> np.uint64(8), axis=-1, dtype=np.uint64))
    mean = w.whole(w.over(w.wide(total, 8), w.wide(n)))[..., None]
    low = power < mean
    far = np.where(low, mean - power, power - mean)
    top = np.max(far, axis=-1)
    down = np.zeros(top.shape, dtype=np.uint64)
    for _ in range(50):
        down += ((top >> down) >= 32768).astype(np.uint64)
    twice = (far >> down[..., None]).astype(np.int64)
    _, skewness, kurtosis = integer.shape((np.where(low, -twice, twice) + 1) >> 1)
    return skewness, kurtosis


def _log(value: U64, offset: I64) -> I64:
    """log2 in 2^-16ths plus the offset; the agreed number for 0."""
    number = w.wide(value)
    none = number.m == 0
    safe = w.Wide(np.where(none, np.uint64(1 << 31), number.m), number.e)
    return np.asarray(np.where(none, LOG_OF_ZERO, w.log2(safe) + offset))


def _bands(power: U64, pl: Plan, fp: FixedPlan, up: I64, offset: int) -> list[I64]:
    m, e = fp.noise
    shift = e + 2 * up
    left = np.clip(shift, 0, 63).astype(np.uint64)
    right = np.clip(-shift, 0, 63).astype(np.uint64)
    noise = (np.full(up.shape, m, dtype=np.uint64) << left) >> right
    out = []
    for a, b in zip(pl.edges, pl.edges[1:], strict=False):
        total = np.asarray(np.sum(power[..., a:b] + noise[..., None], axis=-1, dtype=np.uint64))
        bins = 0 if pl.width else int(w.log2(w.wide(np.uint64(b - a))))
        out.append(_log(total, offset - bins - (up * 2 << 16)))
    return out


def _spectrum(power: U64, up: I64, pl: Plan, fp: FixedPlan, offset: int) -> list[I64]:
    moments = list(_moments(power)) if pl.moments else []
    return moments + _bands(power, pl, fp, up, offset)


def fixed_reference(x: npt.NDArray[np.int16], signal: Signal, p: Params) -> I32:
    """(… × samples × channels) counts → (… × features) integers."""
    pl, fp = plan(signal, p), fixed_plan(signal, p)
    flows = streams(signal, p, "fixed")
    out: list[I64] = []
    for channel, offset in enumerate(channel_offsets(signal, p, pl, fp)):
        y = x[..., channel].astype(np.int64) << fp.shift
        for cascade in fp.cascades:
            y = _run(y, cascade)
        if flows:
            if told_statistics(p):
                out += fixed_stream.statistics(y, pl)
            if pl.fft:
                out += _spectrum(*fixed_stream.powers(y, pl, p, fp), pl, fp, offset)
            continue
        d, up, square, skewness, kurtosis = integer.center(y, fp.most)
        if told_statistics(p):
            rms = w.root(w.Wide(square.m, square.e + np.where(square.m > 0, 2 * (14 - up), 0)))
            out += [w.to(rms, 0), skewness, kurtosis]
        if p.analysis == WAVELET:
            out += wavelet_fixed.fixed(d, up, p, fp)
        if pl.fft:
            out += _spectrum(_powers(d, pl, p), up, pl, fp, offset)
    return np.stack(out, axis=-1).astype(np.int32)
