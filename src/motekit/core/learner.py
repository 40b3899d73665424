"""The contract of a learner: normalised features → a graph.

Every learner is fed the same thing: standardised features z = (f − mean) / std, limited to the
range of the Q8.8 form (see core/pipeline.py), and lowers to a graph whose input is that int16
vector, or int8. The compiler then treats a neural network, a cluster list and a tree ensemble
alike.
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
        z: standardised features, shape (windows, features), float32; raw features if every
            fold brings its own `Standard`.
        labels: shape (windows,), index into `classes`; −1 for no label.
        classes: class names.
        groups: what a split keeps together (subject, session or recording), shape (windows,).
        names: feature names, for learners that are told which features to use; may be empty.
        targets: what a regressor learns, one number a window, in a unit of its own; None for
            classifiers and detectors.
    """

    z: F32
    labels: npt.NDArray[np.int64]
    classes: tuple[str, ...]
    groups: npt.NDArray[np.str_]
    names: tuple[str, ...] = ()
    targets: npt.NDArray[np.float64] | None = None


@dataclass(frozen=True)
class Fitted:
    """A trained learner as plain arrays, so that a run folder holds no code and no pickle.

    Args:
        learner: plugin name.
        arrays: name → array, stored as NPZ.
        facts: numbers and strings beside them, stored as JSON.
        history: learning curves, name → one number per checkpoint: "loss", "accuracy",
            "validation_loss", "validation_accuracy", and the last two for each group among the
            validation rows ("validation_loss/s3").
    """

    learner: str
    arrays: Arrays
    facts: Mapping[str, Any]
    history: Mapping[str, tuple[float, ...]]


class Progress(Protocol):
    """Told how far a fit is."""

    def __call__(self, done: int, total: int, note: str = "") -> None: ...


@dataclass(frozen=True)
class Standard:
    """Standardisation learned on the training rows of one fold: clamp((f − mean) / std).

    Args:
        mean, std: shape (features,), in the units of `FeatureSet.z`; std > 0.
        limit: largest magnitude that the Q8.8 form can hold, in standard deviations.
    """

    mean: F32
    std: F32
    limit: float

    def __call__(self, features: npt.NDArray[np.floating[Any]]) -> F32:
        """Standardised features, float32, shape as given."""
        z = (features - self.mean) / self.std
        return np.asarray(np.clip(z, -self.limit, self.limit), dtype=np.float32)


@dataclass(frozen=True)
class Fold:
    """One model to train.

    Args:
        train: rows to fit on; augmented copies of windows are rows like any other.
        validate: rows for early stopping or calibration; may be empty.
        seed: of everything random in this fold. Equal folds give equal models, whatever
            other folds are trained with them.
        standard: how this fold standardises its rows; None if `FeatureSet.z` is ready.
        keep: which checkpoint of an iterative learner to keep, counted from 1 (larger than there
            are: the last); None for the one with the lowest validation loss. Curves of the
            validation rows are recorded either way.
    """

    train: npt.NDArray[np.int64]
    validate: npt.NDArray[np.int64]
    seed: int
    standard: Standard | None = None
    keep: int | None = None

    def z(self, data: FeatureSet, rows: npt.NDArray[np.int64]) -> F32:
        """Standardised features of some rows, as this fold's model sees them."""
        return data.z[rows] if self.standard is None else self.standard(data.z[rows])


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
        activations: (fitted, z) → what the float model computes where each op of the lowered
            graph has its output, shape (windows, outputs) each; None if the learner has no
            float counterpart of its graph.
    """

    name: str
    summary: str
    task: str
    params: type[Any]
    fit: Callable[[FeatureSet, Any, tuple[Fold, ...], Progress], tuple[Fitted, ...]]
    predict: Callable[[Fitted, F32], npt.NDArray[np.float64]]
    lower: Callable[[Fitted, F32, float, str], Graph]
    package: str
    activations: Callable[[Fitted, F32], list[npt.NDArray[np.float64]]] | None = None
