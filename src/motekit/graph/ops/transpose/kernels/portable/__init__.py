"""Transpose as one strided copy."""

from motekit.core.graph import Graph, Op
from motekit.graph.ops._shared import types, walks
from motekit.graph.ops._shared.copying import Copy, copy_kernel


def describe(op: Op, graph: Graph) -> Copy:
    """Reads the input in the order of the output."""
    out = graph.type(op.outputs[0]).shape
    strides = walks.contiguous(types.operand(op, graph).shape)
    moved = tuple(strides[a] for a in types.ints(op.attrs, "order"))
    return Copy(out, moved, walks.contiguous(out))


KERNEL = copy_kernel(describe)
