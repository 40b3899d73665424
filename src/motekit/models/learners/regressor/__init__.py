"""Regressor: a small multilayer perceptron that tells a value instead of a class.

Trained on the Huber loss (Huber, "Robust estimation of a location parameter", 1964) of
standardised targets, so that a few wrong targets do not bend it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from motekit.core.graph import Graph
from motekit.core.learner import F32, FeatureSet, Fitted, Fold, Learner, Progress
from motekit.models.networks import fitting, neurons

from .params import Params

NAME = "regressor"


def fit(
    data: FeatureSet, params: Params, folds: tuple[Fold, ...], progress: Progress
) -> tuple[Fitted, ...]:
    """Train one network per fold on `FeatureSet.targets`. Raises InputError without any."""
    if not folds:
        return ()
    targets = fitting.check_targets(data, folds)
    from motekit.models.networks.perceptron import Perceptron

    net = Perceptron((data.z.shape[1], *params.hidden, 1), regression=True)
    trained = fitting.train(net, data, params, folds, progress)
    return tuple(
        _fitted(one, fold, fitting.target_scale(targets, fold), params)
        for one, fold in zip(trained, folds, strict=True)
    )


def _fitted(
    trained: fitting.Trainee, fold: Fold, scale: tuple[float, float], p: Params
) -> Fitted:  # fmt: skip
    facts: dict[str, Any] = {
        "seed": int(fold.seed),
        "checkpoints": p.checkpoints,
        "kept_checkpoint": trained.kept,
        "per_channel": p.per_channel,
        "calibration": p.calibration,
        "target_mean": scale[0],
        "target_std": scale[1],
    }
    return Fitted(NAME, neurons.arrays(trained.weights), facts, trained.history)


def predict(fitted: Fitted, z: F32) -> npt.NDArray[np.float64]:
    """Values of the float model, shape (windows,), in the unit of the targets."""
    out = neurons.layer_outputs(fitted, z)[-1][:, 0]
    return np.asarray(fitted.facts["target_mean"] + fitted.facts["target_std"] * out)


def activations(fitted: Fitted, z: F32) -> list[npt.NDArray[np.float64]]:
    """What each op of the lowered graph would put out without quantization."""
    return neurons.layer_outputs(fitted, z)


def lower(fitted: Fitted, calibration: F32, z_lsb: float, name: str) -> Graph:
    """The network as a graph: int8 features [1, n] → int8 [1, 1], in standard deviations of the
    targets from their mean."""
    return neurons.lower(fitted, calibration, z_lsb, name, "none")


LEARNER = Learner(
    name=NAME,
    summary="small neural network that tells a value",
    task="regressor",
    params=Params,
    fit=fit,
    predict=predict,
    lower=lower,
    package=__name__,
    activations=activations,
)
