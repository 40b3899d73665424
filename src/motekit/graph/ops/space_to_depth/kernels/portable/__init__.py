"""Pixels to channels as one strided copy, in the order of the input."""

from motekit.core.graph import Graph, Op
from motekit.graph.ops._shared import types, walks
from motekit.graph.ops._shared.copying import Copy, copy_kernel


def describe(op: Op, graph: Graph) -> Copy:
    """Loops over rows of blocks, rows of a block, blocks of a row, and bytes of a block's row."""
    block = types.integer(op.attrs, "block")
    n, height, width, channels = types.operand(op, graph).shape
    rows, columns, run = n * height // block, width // block, channels * block
    shape = (rows, block, columns, run)
    whole = run * block
    return Copy(shape, walks.contiguous(shape), (columns * whole, run, whole, 1))


KERNEL = copy_kernel(describe)
