"""The contract of a learner: normalised features → a graph.

Every learner is fed the same thing: standardised features z = (f − mean) / std, and lowers to
a graph whose input is the int16 feature vector in Q8.8 (see core/pipeline.py), or int8. The
compiler then treats a neural network, a cluster list and a tree ensemble alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from .graph import Graph

F32 = npt.NDArray[np.float32]
Arrays = Mapping[str, npt.NDArray[np.generic]]


@dataclass(frozen=True)
class FeatureSet:
    """Features of windows.

    Args:
        z: standardised features, shape (windows, features), float32.
        labels: shape (windows,), index into `classes`; −1 for no label.
        classes: class names.
        groups: what a split keeps together (subject, session or recording), shape (windows,).
    """

    z: F32
    labels: npt.NDArray[np.int64]
    classes: tuple[str, ...]
    groups: npt.NDArray[np.str_]


@dataclass(frozen=True)
class Fitted:
    """A trained learner as plain arrays, so that a run folder holds no code and no pickle.

    Args:
        learner: plugin name.
        arrays: name → array, stored as NPZ.
        facts: numbers and strings beside them, stored as JSON.
        history: learning curves, name → one number per epoch.
    """

    learner: str
    arrays: Arrays
    facts: Mapping[str, Any]
    history: Mapping[str, tuple[float, ...]]


class Progress(Protocol):
    """Told how far a fit is."""

    def __call__(self, done: int, total: int, note: str = "") -> None: ...


@dataclass(frozen=True)
class Fold:
    """One model to train: rows to fit on, rows for early stopping or calibration, a seed."""

    train: npt.NDArray[np.int64]
    validate: npt.NDArray[np.int64]
    seed: int


@dataclass(frozen=True)
class Learner:
    """A learner plugin; the module constant LEARNER.

    Args:
        task: "classifier", "regressor" or "anomaly".
        fit: (data, params, folds, progress) → one Fitted per fold. All folds at once, so that
            a learner may train them together.
        predict: (fitted, z) → float scores: class probabilities (windows, classes), values, or
            anomaly scores (windows,), higher is stranger. The float model.
        lower: (fitted, calibration rows of training z, z_lsb, name) → Graph, full integer.
            z_lsb: standard deviations per unit of the int8 network input.
    """

    name: str
    summary: str
    task: str
    params: type[Any]
    fit: Callable[[FeatureSet, Any, tuple[Fold, ...], Progress], tuple[Fitted, ...]]
    predict: Callable[[Fitted, F32], npt.NDArray[np.float64]]
    lower: Callable[[Fitted, F32, float, str], Graph]
    package: str
