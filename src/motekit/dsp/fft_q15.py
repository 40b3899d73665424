"""FFT of real windows of 16 bits with one exponent a window: what mk_fft_q15.c equals bit for bit.

A value is rounded once a pass. Before a pass the whole is shifted by what its sums need, judged by
the largest energy re² + im² that the pass before left: sums of four turned values are at most four
times as large as the largest one.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from motekit.core.block import F64

from .integer import bit_reversed
from .tables import turns

I64 = npt.NDArray[np.int64]
Complex = tuple[I64, I64]
MORE = 2  # bits that sums have beside those of values
FOUR_FIT, TWO_FIT = 8190**2, 16380**2
LEAST, MOST = 16, 16384  # lengths


@lru_cache(maxsize=64)
def cosines(length: int) -> I64:
    """cos, sin of tables.turns in 32767ths, (length / 4) × 2: none is longer than 1."""
    angle = 2 * np.pi * turns(length // 4)
    return np.round(np.stack([np.cos(angle), np.sin(angle)], axis=-1) * 32767).astype(np.int64)


@lru_cache(maxsize=64)
def twiddles(length: int) -> npt.NDArray[np.uint32]:
    """The words that mk_fft_q15.h describes."""
    halves = cosines(length) & 0xFFFF
    out = (halves[:, 0] | halves[:, 1] << 16).astype(np.uint32)
    out.setflags(write=False)
    return out


def supports(length: int) -> bool:
    """Whether there is such an FFT: a power of two, 16 … 16384."""
    return length & (length - 1) == 0 and LEAST <= length <= MOST


def _shift(z: Complex, fit: int) -> I64:
    """The least shift of each window after which energies fit."""
    most = np.max(z[0] ** 2 + z[1] ** 2, axis=-1)
    down = np.zeros(most.shape, dtype=np.int64)
    while np.any(most > fit):
        down += most > fit
        most = np.where(most > fit, (most + 3) >> 2, most)
    return down


def _turned(z: Complex, c: I64, s: I64) -> Complex:
    """z × (c, −s) with MORE bits."""
    by = 15 - MORE
    return (z[0] * c + z[1] * s) >> by, (z[1] * c - z[0] * s) >> by


def _rounded(v: I64, down: I64) -> I64:
    """v / 2^down, halves upwards; down of each window."""
    each = down.reshape(*down.shape, *(1,) * (v.ndim - down.ndim))
    return np.asarray((v + ((1 << each) >> 1)) >> each)


def _radix4(z: Complex, quarter: int, table: I64, down: I64) -> Complex:
    lead, half = z[0].shape[:-1], z[0].shape[-1]
    blocks = half // (4 * quarter)
    part = [p.reshape(*lead, blocks, 4, quarter) for p in z]
    c1, s1 = table[:blocks, 0], table[:blocks, 1]
    index = np.arange(blocks)
    odd = index % 2 == 1
    c2 = np.where(odd, -table[index // 2, 1], table[index // 2, 0])
    s2 = np.where(odd, table[index // 2, 0], table[index // 2, 1])
    c3, s3 = (c1 * c2 - s1 * s2 + 16384) >> 15, (c1 * s2 + s1 * c2 + 16384) >> 15
    t = [(part[0][..., 0, :] << MORE, part[1][..., 0, :] << MORE)]
    first = (index == 0)[:, None]  # is not turned
    for i, (c, s) in enumerate(((c1, s1), (c2, s2), (c3, s3)), 1):
        one = part[0][..., i, :], part[1][..., i, :]
        far = _turned(one, c[:, None], s[:, None])
        t.append((np.where(first, one[0] << MORE, far[0]), np.where(first, one[1] << MORE, far[1])))
    r = t[1][0] + t[3][0], t[1][1] + t[3][1]
    q = t[1][1] - t[3][1], t[3][0] - t[1][0]
    out = []
    for k in (0, 1):
        near, away = t[0][k] + t[2][k], t[0][k] - t[2][k]
        out.append(np.stack([near + r[k], near - r[k], away + q[k], away - q[k]], axis=-2))
    re, im = (_rounded(o, down + MORE).reshape(*lead, half) for o in out)
    return re, im


def _radix2(z: Complex, table: I64, down: I64) -> Complex:
    """The last pass where the number of values is twice a power of four."""
    lead, half = z[0].shape[:-1], z[0].shape[-1]
    w = table[: half // 4]
    c = np.stack([w[:, 0], -w[:, 1]], axis=-1).reshape(-1)
    s = np.stack([w[:, 1], w[:, 0]], axis=-1).reshape(-1)
    pairs = [p.reshape(*lead, half // 2, 2) for p in z]
    far = _turned((pairs[0][..., 1], pairs[1][..., 1]), c, s)
    out = []
    for k in (0, 1):
        near = pairs[k][..., 0] << MORE
        both = np.stack([near + far[k], near - far[k]], axis=-1)
        out.append(_rounded(both, down + MORE).reshape(*lead, half))
    return out[0], out[1]


def _passes(x: I64) -> tuple[Complex, list[tuple[int, I64]]]:
    """(half a transform as it lies, (values in a sum, shift) of each pass and of the split)."""
    length = x.shape[-1]
    table = cosines(length)
    z: Complex = (x[..., 0::2], x[..., 1::2])
    quarter, half = length // 8, length // 2
    down = np.full(x.shape[:-1], 2, dtype=np.int64)
    shifts = []
    while quarter >= 1:
        z = _radix4(z, quarter, table, down)
        shifts.append((4, down))
        down = _shift(z, FOUR_FIT)
        quarter //= 4
    down = _shift(z, TWO_FIT)
    if half.bit_length() % 2 == 0:
        z = _radix2(z, table, down)
        shifts.append((2, down))
        down = _shift(z, TWO_FIT)
    return z, [*shifts, (4, down)]


def fft_power(x: I64) -> tuple[I64, I64]:
    """(|2 X[k] / 2^down|², k = 0 … length/2; down of each window) of samples of 16 bits."""
    z, shifts = _passes(x)
    order = bit_reversed(x.shape[-1] // 2)
    ordered = z[0][..., order], z[1][..., order]
    total = np.sum([down for _, down in shifts], axis=0)
    return _split(ordered, cosines(x.shape[-1]), shifts[-1][1]), total


def rounding(x: I64, sigmas: float) -> tuple[F64, float, I64]:
    """What rounding may do to |X| of each window: (an amount, a share of the largest |X|, down).

    Each pass rounds every value once, and cuts off a fraction of a unit of those it turns, which
    adds up; a table of 16 bits turns by an angle that is not quite the one, and shortens a little.
    """
    _, shifts = _passes(x)
    variance = np.full(x.shape[:-1], 1 / 12)  # of the samples
    bias = np.zeros(x.shape[:-1])
    for terms, down in shifts:
        variance = (terms * variance + 1 / 12) / 4.0**down + 1 / 12
        bias = (terms * bias + 3 * 2.0 ** -(MORE + 1)) / 2.0**down
    units = sigmas * np.sqrt(variance) + bias
    total = np.sum([down for _, down in shifts], axis=0)
    return units * 2.0 ** (total - 1), 1.5 * len(shifts) / 32768, total


def _split(z: Complex, table: I64, down: I64) -> I64:
    """Powers of half a transform in the order of its frequencies."""
    half = z[0].shape[-1]
    place = bit_reversed(half)
    k = np.arange(1, half)
    k = k[place[k] % 2 == 0]  # of k and half − k the one whose place is even
    c, s = table[place[k] // 2, 0], table[place[k] // 2, 1]
    (ar, ai), (br, bi) = ((z[0][..., at], z[1][..., at]) for at in (k, half - k))
    fr, fi = ai + bi, br - ar
    tr, ti = (fr * c + fi * s + 16384) >> 15, (fi * c - fr * s + 16384) >> 15
    twice = np.empty((2, *z[0].shape[:-1], half + 1), dtype=np.int64)  # of the amplitudes
    twice[0][..., k], twice[1][..., k] = ar + br + tr, ai - bi + ti
    twice[0][..., half - k], twice[1][..., half - k] = ar + br - tr, ai - bi - ti
    middle = half // 2
    twice[0][..., middle], twice[1][..., middle] = 2 * z[0][..., middle], 2 * z[1][..., middle]
    twice[0][..., 0] = 2 * (z[0][..., 0] + z[1][..., 0])
    twice[0][..., half] = 2 * (z[0][..., 0] - z[1][..., 0])
    twice[1][..., 0] = twice[1][..., half] = 0
    re, im = _rounded(twice[0], down), _rounded(twice[1], down)
    return np.asarray(re**2 + im**2)
