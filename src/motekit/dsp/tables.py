"""Constant tables that the shared C reads. Computed here, in flash there."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt


def turns(count: int) -> npt.NDArray[np.float64]:
    """Mirrored binary fractions of m = 0 … count − 1, below 1/4: bit i of m is worth 2^-(i + 3)."""
    m = np.arange(count)
    return np.asarray(sum(((m >> i) & 1) / 2.0 ** (i + 3) for i in range(count.bit_length())))


@lru_cache(maxsize=64)
def twiddles(length: int) -> npt.NDArray[np.float32]:
    """cos, sin of `turns`, interleaved, for mk_fft.h."""
    angle = 2 * np.pi * turns(length // 4)
    table = np.stack([np.cos(angle), np.sin(angle)], axis=-1).astype(np.float32).reshape(-1)
    table.setflags(write=False)
    return table
