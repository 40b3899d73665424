"""What anomaly detectors share: the features they look at, folds, and the calibrated threshold."""

from __future__ import annotations

import fnmatch
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from motekit.core.errors import InputError
from motekit.core.learner import FeatureSet, Fitted, Fold, Progress
from motekit.core.pipeline import Q

from .calibrate import Calibration, calibrate, cross_scores, held_out_parts

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
M = TypeVar("M")


class Params(Protocol):
    """What every detector lets a user choose."""

    @property
    def axes(self) -> tuple[str, ...]: ...
    @property
    def false_alarm_rate(self) -> float: ...


@dataclass(frozen=True)
class Kind(Generic[M]):
    """One kind of detector over its model M.

    Args:
        model: (points [windows, axes], seed) → model.
        score: (model, points) → scores, higher is stranger.
        arrays: a model as plain arrays.
    """

    name: str
    model: Callable[[F64, int], M]
    score: Callable[[M, F64], F64]
    arrays: Callable[[M], dict[str, npt.NDArray[np.generic]]]


def choose_axes(patterns: tuple[str, ...], names: tuple[str, ...], features: int
                ) -> npt.NDArray[np.int64]:  # fmt: skip
    """Positions of the features that match a name or pattern, in feature order.

    Raises InputError for a pattern that matches nothing.
    """
    if not patterns:
        return np.arange(features)
    names = names or tuple(str(i) for i in range(features))
    for pattern in patterns:
        if not any(fnmatch.fnmatchcase(name, pattern) for name in names):
            raise InputError(
                "no feature is called so", where="anomaly.axes", value=pattern,
                way_out=f"there are: {', '.join(names)}",
            )  # fmt: skip
    return np.array(
        [i for i, name in enumerate(names) if any(fnmatch.fnmatchcase(name, p) for p in patterns)]
    )


def fit(
    kind: Kind[M], data: FeatureSet, params: Params, folds: tuple[Fold, ...], progress: Progress
) -> tuple[Fitted, ...]:
    """One detector per fold. Labels are ignored: every row counts as normal.

    The threshold comes from the fold's validation rows, or without any from the training rows
    themselves, each scored by a model that its group took no part in.

    Raises InputError for axes that do not exist, or too few windows.
    """
    axes = choose_axes(params.axes, data.names, data.z.shape[1])
    return tuple(
        _fit_fold(kind, data, params, axes, fold, _shifted(progress, i, len(folds)))
        for i, fold in enumerate(folds)
    )


def _shifted(progress: Progress, index: int, folds: int) -> Progress:
    def report(done: int, total: int, note: str = "") -> None:
        progress(100 * index + 100 * done // total, 100 * folds, note)

    return report


def _fit_fold(
    kind: Kind[M], data: FeatureSet, params: Params, axes: I64, fold: Fold, progress: Progress
) -> Fitted:
    if not len(fold.train):
        raise InputError("there are no windows to learn from", where="training rows", value=0,
                         way_out="import more recordings")  # fmt: skip
    points = fold.z(data, fold.train)[:, axes].astype(np.float64)
    model = kind.model(points, fold.seed)
    if len(fold.validate):
        seen = fold.z(data, fold.validate)[:, axes].astype(np.float64)
        groups, scores = data.groups[fold.validate], kind.score(model, seen)
    else:
        groups = data.groups[fold.train]
        scores = _cross(kind, points, groups, fold.seed, progress)
    found = calibrate(scores, groups, params.false_alarm_rate)
    progress(1, 1, kind.name)
    arrays = {**kind.arrays(model), "axes": axes.astype(np.int64)}
    return Fitted(kind.name, arrays, _facts(found, params, data.z.shape[1], fold), {})


def _cross(
    kind: Kind[M], points: F64, groups: npt.NDArray[np.str_], seed: int, progress: Progress
) -> F64:
    def fit_and_score(train: I64, held: I64) -> F64:
        return kind.score(kind.model(points[train], seed), points[held])

    return cross_scores(
        held_out_parts(groups), fit_and_score, lambda done, total: progress(done, total, kind.name)
    )


def _facts(found: Calibration, params: Params, features: int, fold: Fold) -> dict[str, Any]:
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
    return facts


def chosen(fitted: Fitted, z: npt.NDArray[np.float32]) -> F64:
    """The features that a detector looks at, shape (windows, axes)."""
    return z[:, fitted.arrays["axes"].astype(np.int64)].astype(np.float64)
