"""A slice as one strided copy."""

from motekit.core.graph import Graph, Op
from motekit.graph.ops._shared import types, walks
from motekit.graph.ops._shared.copying import Copy, copy_kernel


def describe(op: Op, graph: Graph) -> Copy:
    """Reads the part and writes it densely."""
    begin, count, step = (types.ints(op.attrs, name) for name in ("begin", "count", "step"))
    strides = walks.contiguous(types.operand(op, graph).shape)
    start = sum(b * s for b, s in zip(begin, strides, strict=True))
    steps = tuple(n * s for n, s in zip(step, strides, strict=True))
    return Copy(count, steps, walks.contiguous(count), in_start=start)


KERNEL = copy_kernel(describe)
