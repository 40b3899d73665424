"""Elementwise add of two tensors of one shape, for cores with DSP instructions."""

from __future__ import annotations

from motekit.graph.ops._shared import pair_sum

KERNEL = pair_sum.kernel(sign=1)
