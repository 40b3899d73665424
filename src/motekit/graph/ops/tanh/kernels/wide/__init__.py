"""The op for int16 activations."""

from motekit.graph.ops import tanh
from motekit.graph.ops._shared.curves16 import curve_kernel

KERNEL = curve_kernel("tanh", tanh.WHOLE)
