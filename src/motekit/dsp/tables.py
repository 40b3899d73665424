"""Constant tables that the shared C reads. Computed here, in flash there."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt


@lru_cache(maxsize=64)
def twiddles(length: int) -> npt.NDArray[np.float32]:
    """cos, sin of 2πk/length for k = 0 … length/4 − 1, interleaved, for mk_fft.h."""
    angle = 2 * np.pi * np.arange(length // 4) / length
    table = np.stack([np.cos(angle), np.sin(angle)], axis=-1).astype(np.float32).reshape(-1)
    table.setflags(write=False)
    return table
