"""Depthwise 3x3 convolution with a whole strip of at most 8 lines in memory."""

from __future__ import annotations

from motekit.graph.ops.depthwise_conv_2d.kernels import _planar

KERNEL = _planar.kernel(8, "plane8", __name__)
