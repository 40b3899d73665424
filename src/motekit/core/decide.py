"""From class scores of single windows to decisions: what runtime/pipeline/mk_decide.c must equal.

Smoothing sums the last `smooth` scores of each class; the class with the largest sum wins (the
lowest index among equals); it becomes a decision when its mean probability reaches the threshold
and no decision was made in the last `hold_off` windows. Until `smooth` windows have come there is
none. Hold-off counts down with every window.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from .pipeline import Decision

NO_DECISION = -1


def threshold_sum(decision: Decision) -> int:
    """The least sum of (score + 128) over `smooth` windows that reaches the threshold.

    A probability is (score + 128) / 256, so the sum is threshold × 256 × smooth, rounded up.
    """
    return math.ceil(round(decision.threshold * 256 * decision.smooth, 6))


def decide(scores: npt.NDArray[np.int8], decision: Decision) -> npt.NDArray[np.int8]:
    """Decisions for consecutive windows.

    Args:
        scores: shape (windows, classes), int8 class scores in the order of time.

    Returns:
        shape (windows,): class index, or −1.
    """
    levels = scores.astype(np.int64) + 128
    out = np.full(len(scores), NO_DECISION, dtype=np.int8)
    needed, hold = threshold_sum(decision), 0
    for i in range(len(scores)):
        if hold > 0:
            hold -= 1
            continue
        if i + 1 < decision.smooth:
            continue
        sums = levels[i + 1 - decision.smooth : i + 1].sum(axis=0)
        best = int(np.argmax(sums))
        if sums[best] >= needed:
            out[i] = best
            hold = decision.hold_off
    return out
