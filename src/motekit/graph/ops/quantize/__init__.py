"""QUANTIZE: float32 to int8, or one integer quantization to another.

float32: round(x / scale), halves away from zero, in float32. Integers: a fixed-point factor.
Attributes: rounding ("double": what BUILTIN_REF does between integers).
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
from motekit.graph.ops._shared import types

FROM = ("float32", "int8", "uint8", "int16")
TO = ("int8", "uint8", "int16")


def infer(op: Op, graph: Graph) -> tuple[TensorType, ...]:
    x, out = types.operand(op, graph), graph.type(op.outputs[0])
    if x.dtype not in FROM or out.dtype not in TO:
        raise InputError("no such conversion", value=(x.dtype, out.dtype))
    types.per_tensor(out, "output")
    if x.dtype != "float32":
        types.per_tensor(x, "input")
    return (types.declared(op, graph, x.shape, out.dtype),)


def factor(op: Op, graph: Graph) -> tuple[int, int]:
    """Fixed-point (multiplier, shift) from the integer input to the output."""
    in_scale, _ = types.per_tensor(types.operand(op, graph))
    out_scale, _ = types.per_tensor(graph.type(op.outputs[0]))
    return numerics.quantize_multiplier(in_scale / out_scale)


def reference(op: Op, graph: Graph, inputs: Sequence[Array]) -> tuple[Array, ...]:
    x_type, out_type = types.operand(op, graph), graph.type(op.outputs[0])
    out_scale, out_zero = types.per_tensor(out_type)
    info = np.iinfo(out_type.dtype)
    if x_type.dtype == "float32":
        ratio = inputs[0].astype(np.float32) / np.float32(out_scale)
        ratio = np.clip(ratio, np.float32(-(1 << 30)), np.float32(1 << 30))
        scaled = np.trunc(ratio + np.copysign(np.float32(0.5), ratio)).astype(np.int64)
    else:
        _, zero = types.per_tensor(x_type)
        x = inputs[0].astype(np.int64) - zero
        scaled = numerics.multiply(x, *factor(op, graph), str(op.attrs["rounding"]))
    return (np.clip(scaled + out_zero, info.min, info.max).astype(out_type.dtype),)


def macs(op: Op, graph: Graph) -> int:
    return 0


def _read(
    options: Any, inputs: Sequence[Tensor | None], outputs: Sequence[Tensor]
) -> Mapping[str, Any]:
    return {"rounding": "double"}


OP = OpSpec(
    kind="quantize",
    summary="to another quantization, or from float",
    infer=infer,
    reference=reference,
    macs=macs,
    tflite=(
        TfliteSpelling(
            "QUANTIZE", 2, "QuantizeOptions", _read, lambda op, graph: TfliteForm({}, op.inputs)
        ),
    ),
    package=__name__,
)
