"""The op as a table of 256 bytes: any int8 function of one value is one."""

from motekit.graph.ops import leaky_relu
from motekit.graph.ops._shared.lookup import lookup_kernel

KERNEL = lookup_kernel(leaky_relu.table)
