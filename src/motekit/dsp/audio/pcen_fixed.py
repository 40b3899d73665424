"""Per-channel energy normalisation in integers: what mk_pcen_q.c equals bit for bit."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from motekit.dsp import integer
from motekit.dsp import wide as w

from .pcen import Pcen

I64 = npt.NDArray[np.int64]
U64 = npt.NDArray[np.uint64]
POWER_OF_TWO = (2004832, 9681923, 59914735, 257874602, 744265555, 1 << 30)
SHARE_BITS = 26  # of gain and power
EXPONENT = 128  # kept exponents begin at −EXPONENT
MOST_BITS = 18  # behind the point of a value


def _wide(value: float) -> tuple[int, int]:
    """(mantissa of 32 bits, exponent) of a number from 0 on."""
    if value <= 0:
        return 0, 0
    share, e = math.frexp(value)
    m = round(share * 2**32)
    return (1 << 31, e - 31) if m == 1 << 32 else (m, e - 32)


def value_bits(most: float) -> int:
    """Bits behind the point of values up to `most`: they fit 22 bits and a sign."""
    return min(MOST_BITS, 22 - math.ceil(math.log2(most)))


def numbers(pcen: Pcen, unit: float, bits: int) -> npt.NDArray[np.int32]:
    """The array that mk_pcen.h describes.

    Args:
        unit: energy, in that of `pcen`, of one unit of a power at exponent 0.
        bits: see value_bits.
    """
    wides = (pcen.smooth, 1 - pcen.smooth, pcen.floor / unit, pcen.bias)
    words = [part for value in wides for part in _wide(value)]
    share = (1 - pcen.gain) * math.log2(unit) * 65536
    words += [round(pcen.gain * 2**SHARE_BITS), round(share), round(pcen.power * 2**SHARE_BITS)]
    words += [-bits, round(pcen.offset * 2.0**bits)]
    return (np.array(words, dtype=np.int64) & 0xFFFFFFFF).astype(np.uint32).view(np.int32)


def plus(a: w.Wide, b: w.Wide) -> w.Wide:
    """a + b, cut off."""
    swap = ((a.e < b.e) | (a.m == 0)) & (b.m != 0)
    lm, le = np.where(swap, b.m, a.m), np.where(swap, b.e, a.e)
    sm, se = np.where(swap, a.m, b.m), np.where(swap, a.e, b.e)
    down = np.clip(np.where(sm == 0, 63, le - se), 0, 63).astype(np.uint64)
    return w.wide(lm + (sm >> down), le)


def power_of_two(x: I64) -> w.Wide:
    """2^(x / 2^16)."""
    t = (x & 0xFFFF) << 15
    p = np.full(x.shape, POWER_OF_TWO[0], dtype=np.int64)
    for coefficient in POWER_OF_TWO[1:]:
        p = integer.mulhi(p, t) * 2 + coefficient
    return w.Wide((p << 1).astype(np.uint64), (x >> 16) - 31)


def packed(a: w.Wide) -> w.Wide:
    """What is left of an energy that was kept in 24 bits."""
    return w.Wide(a.m & np.uint64(0xFFFF8000), a.e)


def _log2(a: w.Wide) -> I64:
    none = a.m == 0
    return np.where(none, 0, w.log2(w.Wide(np.where(none, np.uint64(1 << 31), a.m), a.e)))


def equalised(energy: w.Wide, c: npt.NDArray[np.int32]) -> I64:
    """Values of energies (… × frames × bands)."""
    s, rest, floor, bias = (
        w.Wide(np.array(m, dtype=np.uint32).astype(np.uint64), np.asarray(e, dtype=np.int64))
        for m, e in zip(c[:8:2].view(np.uint32), c[1:8:2], strict=True)
    )
    gain, share, power, exponent, offset = (int(v) for v in c[8:])
    out = np.empty(energy.m.shape, dtype=np.int64)
    mean = w.Wide(energy.m[..., 0, :], energy.e[..., 0, :])
    for t in range(energy.m.shape[-2]):
        now = w.Wide(energy.m[..., t, :], energy.e[..., t, :])
        if t:
            mean = plus(w.times(mean, rest), w.times(now, s))
        level = integer.mulhi(_log2(plus(mean, floor)) * 64, gain)
        ratio = power_of_two(_log2(now) - level + share)
        none = now.m == 0
        ratio = w.Wide(np.where(none, np.uint64(0), ratio.m), np.where(none, 0, ratio.e))
        total = plus(ratio, bias)
        value = w.to(power_of_two(integer.mulhi(_log2(total) * 64, power)), exponent)
        out[..., t, :] = np.where(total.m == 0, 0, value) - offset
    return out
