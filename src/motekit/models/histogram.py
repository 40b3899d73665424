"""What each feature looked like in training: the reference that drift is measured against."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from motekit.core.pipeline import Normalizer

from .data import FeatureTable

BINS = 16


@dataclass(frozen=True)
class Histogram:
    """One feature of the training windows in 16 bins of about equal count.

    Args:
        edges: the 15 borders between bins, in feature units, not decreasing; a value falls
            into the bin whose number is the count of edges that are not above it.
        edges_q8: the same in Q8.8, as a device sees the feature.
        counts: training windows in each bin.
        low, high, mean, std: over the training windows, in feature units.
    """

    name: str
    edges: tuple[float, ...]
    edges_q8: tuple[int, ...]
    counts: tuple[int, ...]
    low: float
    high: float
    mean: float
    std: float

    def as_dict(self) -> dict[str, Any]:
        """The same as JSON-like values."""
        return asdict(self)


def bin_of(values: npt.NDArray[Any], edges: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """Number of the bin of each value."""
    return np.asarray(np.searchsorted(edges, values, side="right"), dtype=np.int64)


def histograms(table: FeatureTable, normalizer: Normalizer) -> tuple[Histogram, ...]:
    """Histograms of all features over the real windows of a table; a detector's normal ones."""
    values = table.values[table.real if table.strange is None else table.real & ~table.strange]
    shares = np.arange(1, BINS) / BINS
    edges = np.quantile(values, shares, axis=0).astype(np.float32)
    edges_q8 = normalizer.q(edges)
    out = []
    for i, name in enumerate(table.names):
        own = values[:, i]
        counts = np.bincount(bin_of(own, edges[:, i]), minlength=BINS)
        out.append(
            Histogram(
                name,
                tuple(edges[:, i].tolist()),
                tuple(edges_q8[:, i].tolist()),
                tuple(counts.tolist()),
                float(own.min()),
                float(own.max()),
                float(own.mean()),
                float(own.std()),
            )
        )
    return tuple(out)
