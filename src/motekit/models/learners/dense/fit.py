"""Fit the dense classifier, and what the float network computes."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from motekit.core.learner import F32, FeatureSet, Fitted, Fold, Progress
from motekit.models.networks import fitting

from .params import DenseParams

NAME = "dense"


def fit(
    data: FeatureSet, params: DenseParams, folds: tuple[Fold, ...], progress: Progress
) -> tuple[Fitted, ...]:
    """Train one network per fold, many at once (see `networks.fitting.train`)."""
    if not folds:
        return ()
    fitting.check(data, folds)
    from .net import DenseNet

    net = DenseNet((data.z.shape[1], *params.hidden, len(data.classes)))
    trained = fitting.train(net, data, params, folds, progress)
    return tuple(_fitted(one, fold.seed, params) for one, fold in zip(trained, folds, strict=True))


def _fitted(trained: fitting.Trainee, seed: int, p: DenseParams) -> Fitted:
    arrays: dict[str, npt.NDArray[np.generic]] = {}
    for i, (w, b) in enumerate(trained.weights):
        arrays[f"w{i}"] = np.ascontiguousarray(w.T)  # [out, in], the order of the kernels
        arrays[f"b{i}"] = b
    facts: dict[str, Any] = {
        "seed": int(seed),
        "checkpoints": p.checkpoints,
        "kept_checkpoint": trained.kept,
        "per_channel": p.per_channel,
        "calibration": p.calibration,
    }
    return Fitted(NAME, arrays, facts, trained.history)


def layers(fitted: Fitted) -> list[tuple[F32, F32]]:
    """(weights [out, in], bias [out]) of each layer."""
    count = sum(name.startswith("w") for name in fitted.arrays)
    return [
        (
            fitted.arrays[f"w{i}"].astype(np.float32, copy=False),
            fitted.arrays[f"b{i}"].astype(np.float32, copy=False),
        )
        for i in range(count)
    ]


def layer_outputs(fitted: Fitted, z: F32) -> list[npt.NDArray[np.float64]]:
    """Output of each layer in float64: hidden ones after ReLU, then the logits."""
    out, x = [], z.astype(np.float64)
    all_layers = layers(fitted)
    for i, (w, b) in enumerate(all_layers):
        x = x @ w.T.astype(np.float64) + b
        if i < len(all_layers) - 1:
            x = np.maximum(x, 0.0)
        out.append(x)
    return out


def predict(fitted: Fitted, z: F32) -> npt.NDArray[np.float64]:
    """Class probabilities of the float model, shape (windows, classes)."""
    return _softmax(layer_outputs(fitted, z)[-1])


def activations(fitted: Fitted, z: F32) -> list[npt.NDArray[np.float64]]:
    """What each op of the lowered graph would put out without quantization."""
    outputs = layer_outputs(fitted, z)
    return [*outputs, _softmax(outputs[-1])]


def _softmax(logits: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))
