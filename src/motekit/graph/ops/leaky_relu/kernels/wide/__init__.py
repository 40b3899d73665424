"""The op for int16 activations: a factor on either side of 0."""

from motekit.graph.ops import leaky_relu
from motekit.graph.ops._shared.slopes import slopes_kernel

KERNEL = slopes_kernel(leaky_relu.factors, lambda op, graph: (-32768, 32767))
