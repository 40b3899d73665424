"""Channels to pixels as one strided copy, in the order of the output."""

from motekit.core.graph import Graph, Op
from motekit.graph.ops._shared import types, walks
from motekit.graph.ops._shared.copying import Copy, copy_kernel


def describe(op: Op, graph: Graph) -> Copy:
    """Loops over rows, rows of a block, pixels of a row, and the bytes of a block's row."""
    block = types.integer(op.attrs, "block")
    n, height, width, channels = types.operand(op, graph).shape
    run = channels // block
    shape = (n * height, block, width, run)
    return Copy(shape, (width * channels, run, channels, 1), walks.contiguous(shape))


KERNEL = copy_kernel(describe)
