"""DS-CNN: depthwise-separable convolutions over time and frequency, for spectra in time.

One ordinary convolution, then pairs of a depthwise and a 1 × 1 convolution, a mean over all places
and a softmax. Architecture: Zhang, Suda, Lai, Chandra, "Hello Edge: Keyword spotting on
microcontrollers", 2017 (arXiv 1711.07128); batch normalisation as there.
"""

from __future__ import annotations

from dataclasses import dataclass

from motekit.core.learner import FeatureSet
from motekit.core.params import param
from motekit.models.networks import training
from motekit.models.networks.stack import Layer, Stack


@dataclass(frozen=True)
class Params(training.NetworkParams):
    """A depthwise-separable network over time × frequency."""

    filters: int = param(32, "channels of every layer", minimum=1, maximum=1024)
    blocks: int = param(
        4, "pairs of a depthwise 3 × 3 and a 1 × 1 convolution", minimum=0, maximum=32
    )
    kernel_time: int = param(10, "steps that the first layer sees", minimum=1, maximum=255)
    kernel_columns: int = param(4, "columns that the first layer sees", minimum=1, maximum=255)
    stride_time: int = param(2, "stride of the first layer in time", minimum=1, maximum=16)
    stride_columns: int = param(
        1, "stride of the first layer over columns", minimum=1, maximum=16
    )  # fmt: skip


def stack(data: FeatureSet, p: Params) -> Stack:
    """The architecture for these features. Raises InputError if they are no steps of time."""
    steps, width = training.steps_and_columns(data, p)
    size = (min(p.kernel_time, steps), min(p.kernel_columns, width))
    stride = (min(p.stride_time, steps), min(p.stride_columns, width))
    layers = [Layer("conv", "conv", size, stride, 1, p.filters)]
    for i in range(p.blocks):
        layers.append(Layer("depthwise", f"depthwise{i}", (3, 3), (1, 1), p.filters, p.filters))
        layers.append(Layer("conv", f"pointwise{i}", (1, 1), (1, 1), p.filters, p.filters))
    return Stack((steps, width, 1), tuple(layers), len(data.classes))


LEARNER = training.classifier(
    "ds_cnn", "depthwise-separable convolutions over time and frequency", Params, stack, __name__
)
