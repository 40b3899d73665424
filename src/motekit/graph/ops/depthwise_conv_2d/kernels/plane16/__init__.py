"""Depthwise 3x3 convolution with up to 16 lines of a strip in memory."""

from __future__ import annotations

from motekit.graph.ops.depthwise_conv_2d.kernels import _planar

KERNEL = _planar.kernel(16, "plane16", __name__)
