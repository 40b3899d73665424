"""Fit the detector: clusters of the training rows, threshold on rows they have not seen."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from motekit.core.learner import F32, FeatureSet, Fitted, Fold, Progress
from motekit.models import detector

from .cluster import Clusters, cluster, score
from .params import KmeansParams

NAME = "kmeans"


def fit(
    data: FeatureSet, params: KmeansParams, folds: tuple[Fold, ...], progress: Progress
) -> tuple[Fitted, ...]:
    """One detector per fold (see `models.detector.fit`).

    Raises InputError for axes that do not exist, or fewer windows than clusters.
    """
    kind = detector.Kind(
        NAME, lambda points, seed: cluster(points, params.clusters, params.starts, seed), score,
        _arrays,
    )  # fmt: skip
    return detector.fit(kind, data, params, folds, progress)


def _arrays(clusters: Clusters) -> dict[str, npt.NDArray[np.generic]]:
    return {
        "centres": clusters.centres.astype(np.float32),
        "radii": clusters.radii.astype(np.float32),
    }


def clusters_of(fitted: Fitted) -> Clusters:
    """Centres and radii of a fitted detector."""
    return Clusters(
        fitted.arrays["centres"].astype(np.float64), fitted.arrays["radii"].astype(np.float64)
    )


def predict(fitted: Fitted, z: F32) -> npt.NDArray[np.float64]:
    """Anomaly scores, shape (windows,), in standard deviations; compare with "threshold"."""
    return score(clusters_of(fitted), detector.chosen(fitted, z))
