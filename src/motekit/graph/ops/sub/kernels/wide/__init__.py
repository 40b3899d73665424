"""Elementwise sub of int16 activations in plain C99, with broadcasting."""

from motekit.graph.ops._shared.wide_sum import kernel

KERNEL = kernel(sign=-1)
