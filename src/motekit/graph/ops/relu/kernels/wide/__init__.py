"""The op for int16 activations: one factor, and limits."""

from motekit.graph.ops import relu
from motekit.graph.ops._shared.slopes import slopes_kernel

KERNEL = slopes_kernel(lambda op, graph: (relu.factor(op, graph),) * 2, relu.limits)
