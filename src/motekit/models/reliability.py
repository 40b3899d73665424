"""Can the probabilities be taken at their word? Calibration error and the bins behind it.

Source: Guo, Pleiss, Sun, Weinberger, "On calibration of modern neural networks", ICML 2017.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

BINS = 10


@dataclass(frozen=True)
class ReliabilityBin:
    """Windows whose top probability lies in [low, high), the last bin closed.

    Args:
        confidence: mean top probability, accuracy: share of right answers; both 0 if empty.
    """

    low: float
    high: float
    confidence: float
    accuracy: float
    windows: int


def bins(
    probabilities: npt.NDArray[np.floating], labels: npt.NDArray[np.int64]
) -> tuple[ReliabilityBin, ...]:
    """Ten bins of equal width over the top probability."""
    top = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    where = np.clip((top * BINS).astype(np.int64), 0, BINS - 1)
    count = np.bincount(where, minlength=BINS)
    divisor = np.maximum(count, 1)
    confidence = np.bincount(where, weights=top, minlength=BINS) / divisor
    accuracy = np.bincount(where, weights=right, minlength=BINS) / divisor
    return tuple(
        ReliabilityBin(i / BINS, (i + 1) / BINS, float(c), float(a), int(n))
        for i, (c, a, n) in enumerate(zip(confidence, accuracy, count, strict=True))
    )


def calibration_error(found: tuple[ReliabilityBin, ...]) -> float:
    """Expected calibration error: mean |confidence − accuracy|, weighted by windows."""
    total = sum(b.windows for b in found)
    if not total:
        return 0.0
    return sum(b.windows * abs(b.confidence - b.accuracy) for b in found) / total
