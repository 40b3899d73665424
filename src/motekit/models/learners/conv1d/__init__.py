"""Conv1d: a small convolutional network over time, on raw samples or on frames of features.

Strided convolutions, normalised over the batch while training (Ioffe and Szegedy, 2015), a mean
over time (Lin, Chen, Yan, "Network in network", 2014) and a softmax.
"""

from __future__ import annotations

from dataclasses import dataclass

from motekit.core.learner import FeatureSet
from motekit.core.params import param
from motekit.models.networks import training
from motekit.models.networks.stack import Layer, Stack


@dataclass(frozen=True)
class Params(training.NetworkParams):
    """A convolutional network over time."""

    filters: tuple[int, ...] = param(
        (16, 24, 32), "filters of each convolution", minimum=1, maximum=1024
    )
    kernel: int = param(5, "steps that a filter sees", minimum=1, maximum=255)
    stride: int = param(2, "steps from one output to the next", minimum=1, maximum=64)


def stack(data: FeatureSet, p: Params) -> Stack:
    """The architecture for these features. Raises InputError if they are no steps of time."""
    steps, width = training.steps_and_columns(data, p)
    shape, layers = (1, steps, width), []
    for i, filters in enumerate(p.filters):
        size, stride = (1, min(p.kernel, steps)), (1, min(p.stride, steps))
        layers.append(Layer("conv", f"conv{i}", size, stride, width, filters))
        _, steps = layers[-1].places((1, steps))
        width = filters
    return Stack(shape, tuple(layers), len(data.classes))


LEARNER = training.classifier(
    "conv1d",
    "convolutions over time, on raw samples or frames of features",
    Params,
    stack,
    __name__,
)
