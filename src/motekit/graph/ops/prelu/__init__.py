"""x where x ≥ 0, else alpha · x, with alpha from a constant tensor that broadcasts.

Inputs: x, int8; alpha, int8, constant. Attributes: rounding ("double": what BUILTIN_REF does).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op, Tensor
from motekit.core.op import Array, OpSpec, TfliteForm, TfliteSpelling
from motekit.core.tensors import TensorType
from motekit.graph import numerics
from motekit.graph.ops._shared import binary, frames, tflite, types


def infer(op: Op, graph: Graph) -> tuple[TensorType, ...]:
    x, alpha = (types.int8(types.operand(op, graph, i)) for i in (0, 1))
    if binary.broadcast(x.shape, alpha.shape) != x.shape:
        raise InputError("alpha must broadcast to the input", value=(x.shape, alpha.shape))
    return (types.declared(op, graph, x.shape),)


def factors(op: Op, graph: Graph) -> tuple[tuple[int, int], tuple[int, int]]:
    """(multiplier, shift) for x ≥ 0 and for alpha · x, from float32 ratios of the scales."""
    x, alpha = (types.per_tensor(types.operand(op, graph, i))[0] for i in (0, 1))
    out, _ = types.per_tensor(graph.type(op.outputs[0]))
    same = numerics.quantize_multiplier(numerics.ratio_f32(x, out))
    return same, numerics.quantize_multiplier(numerics.ratio_f32(x, out, alpha))


def reference(op: Op, graph: Graph, inputs: Sequence[Array]) -> tuple[Array, ...]:
    x, alpha = (
        inputs[i].astype(np.int64) - types.per_tensor(types.operand(op, graph, i))[1]
        for i in (0, 1)
    )
    rounding = str(op.attrs["rounding"])
    same, scaled = factors(op, graph)
    negative = numerics.multiply(x * alpha, *scaled, rounding)
    return (
        binary.clamp(op, graph, np.where(x >= 0, numerics.multiply(x, *same, rounding), negative)),
    )


def _read(
    options: Any, inputs: Sequence[Tensor | None], outputs: Sequence[Tensor]
) -> Mapping[str, Any]:
    tflite.require_dtypes(inputs, (("int8",), ("int8",)))
    tflite.constant_input(inputs, 1, "slope (alpha)")
    return {"rounding": "double"}


OP = OpSpec(
    kind="prelu",
    summary="negative values times a trained slope",
    infer=infer,
    reference=reference,
    macs=binary.macs,
    tflite=(TfliteSpelling("PRELU", 1, "", _read, lambda op, graph: TfliteForm({}, op.inputs)),),
    package=__name__,
    time=frames.pointwise,
    arity=(2, 2),
)
