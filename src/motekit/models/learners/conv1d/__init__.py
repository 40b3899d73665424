"""Conv1d: a small convolutional network over time, on raw samples or on frames of features.

Strided convolutions, normalised over the batch while training (Ioffe and Szegedy, 2015), a mean
over time (Lin, Chen, Yan, "Network in network", 2014) and a softmax.
"""

from __future__ import annotations

from dataclasses import dataclass

from motekit.core.graph import Graph
from motekit.core.learner import F32, FeatureSet, Fitted, Fold, Learner, Progress
from motekit.core.params import param
from motekit.models.networks import exact, layout, training
from motekit.models.networks import lower as lowering
from motekit.models.networks.stack import Layer, Stack

NAME = "conv1d"


@dataclass(frozen=True)
class Params(training.NetworkParams):
    """A convolutional network over time."""

    filters: tuple[int, ...] = param(
        (16, 24, 32), "filters of each convolution", minimum=1, maximum=1024
    )
    kernel: int = param(5, "steps that a filter sees", minimum=1, maximum=255)
    stride: int = param(2, "steps from one output to the next", minimum=1, maximum=64)
    columns: int = param(
        0, "features a step; 0: by their names (raw, spectrogram, mfe and mfcc say it)", minimum=0
    )


def stack(data: FeatureSet, p: Params) -> Stack:
    """The architecture for these features. Raises InputError if they are no steps of time."""
    steps, width = layout.steps_and_columns(data.names, data.z.shape[1], p.columns, "columns")
    shape, layers = (1, steps, width), []
    for i, filters in enumerate(p.filters):
        size, stride = (1, min(p.kernel, steps)), (1, min(p.stride, steps))
        layers.append(Layer("conv", f"conv{i}", size, stride, width, filters))
        _, steps = layers[-1].places((1, steps))
        width = filters
    return Stack(shape, tuple(layers), len(data.classes))


def fit(
    data: FeatureSet, params: Params, folds: tuple[Fold, ...], progress: Progress
) -> tuple[Fitted, ...]:
    """Train one network per fold. Raises InputError for features without steps of time."""
    if not folds:
        return ()
    return training.fit(NAME, stack(data, params), data, params, folds, progress)


def lower(fitted: Fitted, calibration: F32, z_lsb: float, name: str) -> Graph:
    """The network as a graph of reshape, conv_2d of height 1, mean, fully_connected, softmax."""
    return lowering.lower(fitted, calibration, z_lsb, name, "softmax")


LEARNER = Learner(
    name=NAME,
    summary="convolutions over time, on raw samples or frames of features",
    task="classifier",
    params=Params,
    fit=fit,
    predict=exact.predict,
    lower=lower,
    package=__name__,
    activations=exact.activations,
)
