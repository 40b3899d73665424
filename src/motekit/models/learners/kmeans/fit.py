"""Fit the detector: clusters of the training rows, threshold on rows they have not seen."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from motekit.core.errors import InputError
from motekit.core.learner import F32, FeatureSet, Fitted, Fold, Progress
from motekit.core.pipeline import Q

from .calibrate import Calibration, calibrate, cross_scores, held_out_parts
from .cluster import Clusters, choose_axes, cluster, score
from .params import KmeansParams

NAME = "kmeans"


def fit(
    data: FeatureSet, params: KmeansParams, folds: tuple[Fold, ...], progress: Progress
) -> tuple[Fitted, ...]:
    """One detector per fold. Labels are ignored: every row counts as normal.

    The threshold comes from the fold's validation rows, or without any from the training rows
    themselves, each scored by clusters that its group took no part in.

    Raises InputError for axes that do not exist, or fewer windows than clusters.
    """
    axes = choose_axes(params.axes, data.names, data.z.shape[1])
    return tuple(
        _fit_fold(data, params, axes, fold, _shifted(progress, i, len(folds)))
        for i, fold in enumerate(folds)
    )


def _shifted(progress: Progress, index: int, folds: int) -> Progress:
    def report(done: int, total: int, note: str = "") -> None:
        progress(100 * index + 100 * done // total, 100 * folds, note)

    return report


def _fit_fold(
    data: FeatureSet, params: KmeansParams, axes: npt.NDArray[np.int64], fold: Fold,
    progress: Progress,
) -> Fitted:  # fmt: skip
    if not len(fold.train):
        raise InputError(
            "there are no windows to learn from",
            where="training rows",
            value=0,
            way_out="import more recordings",
        )
    points = fold.z(data, fold.train)[:, axes].astype(np.float64)
    clusters = cluster(points, params.clusters, params.starts, fold.seed)
    if len(fold.validate):
        seen = fold.z(data, fold.validate)[:, axes].astype(np.float64)
        groups, scores = data.groups[fold.validate], score(clusters, seen)
    else:
        groups = data.groups[fold.train]
        scores = _cross(points, params, groups, fold.seed, progress)
    found = calibrate(scores, groups, params.false_alarm_rate)
    progress(1, 1, NAME)
    return _fitted(clusters, axes, found, params, data.z.shape[1], fold)


def _cross(
    points: npt.NDArray[np.float64], params: KmeansParams, groups: npt.NDArray[np.str_], seed: int,
    progress: Progress,
) -> npt.NDArray[np.float64]:  # fmt: skip
    def fit_and_score(
        train: npt.NDArray[np.int64], held: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.float64]:
        part = cluster(points[train], params.clusters, params.starts, seed)
        return score(part, points[held])

    return cross_scores(
        held_out_parts(groups), fit_and_score, lambda done, total: progress(done, total, NAME)
    )


def _fitted(
    clusters: Clusters, axes: npt.NDArray[np.int64], found: Calibration, params: KmeansParams,
    features: int, fold: Fold,
) -> Fitted:  # fmt: skip
    arrays: dict[str, npt.NDArray[np.generic]] = {
        "centres": clusters.centres.astype(np.float32),
        "radii": clusters.radii.astype(np.float32),
        "axes": axes.astype(np.int64),
    }
    facts: dict[str, Any] = {
        "seed": int(fold.seed),
        "features": features,
        "threshold": found.threshold,
        "allowed_rate": params.false_alarm_rate,
        "false_alarm_rate": found.rate,
        "false_alarm_interval": list(found.interval),
        "calibration_windows": found.windows,
        "calibration_groups": found.groups,
    }
    if fold.standard is not None:
        facts["threshold_q8"] = math.ceil(found.threshold * 128 * Q / fold.standard.limit)
    return Fitted(NAME, arrays, facts, {})


def clusters_of(fitted: Fitted) -> Clusters:
    """Centres and radii of a fitted detector."""
    return Clusters(
        fitted.arrays["centres"].astype(np.float64), fitted.arrays["radii"].astype(np.float64)
    )


def predict(fitted: Fitted, z: F32) -> npt.NDArray[np.float64]:
    """Anomaly scores, shape (windows,), in standard deviations; compare with "threshold"."""
    axes = fitted.arrays["axes"].astype(np.int64)
    return score(clusters_of(fitted), z[:, axes].astype(np.float64))
