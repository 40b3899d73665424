"""Parameters and fitting that convolutional learners share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from motekit.core.learner import FeatureSet, Fitted, Fold, Progress
from motekit.core.params import param

from . import exact, fitting
from .stack import Stack


@dataclass(frozen=True)
class NetworkParams:
    """How a convolutional network is trained and quantized."""

    steps: int = param(1500, "optimizer steps", minimum=1, maximum=10_000_000)
    batch: int = param(64, "windows a step sees", minimum=2, maximum=65536)
    learning_rate: float = param(
        3e-3, "of AdamW at the start; falls to 0 as a half cosine", minimum=0.0, maximum=1.0
    )
    weight_decay: float = param(1e-2, "of AdamW", minimum=0.0, maximum=10.0)
    dropout: float = param(
        0.1, "share of the dense end's inputs left out", minimum=0.0, maximum=0.95
    )
    noise: float = param(
        0.1, "Gaussian noise on the features while training", unit="std", minimum=0.0, maximum=10.0
    )
    label_smoothing: float = param(
        0.05, "share of the target spread over all classes", minimum=0.0, maximum=0.9
    )
    balance: bool = param(True, "weight classes by 1 / frequency in the loss")
    checkpoints: int = param(
        10, "points of the learning curves, and places where training may stop", minimum=1,
        maximum=1000,
    )  # fmt: skip
    patience: int = param(
        10, "checkpoints without a lower validation loss after which training stops", minimum=1,
        maximum=1000,
    )  # fmt: skip
    per_channel: bool = param(
        True, "one weight scale a channel of a convolution instead of one a layer"
    )
    calibration: str = param(
        "sqnr", "activation ranges: extremes of the calibration rows, or whichever clipping of "
        "them has the best signal-to-noise ratio", choices=("sqnr", "minmax"),
    )  # fmt: skip


def fit(
    name: str, stack: Stack, data: FeatureSet, params: NetworkParams, folds: tuple[Fold, ...],
    progress: Progress,
) -> tuple[Fitted, ...]:  # fmt: skip
    """Train one network of this architecture per fold (see `fitting.train`)."""
    fitting.check(data, folds)
    from .convnet import ConvNet

    trained = fitting.train(ConvNet(stack), data, params, folds, progress)
    return tuple(
        _fitted(name, stack, one, fold, params) for one, fold in zip(trained, folds, strict=True)
    )


def _fitted(
    name: str, stack: Stack, trained: fitting.Trainee, fold: Fold, p: NetworkParams
) -> Fitted:  # fmt: skip
    facts: dict[str, Any] = {
        "seed": int(fold.seed),
        "checkpoints": p.checkpoints,
        "kept_checkpoint": trained.kept,
        "per_channel": p.per_channel,
        "calibration": p.calibration,
        "stack": stack.as_dict(),
    }
    return Fitted(name, exact.arrays(stack, trained.weights), facts, trained.history)
