"""The op as a table of 256 bytes: any int8 function of one value is one."""

from motekit.graph.ops import abs
from motekit.graph.ops._shared.lookup import lookup_kernel

KERNEL = lookup_kernel(abs.table)
