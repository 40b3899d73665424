"""Real FFTs whose length is even and a product of 2, 3 and 5: what mk_fft_mixed_* read and equal.

The passes split the whole into blocks: two halves once, if the number of twos is odd, then
quarters, thirds and fifths. A block holds the values whose frequency, in turns a sample, is
(f + j) / r, where f belongs to its parent; at the end every value is a block of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from motekit.core.block import F64

from . import integer
from .tables import turns

I64 = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Mixed:
    """One length.

    Args:
        length: samples.
        twos: how often 2 divides length / 2.
        odds: the odd radices in order.
        angles: in turns: of the radix-4 passes, then of each odd pass, one a block.
        places: where the power of bin k = 0 … length/2 lies, in floats or words.
        splits: turns of bins 1 … length/4, for the step from half a transform to a real one.
    """

    length: int
    twos: int
    odds: tuple[int, ...]
    angles: F64
    places: npt.NDArray[np.uint16]
    splits: F64

    def table(self) -> F64:
        """cos, sin of all angles, then of all splits, interleaved."""
        angle = 2 * np.pi * np.concatenate([self.angles, self.splits])
        return np.stack([np.cos(angle), np.sin(angle)], axis=-1).reshape(-1)

    @property
    def loss(self) -> float:
        """What fixed point loses: a third is a sum of three divided by four, a fifth by eight."""
        return float(np.prod([{3: 0.75, 5: 0.625}[r] for r in self.odds]))


def is_mixed(length: int) -> bool:
    """Whether a length needs more than radix 4 and 2."""
    return length & (length - 1) != 0


@lru_cache(maxsize=32)
def mixed(length: int) -> Mixed:
    """The passes of a length."""
    half = length // 2
    twos = (half & -half).bit_length() - 1
    rest = half >> twos
    odds: list[int] = []
    for radix in (3, 5):
        while rest % radix == 0:
            odds.append(radix)
            rest //= radix
    blocks = 1 << twos
    frequency = 4 * turns(blocks)  # of the blocks after the passes of 2 and 4
    angles = [turns(max(1, blocks // 4))]
    for radix in odds:
        angles.append(frequency / radix)
        frequency = ((frequency[:, None] + np.arange(radix)) / radix).reshape(-1)
    places = np.zeros(half + 1, dtype=np.uint16)
    places[np.round(frequency * half).astype(int)] = 2 * np.arange(half)
    places[half] = 1
    splits = np.arange(1, half // 2 + 1) / length
    return Mixed(length, twos, tuple(odds), np.concatenate(angles), places, splits)


@lru_cache(maxsize=32)
def twiddles(length: int) -> npt.NDArray[np.float32]:
    """The table for mk_fft_mixed_f32."""
    return mixed(length).table().astype(np.float32)


@lru_cache(maxsize=32)
def twiddles_q(length: int) -> npt.NDArray[np.int32]:
    """The table for mk_fft_mixed_q."""
    return integer.q31(mixed(length).table())


def _turn(z: tuple[I64, I64], w: I64) -> tuple[I64, I64]:
    """z × (c, −s)."""
    return integer._turned(z[0], z[1], w[..., 0], w[..., 1])


def _scaled(a: I64, factor: int) -> I64:
    """a × factor / 2^31, as mk_fft_mixed_q does it."""
    return integer.mulhi(a, factor) * 2


def _q31(value: float) -> int:
    return round(value * 2**31)


SIN3 = _q31(np.sqrt(0.75))
COS5 = _q31(np.cos(2 * np.pi / 5)), _q31(np.cos(4 * np.pi / 5))
SIN5 = _q31(np.sin(2 * np.pi / 5)), _q31(np.sin(4 * np.pi / 5))


def _third(t: list[tuple[I64, I64]]) -> list[tuple[I64, I64]]:
    s = [t[1][c] + t[2][c] for c in (0, 1)]
    v = [_scaled(t[1][c] - t[2][c], SIN3) for c in (0, 1)]
    u = [t[0][c] - (s[c] >> 1) for c in (0, 1)]
    out = [(t[0][0] + s[0], t[0][1] + s[1]), (u[0] + v[1], u[1] - v[0]), (u[0] - v[1], u[1] + v[0])]
    return [((re + 2) >> 2, (im + 2) >> 2) for re, im in out]


def _fifth(t: list[tuple[I64, I64]]) -> list[tuple[I64, I64]]:
    s1, s2 = ([t[a][c] + t[b][c] for c in (0, 1)] for a, b in ((1, 4), (2, 3)))
    d1, d2 = ([t[a][c] - t[b][c] for c in (0, 1)] for a, b in ((1, 4), (2, 3)))
    u1 = [t[0][c] + _scaled(s1[c], COS5[0]) - _scaled(s2[c], -COS5[1]) for c in (0, 1)]
    u2 = [t[0][c] + _scaled(s2[c], COS5[0]) - _scaled(s1[c], -COS5[1]) for c in (0, 1)]
    v1 = [_scaled(d1[c], SIN5[0]) - _scaled(d2[c], -SIN5[1]) for c in (0, 1)]
    v2 = [_scaled(d1[c], SIN5[1]) - _scaled(d2[c], SIN5[0]) for c in (0, 1)]
    out = [
        (t[0][0] + s1[0] + s2[0], t[0][1] + s1[1] + s2[1]),
        (u1[0] + v1[1], u1[1] - v1[0]),
        (u2[0] + v2[1], u2[1] - v2[0]),
        (u2[0] - v2[1], u2[1] + v2[0]),
        (u1[0] - v1[1], u1[1] + v1[0]),
    ]
    return [((re + 4) >> 3, (im + 4) >> 3) for re, im in out]


def _odd_pass(z: tuple[I64, I64], radix: int, w: I64) -> tuple[I64, I64]:
    """One pass over blocks whose angles are those of w (blocks × 2)."""
    lead, half = z[0].shape[:-1], z[0].shape[-1]
    parts = [p.reshape(*lead, len(w), radix, half // (len(w) * radix)) for p in z]
    t = [(parts[0][..., q, :], parts[1][..., q, :]) for q in range(radix)]
    power = one = w[:, None, :]
    first = (np.arange(len(w)) == 0)[:, None]  # is not turned
    for q in range(1, radix):
        turned = _turn(t[q], power)
        t[q] = (np.where(first, t[q][0], turned[0]), np.where(first, t[q][1], turned[1]))
        c, s = power[..., 0], power[..., 1]
        next_c = (integer.mulhi(c, one[..., 0]) - integer.mulhi(s, one[..., 1])) * 2
        next_s = (integer.mulhi(c, one[..., 1]) + integer.mulhi(s, one[..., 0])) * 2
        power = np.stack([next_c, next_s], axis=-1)
    out = _third(t) if radix == 3 else _fifth(t)
    return (
        np.stack([o[0] for o in out], axis=-2).reshape(*lead, half),
        np.stack([o[1] for o in out], axis=-2).reshape(*lead, half),
    )


def fft_power(x: I64) -> npt.NDArray[np.uint64]:
    """|4 X[k] / length × loss|² of windows, k = 0 … length/2, as mk_fft_mixed_q."""
    length = x.shape[-1]
    m = mixed(length)
    table = twiddles_q(length).astype(np.int64).reshape(-1, 2)
    z = (x[..., 0::2], x[..., 1::2])
    half = length // 2
    quarter = half
    if m.twos % 2:
        lower, upper = [p[..., : half // 2] for p in z], [p[..., half // 2 :] for p in z]
        z = (
            (np.concatenate([lower[0] + upper[0], lower[0] - upper[0]], axis=-1) + 1) >> 1,
            (np.concatenate([lower[1] + upper[1], lower[1] - upper[1]], axis=-1) + 1) >> 1,
        )
        quarter //= 2
    for _ in range(m.twos // 2):
        quarter //= 4
        z = integer._radix4(z, quarter, length, table)
    at = max(1, (1 << m.twos) // 4)
    blocks = 1 << m.twos
    for radix in m.odds:
        z = _odd_pass(z, radix, table[at : at + blocks])
        at += blocks
        blocks *= radix
    return _split(z, m, table[at:])


def _split(z: tuple[I64, I64], m: Mixed, table: I64) -> npt.NDArray[np.uint64]:
    half = m.length // 2
    order = m.places[:half].astype(int) // 2
    re, im = z[0][..., order], z[1][..., order]
    out = np.empty((*re.shape[:-1], half + 1), dtype=np.int64)
    k = np.arange(1, (half + 1) // 2)
    er, ei = re[..., k] + re[..., half - k], im[..., k] - im[..., half - k]
    fr, fi = im[..., k] + im[..., half - k], re[..., half - k] - re[..., k]
    tr, ti = integer._turned(fr, fi, table[k - 1, 0], table[k - 1, 1])
    out[..., k] = (er + tr) ** 2 + (ei + ti) ** 2
    out[..., half - k] = (er - tr) ** 2 + (ei - ti) ** 2
    if half % 2 == 0:
        middle = half // 2
        out[..., middle] = (2 * re[..., middle]) ** 2 + (2 * im[..., middle]) ** 2
    out[..., 0] = (2 * (re[..., 0] + im[..., 0])) ** 2
    out[..., half] = (2 * (re[..., 0] - im[..., 0])) ** 2
    return out.astype(np.uint64)
