"""The integer reference of the audio blocks: what mk_audio_q.c equals bit for bit."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from motekit.core.block import I32
from motekit.dsp import integer, mixed
from motekit.dsp import wide as w
from motekit.dsp.mixed import is_mixed

from . import cosines, narrow, pcen_fixed
from .c import q15
from .fixed_plan import ROOM, FixedPlan, fixed_plan
from .mel import AGAIN
from .plan import AudioPlan, Frames
from .reference import around

I64 = npt.NDArray[np.int64]
U64 = npt.NDArray[np.uint64]
CHUNK = 1 << 21  # samples of frames in memory at a time


def _frames(x: I64, f: Frames, most: int) -> tuple[I64, I64]:
    """(frames of fft samples, exponents) of windows of counts."""
    at = np.arange(f.count)[:, None] * f.hop + np.arange(f.used)
    v = x[..., at] * 32768
    if f.emphasis:
        anew = (np.arange(f.count) % f.restart == 0)[:, None] & (np.arange(f.used) == 0)
        v = v - round(f.emphasis * 32768) * x[..., np.where(anew, at, np.maximum(at - 1, 0))]
    if f.tapered:
        v = integer.mul16(v, q15(f.taper).astype(np.int64)) * 2
    bits = np.bitwise_or.reduce(np.abs(v), axis=-1)
    up = np.full(bits.shape, -3, dtype=np.int64)
    for _ in range(most + 3):
        up += (up < most) & ((bits >> np.maximum(27 - up, 0)) == 0)
    each = up[..., None]
    scaled = (v << np.maximum(0, each)) >> np.maximum(0, -each)
    out = np.zeros((*v.shape[:-1], f.fft), dtype=np.int64)
    out[..., : f.used] = scaled
    return out, up


def _noise(m: npt.NDArray[np.uint32], e: int, up: I64) -> U64:
    """Noise (… × bands) in the unit of frames scaled up by `up`."""
    shift = (e + 2 * up)[..., None]
    left = np.clip(shift, 0, 63).astype(np.uint64)
    right = np.clip(-shift, 0, 63).astype(np.uint64)
    return np.asarray((m.astype(np.uint64) << left) >> right)


def _logs(power: U64, up: I64, fp: FixedPlan) -> I64:
    number = w.wide(power)
    none = number.m == 0
    safe = w.Wide(np.where(none, np.uint64(1 << 31), number.m), number.e)
    level = w.log2(safe) + fp.base - up[..., None] * 131072
    return np.asarray(np.maximum(np.where(none, fp.least, level), fp.least))


def _bands(power: U64, pl: AudioPlan, fp: FixedPlan) -> U64:
    """Powers of the mel bands, weighted by running sums as the C does."""
    assert pl.mel is not None
    small = power >> np.uint64(ROOM)
    out = np.zeros((*power.shape[:-1], pl.mel.filters), dtype=np.uint64)
    k = pl.mel.first
    for i, n in enumerate(pl.mel.runs):
        bins = small[..., k - 1 : k] if n == AGAIN else small[..., k : k + n]
        k += 0 if n == AGAIN else n
        total = bins.sum(axis=-1, dtype=np.uint64)
        below = np.arange(bins.shape[-1] - 1, -1, -1, dtype=np.uint64)
        ramp = (bins * below).sum(axis=-1, dtype=np.uint64)
        end, slope = (np.uint64(s) for s in fp.shares[2 * i : 2 * i + 2])
        falling = (total * end + ramp * slope) >> np.uint64(16)
        if i > 0:
            out[..., i - 1] += falling
        if i < pl.mel.filters:
            out[..., i] += total - falling
    return out


def _cepstra(level: I64, pl: AudioPlan, fp: FixedPlan) -> I64:
    assert pl.cosines is not None
    n = level.shape[-1]
    half = (n + 1) // 2
    mirror = level[..., ::-1]
    out = np.zeros((*level.shape[:-1], pl.values), dtype=np.int64)
    first = 1 if pl.energy else 0
    for k, row in enumerate(cosines.rows(pl, True).astype(np.int64), first):
        pairs = (level + mirror if k % 2 == 0 else level - mirror)[..., :half]
        if k % 2 == 0 and n % 2:
            pairs[..., half - 1] = level[..., half - 1]
        terms = half if k % 2 == 0 else n // 2
        out[..., k] = integer.mul16(pairs[..., :terms], row[:terms]).sum(axis=-1) >> fp.down
    return out


def _values(x: I64, pl: AudioPlan, fp: FixedPlan) -> I64:
    if pl.narrow:
        power, up = narrow.powers(x, pl, fp.most)
    else:
        frames, up = _frames(x, pl.frames, fp.most)
        power = (mixed if is_mixed(pl.frames.fft) else integer).fft_power(frames)
    first, end = pl.bins
    bands = power[..., first:end] if pl.mel is None else _bands(power, pl, fp)
    noisy = bands + _noise(fp.noise, fp.noise_exponent, up)
    if fp.pcen is not None:
        energy = w.wide(noisy, -2 * up[..., None])
        level = pcen_fixed.equalised(pcen_fixed.packed(energy) if pl.kept else energy, fp.pcen)
        return level if pl.cosines is None else _cepstra(level, pl, fp)
    level = _logs(noisy, up, fp)
    if pl.cosines is not None:
        out = _cepstra(level, pl, fp)
        if pl.energy:
            total = (power >> np.uint64(ROOM)).sum(axis=-1, dtype=np.uint64)[..., None]
            out[..., :1] = _logs(total, up, fp) >> fp.energy_down
        return out
    if pl.clip:
        return np.clip(integer.mulhi(level * 16, fp.clip), 0, 65536)
    return level


def normalised(v: I64, width: int) -> I64:
    """See reference.normalised; the rounded differences to exact means, in 2^-16ths."""
    far = v * width - around(v, width).sum(axis=-1)
    d = np.sign(far) * ((np.abs(far) + width // 2) // width)
    near = around(d, width)
    square = (near**2).sum(axis=-1) * width - near.sum(axis=-1) ** 2
    root = w.root(w.wide(square.astype(np.uint64)))
    none = square == 0
    safe = w.Wide(np.where(none, np.uint64(1 << 31), root.m), root.e)
    size = w.to(w.over(w.wide((np.abs(d) * width).astype(np.uint64)), safe), -16)
    return np.asarray(np.where(none, 0, np.sign(d) * size))


def fixed_reference(x: npt.NDArray[np.int16], pl: AudioPlan) -> I32:
    """(… × samples) counts → (… × features) integers."""
    fp = fixed_plan(pl)
    rows = x.reshape(-1, x.shape[-1]).astype(np.int64)
    step = max(1, CHUNK // max(1, pl.frames.count * pl.frames.fft))
    out = []
    for i in range(0, max(1, len(rows)), step):
        v = _values(rows[i : i + step], pl, fp)
        if pl.norm:
            v = normalised(v, pl.norm)
        out.append(v.reshape(len(v), -1))
    width = pl.frames.count * pl.values
    return np.concatenate(out).astype(np.int32).reshape(*x.shape[:-1], width)
