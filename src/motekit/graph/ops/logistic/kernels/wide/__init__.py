"""The op for int16 activations."""

from motekit.graph.ops import logistic
from motekit.graph.ops._shared.curves16 import curve_kernel

KERNEL = curve_kernel("sigmoid", logistic.WHOLE)
