"""Fit the dense classifier, and what the float network computes."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from motekit.core.learner import F32, FeatureSet, Fitted, Fold, Progress
from motekit.models.networks import exact, fitting, neurons

from .params import DenseParams

NAME = "dense"


def fit(
    data: FeatureSet, params: DenseParams, folds: tuple[Fold, ...], progress: Progress
) -> tuple[Fitted, ...]:
    """Train one network per fold, many at once (see `networks.fitting.train`)."""
    if not folds:
        return ()
    fitting.check(data, folds)
    from motekit.models.networks.perceptron import Perceptron

    net = Perceptron((data.z.shape[1], *params.hidden, len(data.classes)))
    trained = fitting.train(net, data, params, folds, progress)
    return tuple(_fitted(one, fold.seed, params) for one, fold in zip(trained, folds, strict=True))


def _fitted(trained: fitting.Trainee, seed: int, p: DenseParams) -> Fitted:
    facts: dict[str, Any] = {
        "seed": int(seed),
        "checkpoints": p.checkpoints,
        "kept_checkpoint": trained.kept,
        "per_channel": p.per_channel,
        "calibration": p.calibration,
    }
    return Fitted(NAME, neurons.arrays(trained.weights), facts, trained.history)


def predict(fitted: Fitted, z: F32) -> npt.NDArray[np.float64]:
    """Class probabilities of the float model, shape (windows, classes)."""
    return exact.softmax(neurons.layer_outputs(fitted, z)[-1])


def activations(fitted: Fitted, z: F32) -> list[npt.NDArray[np.float64]]:
    """What each op of the lowered graph would put out without quantization."""
    outputs = neurons.layer_outputs(fitted, z)
    return [*outputs, exact.softmax(outputs[-1])]
