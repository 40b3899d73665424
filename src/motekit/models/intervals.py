"""How far a share or a mean over groups may be off."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

Z95 = 1.959963984540054  # 97.5 % quantile of the normal distribution
RESAMPLES = 4000


def wilson(hits: int, count: int) -> tuple[float, float]:
    """95 % interval of a share of independent cases; (0, 1) without any.

    Source: Wilson, Journal of the American Statistical Association 22 (1927).
    """
    if count == 0:
        return 0.0, 1.0
    share, z2 = hits / count, Z95 * Z95
    middle = (share + z2 / (2 * count)) / (1 + z2 / count)
    half = Z95 / (1 + z2 / count) * math.sqrt(share * (1 - share) / count + z2 / (4 * count**2))
    low = 0.0 if hits == 0 else max(0.0, middle - half)
    high = 1.0 if hits == count else min(1.0, middle + half)
    return low, high


def over_groups(hits: Sequence[float], counts: Sequence[float]) -> tuple[float, float]:
    """95 % interval of Σ hits / Σ counts when whole groups were drawn, not windows.

    Windows of one subject are alike, so treating them as independent would promise too much.
    A seeded bootstrap that draws groups with replacement; for one group the Wilson interval.
    Counts of 1 give the interval of a plain mean over groups.
    """
    if len(hits) < 2:
        return wilson(round(sum(hits)), round(sum(counts)))
    rng = np.random.default_rng(0)
    draw = rng.integers(0, len(hits), size=(RESAMPLES, len(hits)))
    h, n = np.asarray(hits, dtype=np.float64)[draw], np.asarray(counts, dtype=np.float64)[draw]
    shares = h.sum(axis=1) / np.maximum(n.sum(axis=1), 1e-12)
    low, high = np.quantile(shares, (0.025, 0.975))
    return float(low), float(high)
