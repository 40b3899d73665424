"""Elementwise product of two int8 or two int16 tensors, broadcast as NumPy does.

Attributes: activation, rounding ("double": what BUILTIN_REF does).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from motekit.core.graph import Graph, Op
from motekit.core.op import Array, OpSpec, TfliteSpelling
from motekit.graph import numerics
from motekit.graph.ops._shared import binary, frames, row_windows, types


def factor(op: Op, graph: Graph) -> tuple[int, int]:
    """Fixed-point (multiplier, shift) from the product of the inputs to the output."""
    scale_a, _ = types.per_tensor(types.operand(op, graph, 0))
    scale_b, _ = types.per_tensor(types.operand(op, graph, 1))
    scale_out, _ = types.per_tensor(graph.type(op.outputs[0]))
    return numerics.quantize_multiplier(numerics.ratio_f32(scale_a, scale_out, scale_b))


def reference(op: Op, graph: Graph, inputs: Sequence[Array]) -> tuple[Array, ...]:
    _, zero_a = types.per_tensor(types.operand(op, graph, 0))
    _, zero_b = types.per_tensor(types.operand(op, graph, 1))
    product = (inputs[0].astype(np.int64) - zero_a) * (inputs[1].astype(np.int64) - zero_b)
    scaled = numerics.multiply(product, *factor(op, graph), str(op.attrs["rounding"]))
    return (binary.clamp(op, graph, scaled),)


OP = OpSpec(
    kind="mul",
    summary="elementwise product, broadcast",
    infer=binary.infer,
    reference=reference,
    macs=binary.macs,
    tflite=(
        TfliteSpelling("MUL", 2, "MulOptions", binary.read, binary.writer(version=4, shifts=False)),
    ),
    package=__name__,
    time=frames.pointwise,
    rows=row_windows.elementwise,
    arity=(2, 2),
)
