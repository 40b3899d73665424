"""Anomaly scores as a device sees them, and how a detector does on sets of windows."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from motekit.core.learner import Fitted
from motekit.core.pipeline import Q

from . import intervals


def threshold_q(fitted: Fitted, z_lsb: float) -> int:
    """The calibrated threshold in Q8.8, rounded up: a window is an anomaly above it."""
    return math.ceil(float(fitted.facts["threshold"]) * Q / z_lsb)


@dataclass(frozen=True)
class ScoreSet:
    """Scores of one set of windows against the threshold.

    Args:
        above: share of windows above the threshold, with its 95 % interval over groups.
        counts: windows in each bin of the edges that were given.
    """

    name: str
    windows: int
    above: float
    interval: tuple[float, float]
    counts: tuple[int, ...]


def edges(scores: npt.NDArray[np.floating], threshold: float, bins: int = 24
          ) -> npt.NDArray[np.float64]:  # fmt: skip
    """Bin edges over the bulk of the scores, with the threshold among them."""
    low, high = np.quantile(scores, (0.001, 0.999))
    low, high = min(float(low), threshold), max(float(high), threshold)
    width = max(high - low, 1e-6) / bins
    first = math.floor((low - threshold) / width)
    return np.asarray(threshold + width * np.arange(first, first + bins + 2), dtype=np.float64)


def judge(
    name: str, scores: npt.NDArray[np.floating], groups: npt.NDArray[np.str_], threshold: float,
    bin_edges: npt.NDArray[np.float64],
) -> ScoreSet:  # fmt: skip
    """Share above the threshold and histogram; scores beyond the edges count in the end bins."""
    above = scores > threshold
    names = np.unique(groups)
    hits = [int(above[groups == g].sum()) for g in names]
    counts = [int((groups == g).sum()) for g in names]
    inside = np.clip(scores, bin_edges[0], np.nextafter(bin_edges[-1], bin_edges[0]))
    found, _ = np.histogram(inside, bin_edges)
    share = float(above.mean()) if len(above) else 0.0
    return ScoreSet(
        name, len(scores), share, intervals.over_groups(hits, counts), tuple(found.tolist())
    )  # fmt: skip
