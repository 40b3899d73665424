"""Whole square roots, as mk_root.h computes them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def isqrt(values: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Floor of the square root, exact for 0 to 2**32 − 1."""
    root = np.sqrt(values.astype(np.float64)).astype(np.int64)
    root -= root * root > values  # float64 holds every such value; sqrt may still round up
    return np.asarray(root + ((root + 1) ** 2 <= values))
