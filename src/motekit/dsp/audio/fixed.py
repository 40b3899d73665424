"""The integer reference of the audio blocks: what mk_audio_q.c equals bit for bit."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from motekit.core.block import I32
from motekit.dsp import integer, mixed
from motekit.dsp import wide as w
from motekit.dsp.mixed import is_mixed

from . import cosines, narrow, pcen_fixed
from .fixed_plan import CLIP_BITS, LONG, LONG_DOWN, WORTH, FixedPlan, fixed_plan
from .mel import AGAIN
from .plan import AudioPlan, Frames
from .reference import around
from .rounded import q30, whole_taper

I64 = npt.NDArray[np.int64]
U64 = npt.NDArray[np.uint64]
CHUNK = 1 << 21  # samples of frames in memory at a time


def _rounded(a: I64, down: I64) -> I64:
    """a / 2^down, halves upwards."""
    return np.asarray((a + ((1 << down) >> 1)) >> down)


def _room(v: I64, most: int) -> I64:
    """The exponent that scales frames up to 28 bits, from −3."""
    bits = np.bitwise_or.reduce(np.abs(v), axis=-1)
    up = np.full(bits.shape, -3, dtype=np.int64)
    for _ in range(most + 3):
        up += (up < most) & ((bits >> np.maximum(27 - up, 0)) == 0)
    return up


def _frames(x: I64, f: Frames, most: int) -> tuple[I64, I64]:
    """(frames of fft samples, exponents) of windows of counts."""
    at = np.arange(f.count)[:, None] * f.hop + np.arange(f.used)
    high, low = divmod(q30(f.emphasis), 32768)
    anew = (np.arange(f.count) % f.restart == 0)[:, None] & (np.arange(f.used) == 0)
    last = x[..., np.where(anew, at, np.maximum(at - 1, 0))] if f.emphasis else np.zeros_like(at)
    coarse = x[..., at] * 32768 - high * last
    fine = low * last  # less 2^-15ths of it
    up = _room(coarse - ((fine + 16384) >> 15), most)
    each = up[..., None]
    scaled = _rounded(coarse << np.maximum(0, each), np.maximum(0, -each))
    scaled = scaled - _rounded(fine, 15 - each)
    if f.tapered:
        scaled = integer.mulhi(scaled, whole_taper(f, True)) * 2 + 1
        more = np.minimum(_room(scaled, most), most - up)
        more = np.where(more >= WORTH, more, 0)
        scaled, up = scaled << more[..., None], up + more
    out = np.zeros((*scaled.shape[:-1], f.fft), dtype=np.int64)
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
    none = power < np.uint64(fp.nothing)
    safe = w.Wide(np.where(none, np.uint64(1 << 31), number.m), number.e)
    level = w.log2(safe) + fp.base - up[..., None] * 131072
    return np.asarray(np.maximum(np.where(none, fp.least, level), fp.least))


def _share(a: U64, share: np.uint64) -> U64:
    """floor(a × share / 2^32)."""
    low = (a & np.uint64(0xFFFFFFFF)) * share
    return np.asarray((a >> np.uint64(32)) * share + (low >> np.uint64(32)))


def _bands(power: U64, pl: AudioPlan, fp: FixedPlan) -> U64:
    """Powers of the mel bands, weighted by running sums as the C does."""
    assert pl.mel is not None
    out = np.zeros((*power.shape[:-1], pl.mel.filters), dtype=np.uint64)
    k = pl.mel.first
    for i, n in enumerate(pl.mel.runs):
        bins = power[..., k - 1 : k] if n == AGAIN else power[..., k : k + n]
        k += 0 if n == AGAIN else n
        down = np.uint64(LONG_DOWN if bins.shape[-1] > LONG else 0)
        sums = np.cumsum(bins, axis=-1, dtype=np.uint64)
        total = bins.sum(axis=-1, dtype=np.uint64)
        ramp = (sums[..., :-1] >> down).sum(axis=-1, dtype=np.uint64)
        end, slope = (np.uint64(s) for s in fp.shares[2 * i : 2 * i + 2])
        falling = _share(total, end) + (_share(ramp, slope) << down)
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
        sums = integer.mul16(pairs[..., :terms], row[:terms]).sum(axis=-1)
        out[..., k] = (sums + (terms + (1 << fp.down)) // 2) >> fp.down
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
            total = power.sum(axis=-1, dtype=np.uint64)[..., None]
            out[..., :1] = _logs(total, up, fp)
        return out
    if pl.clip:
        return np.clip(integer.mulhi(level * 16, fp.clip), 0, 1 << CLIP_BITS)
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
