"""Which rows of its inputs a row of an op's output needs."""

from __future__ import annotations

from motekit.core.graph import Graph, Op
from motekit.core.op import RowWindow

from . import pooling, types, windows


def image(op: Op, graph: Graph) -> bool:
    """Whether the op makes one image of int8 from images of int8."""
    data = [str(n) for n in op.inputs if n is not None and not graph.tensors[n].is_constant]
    found = [graph.type(name) for name in (*data, *op.outputs)]
    return all(len(t.shape) == 4 and t.shape[0] == 1 and t.dtype == "int8" for t in found)


def sliding(op: Op, graph: Graph, w: windows.Window) -> RowWindow | None:
    """Of an op with a window that slides over an image padded with the zero point."""
    if not image(op, graph):
        return None
    top, _, left, right = w.padding
    span = (w.size[0] - 1) * w.dilation[0] + 1
    return RowWindow(span, w.stride[0], top, {**op.attrs, "padding": (0, 0, left, right)})


def pooled(op: Op, graph: Graph) -> RowWindow | None:
    """Of a pooling op; its padding is not part of the image, so rows of it cannot be given."""
    w = pooling.geometry(op)
    return None if any(w.padding[:2]) else sliding(op, graph, w)


def elementwise(op: Op, graph: Graph) -> RowWindow | None:
    """Of an op that makes each element from those at its place; constants have one row."""
    out = graph.type(op.outputs[0]).shape
    if not image(op, graph):
        return None
    for i, name in enumerate(op.inputs):
        shape = types.operand(op, graph, i).shape
        constant = graph.tensors[str(name)].is_constant
        if shape != out and not (constant and (len(shape) < 3 or shape[-3] == 1)):
            return None
    return RowWindow(1, 1, 0, op.attrs)
