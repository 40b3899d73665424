"""DEQUANTIZE: scale · (stored − zero point), in float32."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op, Tensor
from motekit.core.op import Array, OpSpec, TfliteForm, TfliteSpelling
from motekit.core.tensors import TensorType
from motekit.graph.ops._shared import frames, types


def infer(op: Op, graph: Graph) -> tuple[TensorType, ...]:
    x = types.operand(op, graph)
    if x.dtype not in ("int8", "uint8", "int16"):
        raise InputError("the input must be int8, uint8 or int16", value=x.dtype)
    types.per_tensor(x, "input")
    return (replace(x, dtype="float32", quant=graph.type(op.outputs[0]).quant),)


def reference(op: Op, graph: Graph, inputs: Sequence[Array]) -> tuple[Array, ...]:
    scale, zero = types.per_tensor(types.operand(op, graph))
    steps = (inputs[0].astype(np.int64) - zero).astype(np.float32)
    return ((np.float32(scale) * steps).astype(np.float32),)


def macs(op: Op, graph: Graph) -> int:
    return 0


def _read(
    options: Any, inputs: Sequence[Tensor | None], outputs: Sequence[Tensor]
) -> Mapping[str, Any]:
    return {}


OP = OpSpec(
    kind="dequantize",
    summary="stored integers to float",
    infer=infer,
    reference=reference,
    macs=macs,
    tflite=(
        TfliteSpelling(
            "DEQUANTIZE", 2, "DequantizeOptions", _read,
            lambda op, graph: TfliteForm({}, op.inputs),
        ),
    ),
    package=__name__,
    time=frames.pointwise,
)  # fmt: skip
