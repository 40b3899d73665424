"""What layers with weights share: factors from accumulator to output, bias, final rounding."""

from __future__ import annotations

import numpy as np

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op
from motekit.core.op import Array
from motekit.core.tensors import TensorType
from motekit.graph import numerics

from . import types


def check_weights(weights: TensorType, bias: TensorType | None, axis: int) -> None:
    """Raise InputError unless weights are symmetric int8, per tensor or per channel of `axis`,
    and the bias is int32 with one value a channel."""
    if weights.dtype != "int8":
        raise InputError("the weights must be int8", value=weights.dtype)
    quant = weights.quant
    if quant is None or any(quant.zero_point) or quant.axis not in (None, axis):
        raise InputError(f"weights must be quantized symmetrically, per tensor or on axis {axis}")
    channels = weights.shape[axis]
    if bias is not None and (bias.dtype != "int32" or bias.shape != (channels,)):
        raise InputError(
            f"the bias must be int32 of shape ({channels},)", value=(bias.dtype, bias.shape)
        )


def factors(op: Op, graph: Graph) -> tuple[numerics.I32, numerics.I32]:
    """Fixed-point (multipliers, shifts) of an op with inputs (x, weights, …): one, or one a
    channel."""
    in_scale, _ = types.per_tensor(types.operand(op, graph, 0), "input")
    out_scale, _ = types.per_tensor(graph.type(op.outputs[0]), "output")
    weights = types.operand(op, graph, 1).quant
    assert weights is not None
    return numerics.quantize_multipliers(
        numerics.output_factors(in_scale, weights.scale, out_scale)
    )


def output_range(op: Op, graph: Graph) -> tuple[int, int, int]:
    """(zero point, lowest, highest) stored output value, fused activation included."""
    out = graph.type(op.outputs[0])
    scale, zero = types.per_tensor(out, "output")
    low, high = numerics.activation_range(str(op.attrs["activation"]), scale, zero, out.dtype)
    return zero, low, high


def finish(op: Op, graph: Graph, acc: numerics.I64, bias: Array | None) -> Array:
    """Accumulators (channels last) → stored int8 outputs."""
    total = acc if bias is None else acc + bias.astype(np.int64)
    multiplier, shift = factors(op, graph)
    scaled = numerics.multiply(
        numerics.wrap_int32(total), multiplier, shift, str(op.attrs["rounding"])
    )
    zero, low, high = output_range(op, graph)
    return np.clip(scaled + zero, low, high).astype(np.int8)
