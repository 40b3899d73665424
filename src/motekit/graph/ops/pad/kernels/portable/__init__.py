"""Padding as one fill and one strided copy."""

from dataclasses import replace

import numpy as np

from motekit.core.graph import Graph, Op
from motekit.core.target import TargetSpec
from motekit.graph.ops import pad
from motekit.graph.ops._shared import types, walks
from motekit.graph.ops._shared.copying import Copy, copy_kernel


def describe(op: Op, graph: Graph) -> Copy:
    """Fills the output, then writes the input into its middle."""
    shape = types.operand(op, graph).shape
    strides = walks.contiguous(graph.type(op.outputs[0]).shape)
    start = sum(before * s for (before, _), s in zip(pad.paddings(op), strides, strict=True))
    fill, _ = _bytes(op, graph)
    return Copy(shape, walks.contiguous(shape), strides, out_start=start, fill=fill)


def _bytes(op: Op, graph: Graph) -> tuple[int, bool]:
    """(a byte of the padding value, whether all its bytes are alike)."""
    value = np.array(types.integer(op.attrs, "value"), graph.type(op.outputs[0]).dtype)
    first, *rest = np.frombuffer(value.tobytes(), np.int8)
    return int(first), all(b == first for b in rest)


def applies(op: Op, graph: Graph, target: TargetSpec) -> str | None:
    if not _bytes(op, graph)[1]:
        return "the bytes of the padding value differ"
    return _COPY.applies(op, graph, target)


_COPY = copy_kernel(describe)
KERNEL = replace(_COPY, applies=applies)
