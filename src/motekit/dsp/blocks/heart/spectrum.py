"""The heart rate a second time, without beats: the strongest frequency of the rhythm, in integers.

What is looked at is one bit every 40 ms or so: whether the short average of the squared pass band
lies above the long one around it. Amplitude plays no part, so neither a burst of movement nor a
slow change of the pulse's height drowns the rest of the window; a spectrum of hard-limited signals
is the classic remedy against such noise (J. H. Van Vleck and D. Middleton, "The spectrum of clipped
noise", 1966). The spectrum of a signal of ±1 follows from where it turns over: one Hann window and
one phase for each turn, divided by the frequency. Long windows are cut into equal parts of at most
30 s, whose amplitude spectra are added.

A rate scores with its own amplitude and half of that at twice the rate: beats are pulses, which
have a strong second harmonic, and without it half of a rate or twice of it is taken for the rate
more often. Between bins the rate follows from the two highest ones, as for a tone under a Hann
window (T. Grandke, "Interpolation algorithms for discrete Fourier transforms of weighted signals",
1983).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from .params import Params

I64 = npt.NDArray[np.int64]
BITS_HZ = 25.0
PART_S = 30.0  # a heart does not keep its rate longer
TURN = 128  # entries of a turn in the table
SINE = np.round(127 * np.sin(2 * np.pi * np.arange(TURN * 5 // 4) / TURN)).astype(np.int64)
KEPT = 11  # bits of an amplitude: squares of all bins add up to less than 2^32
FINE = 256  # parts of a bin


@dataclass(frozen=True)
class Scan:
    """Where the spectrum is looked at.

    Args:
        every: samples a bit.
        bits: of the window.
        part: bits of one part.
        parts: that the window is cut into.
        low, high: the lowest and highest bin that may be the rate; bin k has k turns in a part.
        step: of a phase of 2^32 a turn, in a bit, for bin 1.
        unit: what the middle of the Hann window weighs.
    """

    every: int
    bits: int
    part: int
    parts: int
    low: int
    high: int

    @property
    def step(self) -> int:
        return (2**32 - 1) // self.part

    @property
    def unit(self) -> int:
        return 32767 // self.part

    @property
    def bins(self) -> int:
        """From low − 1 to 2 high + 1."""
        return 2 * self.high + 3 - self.low

    @property
    def span(self) -> int:
        """Samples of one part."""
        return self.part * self.every


@dataclass(frozen=True)
class Peak:
    """The strongest rate.

    Args:
        at: in 256ths of a bin; 0: nothing turns over.
        near, total: squared amplitudes at the peak, its multiples and their neighbours, and of
            all bins.
    """

    at: int
    near: int
    total: int


@lru_cache(maxsize=64)
def scan(rate_hz: float, length: int, p: Params) -> Scan:
    """Bits and bins for this rate and window."""
    every = max(1, round(rate_hz / BITS_HZ))
    bits = -(-length // every)
    parts = int(np.ceil(bits * every / rate_hz / PART_S))
    part = bits // parts
    seconds = part * every / rate_hz
    low = int(np.ceil(p.slowest_bpm / 60 * seconds))
    high = max(low, int(p.fastest_bpm / 60 * seconds))
    return Scan(every, bits, part, parts, low, high)


def amplitudes(above: I64, k: Scan) -> I64:
    """One part as 0 and 1 → amplitudes of all bins, whole numbers."""
    at = np.flatnonzero(np.diff(above)) + 1
    phase = (at * k.step) % 2**32
    hann = (127 - SINE[(phase >> 25) + TURN // 4]) * k.unit
    weight = np.where(above[at] > 0, hann, -hann)
    every = (np.arange(k.low - 1, 2 * k.high + 2)[:, None] * phase) % 2**32 >> 25
    re = ((weight * SINE[every + TURN // 4] + 2**14) >> 15).sum(axis=1)
    im = ((weight * SINE[every] + 2**14) >> 15).sum(axis=1)
    size = np.sqrt((re * re + im * im).astype(np.float64))  # exact below 2^52
    return np.asarray(size.astype(np.int64))


def refined(left: int, best: int, right: int) -> int:
    """Where a tone lies from the highest of three bins, in 256ths of a bin; C's division."""
    side = max(left, right)
    way = FINE * (2 * side - best) // (side + best) if 2 * side > best else 0
    return min(FINE // 2, way) * (1 if right >= left else -1)


def peak(above: npt.NDArray[np.bool_], k: Scan) -> Peak:
    """One window of bits → its strongest rate."""
    bits = above.astype(np.int64)
    parts = (bits[i * k.part : (i + 1) * k.part] for i in range(k.parts))
    sums = np.sum([amplitudes(part, k) for part in parts], axis=0)
    a = sums * 256 // np.arange(k.low - 1, 2 * k.high + 2)
    a >>= max(0, int(a.max()).bit_length() - KEPT)
    if not a.any():
        return Peak(0, 0, 0)
    own = np.arange(1, k.high - k.low + 2)  # a[0] is bin low − 1
    second = 2 * own + k.low - 1
    twice = np.max([a[second - 1], a[second], a[second + 1]], axis=0)
    best = int(np.argmax(a[own] + twice // 2)) + 1
    left, middle, right = (int(v) for v in a[best - 1 : best + 2])
    at = (best + k.low - 1) * FINE + refined(left, middle, right)
    turns = k.low + np.arange(len(a))  # of a bin, and one more
    near = turns % (best + k.low - 1) <= 2
    return Peak(at, int((a * a)[near].sum()), int((a * a).sum()))
