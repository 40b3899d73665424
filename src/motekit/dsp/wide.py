"""Numbers m × 2^e with 32 significant bits: what runtime/dsp/mk_wide.c equals bit for bit.

Arrays of any shape; m is uint64 with bit 31 set, or 0 (then e is 0); e is int64.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]

LOG2 = (-14204190, 66277388, -150075764, 246032204, -385624656, 774464822)
MOST = 2**31 - 1


@dataclass(frozen=True)
class Wide:
    """Non-negative numbers m × 2^e."""

    m: U64
    e: I64


def wide(value: npt.ArrayLike, e: npt.ArrayLike = 0) -> Wide:
    """value × 2^e, cut off to 32 significant bits. value: integers from 0 below 2^64."""
    v = np.array(value, dtype=np.uint64)
    exponent = np.broadcast_to(np.asarray(e, dtype=np.int64), v.shape).copy() + 32
    for step in (32, 16, 8, 4, 2, 1):
        low = v < np.uint64(1 << (64 - step))
        v = np.where(low, v << np.uint64(step), v)
        exponent -= np.where(low, step, 0)
    m = v >> np.uint64(32)
    return Wide(m, np.where(m == 0, 0, exponent))


def times(a: Wide, b: Wide) -> Wide:
    """a × b."""
    return wide(a.m * b.m, a.e + b.e)


def over(a: Wide, b: Wide) -> Wide:
    """a / b, b > 0."""
    return wide((a.m << np.uint64(31)) // b.m, a.e - b.e - 31)


def root(a: Wide) -> Wide:
    """Square root: 16 bits exactly, 14 more by one step of Newton's method."""
    odd = a.e & 1
    value = a.m >> odd.astype(np.uint64)
    guess = np.sqrt(value.astype(np.float64)).astype(np.uint64)  # exact below 2^52
    rest = value - guess * guess
    more = (rest << np.uint64(14)) // np.maximum(guess << np.uint64(1), np.uint64(1))
    return wide((guess << np.uint64(14)) + more, (a.e + odd) // 2 - 14)


def to(a: Wide, e: npt.ArrayLike) -> I64:
    """floor(a / 2^e), at most 2^31 − 1."""
    shift = a.e - np.asarray(e, dtype=np.int64)
    down = np.clip(-shift, 0, 63).astype(np.uint64)
    out = (a.m >> down).astype(np.int64)
    out = np.where(shift >= 0, MOST, np.where(shift <= -32, 0, out))
    return np.asarray(np.where(a.m == 0, 0, out))


def whole(a: Wide) -> U64:
    """floor(a), a < 2^64."""
    left = np.clip(a.e, 0, 63).astype(np.uint64)
    right = np.clip(-a.e, 0, 63).astype(np.uint64)
    return np.asarray((a.m << left) >> right)


def log2(a: Wide) -> I64:
    """log2(a) in 2^-16ths, a > 0."""
    t = ((a.m >> np.uint64(16)) & np.uint64(0x7FFF)).astype(np.int64)
    p = np.full(t.shape, LOG2[0], dtype=np.int64)
    for coefficient in LOG2[1:]:
        p = ((p * t) >> 16) * 2 + coefficient
    return np.asarray((a.e + 31) * 65536 + ((((p * t) >> 16) + 2048) >> 12))
