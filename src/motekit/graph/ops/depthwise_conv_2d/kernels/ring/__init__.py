"""Depthwise 3x3 convolution with three lines of a strip in memory, for images of any size."""

from __future__ import annotations

from motekit.graph.ops.depthwise_conv_2d.kernels import _planar

KERNEL = _planar.kernel(_planar.RING, "ring", __name__)
