"""What layers with weights share: factors from accumulator to output, bias, final rounding."""

from __future__ import annotations

import math

import numpy as np

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op
from motekit.core.op import Array
from motekit.core.tensors import TensorType
from motekit.graph import numerics

from . import types

BIASES = {
    "single": ("int32",), "double": ("int32",), "reduced": ("int64",), "real": ("int32", "int64")
}  # fmt: skip  # rounding → types of bias


def check_weights(op: Op, weights: TensorType, bias: TensorType | None, axis: int) -> None:
    """Raise InputError unless weights are symmetric int8, per tensor or per channel of `axis`,
    and the bias has one value a channel, of the width of the sums."""
    if weights.dtype != "int8":
        raise InputError("the weights must be int8", value=weights.dtype)
    quant = weights.quant
    if quant is None or any(quant.zero_point) or quant.axis not in (None, axis):
        raise InputError(f"weights must be quantized symmetrically, per tensor or on axis {axis}")
    channels = weights.shape[axis]
    wanted = BIASES[str(op.attrs["rounding"])]
    if bias is not None and (bias.dtype not in wanted or bias.shape != (channels,)):
        raise InputError(
            f"the bias must be {' or '.join(wanted)} of shape ({channels},)",
            value=(bias.dtype, bias.shape),
        )


def _away(multipliers: numerics.I32, shifts: numerics.I32, reals: list[float]) -> numerics.I32:
    """Multipliers with which halves go away from zero, as LiteRT's dense layers round them in
    float64, where a sum can give a half: one more, which moves nothing else.

    Sums that give a half are rare, as their factor must have few bits; powers of two have. Where
    outputs are not saturated, a sum is below 2**(9 + right) / multiplier.
    """
    found = multipliers.copy()
    for i, (m, shift, real) in enumerate(zip(multipliers, shifts, reals, strict=True)):
        multiplier, right = int(m), 31 - int(shift)
        if multiplier == 0 or math.ldexp(multiplier, -right) != real:
            continue
        grain = multiplier & -multiplier  # products are multiples of it
        if (1 << (9 + right)) // multiplier < grain:
            found[i] = multiplier + 1
    return found


def real_factors(op: Op, graph: Graph) -> list[float]:
    """The factors of `factors` as they are, in float64."""
    in_scale, _ = types.per_tensor(types.operand(op, graph, 0), "input")
    out_scale, _ = types.per_tensor(graph.type(op.outputs[0]), "output")
    weights = types.operand(op, graph, 1).quant
    assert weights is not None
    return numerics.output_factors(in_scale, weights.scale, out_scale)


def rounding(x: TensorType, bias: TensorType | None, of_int32: str) -> str:
    """How LiteRT rounds the sums of a layer: those of int16 activations are 64 bits wide, but
    with an int32 bias 32.

    Args:
        of_int32: how it rounds 32-bit sums.
    """
    wide = x.dtype == "int16" and (bias is None or bias.dtype == "int64")
    return "reduced" if wide else of_int32


def factors(op: Op, graph: Graph) -> tuple[numerics.I32, numerics.I32]:
    """Fixed-point (multipliers, shifts) of an op with inputs (x, weights, …): one, or one a
    channel."""
    found = numerics.quantize_multipliers(real_factors(op, graph))
    if op.attrs["rounding"] == "single":
        return _away(found[0], found[1], real_factors(op, graph)), found[1]
    if op.attrs["rounding"] == "reduced" and found[1].max() > numerics.REDUCED_MOST:
        raise InputError("the output scale is too small for its inputs", where=op.name)
    return found


def output_range(op: Op, graph: Graph) -> tuple[int, int, int]:
    """(zero point, lowest, highest) stored output value, fused activation included."""
    out = graph.type(op.outputs[0])
    scale, zero = types.per_tensor(out, "output")
    low, high = numerics.activation_range(str(op.attrs["activation"]), scale, zero, out.dtype)
    return zero, low, high


def finish(op: Op, graph: Graph, acc: numerics.I64, bias: Array | None) -> Array:
    """Accumulators (channels last) → stored outputs."""
    total = acc if bias is None else acc + bias.astype(np.int64)
    how = str(op.attrs["rounding"])
    if how == "real":
        scaled = numerics.multiply_real(total, real_factors(op, graph))
    else:
        sums = total if how == "reduced" else numerics.wrap_int32(total)
        scaled = numerics.multiply(sums, *factors(op, graph), how)
    zero, low, high = output_range(op, graph)
    return np.clip(scaled + zero, low, high).astype(graph.type(op.outputs[0]).dtype)
