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
from motekit.graph.ops._shared import frames, types

FROM = ("float32", "int8", "uint8", "int16")
TO = ("int8", "uint8", "int16")
LIMIT = 1 << 24  # steps; beyond any output type, and exact in float32


def infer(op: Op, graph: Graph) -> tuple[TensorType, ...]:
    x, out = types.operand(op, graph), graph.type(op.outputs[0])
    if x.dtype not in FROM or out.dtype not in TO or (x.dtype, out.dtype) == ("int16", "uint8"):
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


def requantized(op: Op, graph: Graph, stored: numerics.I64) -> numerics.I64:
    """Stored integer inputs → stored outputs, clamped, as int64."""
    _, zero = types.per_tensor(types.operand(op, graph))
    rounding = str(op.attrs["rounding"])
    return _stored(op, graph, numerics.multiply(stored - zero, *factor(op, graph), rounding))


def _stored(op: Op, graph: Graph, steps: numerics.I64) -> numerics.I64:
    out = graph.type(op.outputs[0])
    info = np.iinfo(out.dtype)
    return np.asarray(np.clip(steps + types.per_tensor(out)[1], info.min, info.max))


def reference(op: Op, graph: Graph, inputs: Sequence[Array]) -> tuple[Array, ...]:
    out = graph.type(op.outputs[0])
    if types.operand(op, graph).dtype != "float32":
        stored = requantized(op, graph, inputs[0].astype(np.int64))
    else:
        ratio = inputs[0].astype(np.float32) / np.float32(types.per_tensor(out)[0])
        ratio = np.clip(ratio, np.float32(-LIMIT), np.float32(LIMIT))
        stored = _stored(op, graph, numerics.round_away(ratio))
    return (stored.astype(out.dtype),)


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
    time=frames.pointwise,
)
