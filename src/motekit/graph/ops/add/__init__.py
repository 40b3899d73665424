"""Elementwise sum of two int8 or two int16 tensors, broadcast as NumPy does.

Both sides are moved up 20 bits (int16: 15) and scaled to a common scale, then the sum to the
output's.
Attributes: activation, rounding ("double": what BUILTIN_REF does).
"""

from __future__ import annotations

from collections.abc import Sequence

from motekit.core.graph import Graph, Op
from motekit.core.op import Array, OpSpec, TfliteSpelling
from motekit.graph.ops._shared import binary, channels, frames, row_windows


def reference(op: Op, graph: Graph, inputs: Sequence[Array]) -> tuple[Array, ...]:
    return (binary.weighted_sum(op, graph, inputs, 1),)


OP = OpSpec(
    kind="add",
    summary="elementwise sum, broadcast",
    infer=binary.infer,
    reference=reference,
    macs=binary.macs,
    tflite=(
        TfliteSpelling("ADD", 2, "AddOptions", binary.read, binary.writer(version=3, shifts=True)),
    ),
    package=__name__,
    time=frames.pointwise,
    rows=row_windows.elementwise,
    channels=channels.monotone(reference),
    arity=(2, 2),
)
