"""Moments of windows that are not kept, in integers: what mk_exact_q.c equals bit for bit."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from . import wide as w
from .integer import shape_of

I64 = npt.NDArray[np.int64]


ROOM = 63  # bits of a sum of fourth powers


def bits(length: int) -> int:
    """Of e, so that no sum over a window of this length overflows."""
    return min(14, (ROOM - length.bit_length()) // 4)


def _over(a: I64, n: int) -> I64:
    """a / n towards zero."""
    return np.asarray(np.sign(a) * (np.abs(a) // n))


class Sums:
    """Sums of the powers 1 … 4 of e, the distance to the first sample in 2^down, rounded.

    All sums fit 64 bits, those moved to the mean as well: what overflows on the way does no harm.
    """

    def __init__(self, shape: tuple[int, ...], most: int) -> None:
        self.most = most
        self.down = np.zeros(shape, dtype=np.int64)
        self.sums = [np.zeros(shape, dtype=np.int64) for _ in range(4)]

    def add(self, d: I64) -> None:
        """Take in a part: distances to the first sample, … × samples."""
        bits = np.bitwise_or.reduce(np.abs(d), axis=-1)
        old = self.down.copy()
        for _ in range(32):
            self.down += (bits >> self.down) >= 1 << self.most
        by = self.down - old
        self.sums = [s >> np.minimum(63, (i + 1) * by) for i, s in enumerate(self.sums)]
        each = self.down[..., None]
        e = np.where(each == 0, d, ((d >> np.maximum(each - 1, 0)) + 1) >> 1)
        self.sums = [s + np.sum(e ** (i + 1), axis=-1) for i, s in enumerate(self.sums)]

    def shape(self, n: int) -> tuple[w.Wide, I64, I64]:
        """(mean square in steps of 2^down, skewness, kurtosis) of n samples."""
        s1, s2, s3, s4 = self.sums
        m = _over(s1 + np.where(s1 < 0, -(n // 2), n // 2), n)
        r = s1 - n * m
        n2 = s2 - m * (s1 + r)
        n3 = s3 - m * (3 * s2 - m * (3 * s1 - n * m))
        n4 = s4 - m * (4 * s3 - m * (6 * s2 - m * (4 * s1 - n * m)))
        square, third, second = r * r // n, _over(n3, n), n2 // n
        moved = n2 - square, n3 - _over(3 * (r * n2), n), n4 - 4 * (r * third) + 6 * square * second
        return shape_of(moved, n, 0)


def moments(y: I64, parts: Iterable[int], most: int) -> tuple[I64, w.Wide, I64, I64]:
    """(down, mean square, skewness, kurtosis) of windows (… × samples).

    Args:
        parts: samples that are taken in at a time.
        most: bits of e.
    """
    sums, at = Sums(y.shape[:-1], most), 0
    for count in parts:
        sums.add(y[..., at : at + count] - y[..., :1])
        at += count
    return sums.down, *sums.shape(y.shape[-1])
