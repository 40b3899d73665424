"""Nearest class mean: the class whose mean is closest. A linear classifier without training.

The score of class c is −‖z − m‖²/2 without the term all classes share: m·z − ‖m‖²/2.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from motekit.core.graph import Graph, Op, Tensor
from motekit.core.learner import F32, FeatureSet, Fitted, Fold, Learner, Progress
from motekit.core.params import param
from motekit.core.tensors import QuantParams, TensorType
from motekit.models import quantize


@dataclass(frozen=True)
class Params:
    """Parameters of `nearest_mean`."""

    sharpness: float = param(1.0, "factor on the scores", minimum=0.001, maximum=100.0)


def _scores(fitted: Fitted, z: F32) -> npt.NDArray[np.float64]:
    return z @ fitted.arrays["weights"].T + fitted.arrays["bias"]


def _fit_one(data: FeatureSet, p: Params, fold: Fold) -> Fitted:
    z, labels = fold.z(data, fold.train), data.labels[fold.train]
    means = np.stack([z[labels == c].mean(axis=0) for c in range(len(data.classes))])
    weights = p.sharpness * means.astype(np.float64)
    bias = -0.5 * p.sharpness * (means.astype(np.float64) ** 2).sum(axis=1)
    return Fitted("nearest_mean", {"weights": weights, "bias": bias}, {}, {})


def fit(
    data: FeatureSet, p: Params, folds: tuple[Fold, ...], progress: Progress
) -> tuple[Fitted, ...]:
    """One mean per class and fold; every class needs a row in each fold."""
    done = []
    for fold in folds:
        done.append(_fit_one(data, p, fold))
        progress(len(done), len(folds))
    return tuple(done)


def predict(fitted: Fitted, z: F32) -> npt.NDArray[np.float64]:
    """Probabilities, shape (windows, classes)."""
    scores = _scores(fitted, z)
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(e / e.sum(axis=1, keepdims=True))


def lower(fitted: Fitted, calibration: F32, z_lsb: float, name: str) -> Graph:
    """One fully connected layer and a softmax, int8."""
    in_quant = QuantParams((quantize.float32(z_lsb),), (0,))
    w, w_quant = quantize.weights_int8(np.asarray(fitted.arrays["weights"]), per_channel=False)
    bias = quantize.bias_int32(np.asarray(fitted.arrays["bias"]), in_quant.scale[0], w_quant)
    b_quant = QuantParams((quantize.float32(in_quant.scale[0] * w_quant.scale[0]),), (0,))
    out_quant = quantize.activation_quant(_scores(fitted, calibration), "minmax")
    classes, width = w.shape
    tensors = (
        Tensor("features", TensorType((1, width), "int8", in_quant)),
        Tensor("weights", TensorType(w.shape, "int8", w_quant), w),
        Tensor("bias", TensorType(bias.shape, "int32", b_quant), bias),
        Tensor("scores", TensorType((1, classes), "int8", out_quant)),
        Tensor("probabilities", TensorType((1, classes), "int8", QuantParams((1 / 256,), (-128,)))),
    )
    attrs = {"activation": "none", "rounding": "single"}
    ops = (
        Op("fully_connected", "means", ("features", "weights", "bias"), ("scores",), attrs),
        Op("softmax", "softmax", ("scores",), ("probabilities",), {"beta": 1.0}),
    )
    return Graph(name, {t.name: t for t in tensors}, ops, ("features",), ("probabilities",))


LEARNER = Learner(
    name="nearest_mean",
    summary="the class whose mean is nearest",
    task="classifier",
    params=Params,
    fit=fit,
    predict=predict,
    lower=lower,
    package=__name__,
)
