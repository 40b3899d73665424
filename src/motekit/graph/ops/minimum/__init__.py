"""The smaller of two int8 or two int16 tensors, elementwise, broadcast.

All three share one quantization.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op, Tensor
from motekit.core.op import Array, OpSpec, TfliteForm, TfliteSpelling
from motekit.core.tensors import TensorType
from motekit.graph.ops._shared import binary, frames, row_windows, tflite, types


def infer(op: Op, graph: Graph) -> tuple[TensorType, ...]:
    a = types.integers(types.operand(op, graph, 0))
    b = types.integers(types.operand(op, graph, 1))
    if (a.dtype, a.quant) != (b.dtype, b.quant):
        raise InputError("both inputs must have one type and quantization")
    return (types.same_as(a, binary.broadcast(a.shape, b.shape)),)


def reference(op: Op, graph: Graph, inputs: Sequence[Array]) -> tuple[Array, ...]:
    return (np.minimum(inputs[0], inputs[1]),)


def _read(
    options: Any, inputs: Sequence[Tensor | None], outputs: Sequence[Tensor]
) -> Mapping[str, Any]:
    tflite.same_integers(inputs, outputs, data=2)
    return {}


OP = OpSpec(
    kind="minimum",
    summary="smaller of two values, broadcast",
    infer=infer,
    reference=reference,
    macs=binary.macs,
    tflite=(
        TfliteSpelling(
            "MINIMUM", 2, "MaximumMinimumOptions", _read,
            lambda op, graph: TfliteForm({}, op.inputs),
        ),
    ),
    package=__name__,
    time=frames.pointwise,
    rows=row_windows.elementwise,
    arity=(2, 2),
)  # fmt: skip
