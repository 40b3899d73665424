"""Clusters with radii, and how far a window lies outside them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from motekit.core.errors import InputError

F64 = npt.NDArray[np.float64]
_ROWS = 2048  # windows whose distances are computed at a time: bounds memory


@dataclass(frozen=True)
class Clusters:
    """Centres, shape (k, axes), and radii, shape (k,), in standard deviations.

    The cluster with the most windows comes first: a search that keeps the best so far then
    rarely improves on it.
    """

    centres: F64
    radii: F64


def distances(points: F64, centres: F64) -> F64:
    """Euclidean distance of each point to each centre, shape (points, k)."""
    parts = [
        np.sqrt(((points[i : i + _ROWS, None, :] - centres) ** 2).sum(axis=2))
        for i in range(0, len(points), _ROWS)
    ]
    return np.concatenate(parts) if parts else np.empty((0, len(centres)))


def score(clusters: Clusters, points: F64) -> F64:
    """min over clusters (distance − radius): below 0 inside, above 0 outside of all."""
    return np.asarray((distances(points, clusters.centres) - clusters.radii).min(axis=1))


def cluster(points: F64, count: int, starts: int, seed: int) -> Clusters:
    """K-means (Lloyd's algorithm, k-means++ starts); radius: the farthest window of a cluster.

    Bit-reproducible: one thread, so that sums keep their order.

    Raises InputError if there are fewer different points than clusters.

    Source: Arthur and Vassilvitskii, "k-means++", SODA 2007; scikit-learn's KMeans.
    """
    different = len(np.unique(points, axis=0))
    if different < count:
        raise InputError(
            "there are fewer different windows than clusters", where="anomaly.clusters",
            value=f"{different} windows, {count} clusters",
            way_out=f"at most {different} clusters, or record more",
        )  # fmt: skip
    from sklearn.cluster import KMeans
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        found = KMeans(count, n_init=starts, random_state=seed).fit(points)
    centres = found.cluster_centers_.astype(np.float32).astype(np.float64)
    away = distances(points, centres)
    nearest = away.argmin(axis=1)
    radii = np.array([away[nearest == k, k].max(initial=0.0) for k in range(count)])
    order = np.argsort(-np.bincount(nearest, minlength=count), kind="stable")
    return Clusters(centres[order], radii[order].astype(np.float32).astype(np.float64))
