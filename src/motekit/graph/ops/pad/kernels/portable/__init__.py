"""Padding as one fill and one strided copy."""

from motekit.core.graph import Graph, Op
from motekit.graph.ops import pad
from motekit.graph.ops._shared import types, walks
from motekit.graph.ops._shared.copying import Copy, copy_kernel


def describe(op: Op, graph: Graph) -> Copy:
    """Fills the output, then writes the input into its middle."""
    shape = types.operand(op, graph).shape
    strides = walks.contiguous(graph.type(op.outputs[0]).shape)
    start = sum(before * s for (before, _), s in zip(pad.paddings(op), strides, strict=True))
    fill = types.integer(op.attrs, "value")
    return Copy(shape, walks.contiguous(shape), strides, out_start=start, fill=fill)


KERNEL = copy_kernel(describe)
