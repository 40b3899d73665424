"""What convolutional learners share: parameters, fitting, and the plugin itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from motekit.core.graph import Graph
from motekit.core.learner import F32, FeatureSet, Fitted, Fold, Learner, Progress
from motekit.core.params import param

from . import exact, fitting, layout, params
from . import lower as lowering
from .stack import Stack

P = TypeVar("P", bound="NetworkParams")


@dataclass(frozen=True)
class NetworkParams:
    """How a convolutional network is trained and quantized."""

    steps: int = params.steps(1500)
    batch: int = params.batch(64, least=2)
    learning_rate: float = params.learning_rate(3e-3)
    weight_decay: float = params.weight_decay()
    dropout: float = params.dropout(0.1, "the dense end's inputs")
    noise: float = params.noise(0.1)
    label_smoothing: float = params.label_smoothing()
    balance: bool = params.balance()
    checkpoints: int = params.checkpoints(10)
    patience: int = params.patience()
    per_channel: bool = param(
        True, "one weight scale a channel of a convolution instead of one a layer"
    )
    calibration: str = params.calibration()
    columns: int = param(
        0, "features a step; 0: by their names (raw, spectrogram, mfe and mfcc say it)", minimum=0
    )


def steps_and_columns(data: FeatureSet, p: NetworkParams) -> tuple[int, int]:
    """Steps of time and features of each. Raises InputError if features are no steps of time."""
    return layout.steps_and_columns(data.names, data.z.shape[1], p.columns, "columns")


def classifier(
    name: str, summary: str, kind: type[P], stack: Callable[[FeatureSet, P], Stack], package: str
) -> Learner:
    """The plugin of one architecture.

    Args:
        stack: (data, parameters) → the layers for these features; raises InputError for features
            that are no steps of time.
    """

    def fit_all(
        data: FeatureSet, given: P, folds: tuple[Fold, ...], progress: Progress
    ) -> tuple[Fitted, ...]:
        return fit(name, stack(data, given), data, given, folds, progress) if folds else ()

    def lower(fitted: Fitted, calibration: F32, z_lsb: float, graph: str) -> Graph:
        return lowering.lower(fitted, calibration, z_lsb, graph, "softmax")

    return Learner(
        name=name, summary=summary, task="classifier", params=kind, fit=fit_all,
        predict=exact.predict, lower=lower, package=package, activations=exact.activations,
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
