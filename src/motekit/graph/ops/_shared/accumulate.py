"""What layers with weights share: factors from accumulator to output, bias, final rounding."""

from __future__ import annotations

import numpy as np

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op
from motekit.core.op import Array
from motekit.core.tensors import TensorType
from motekit.graph import numerics

from . import exact, types

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


def _exact(op: Op, graph: Graph) -> tuple[numerics.I32, numerics.I32]:
    """Factors that round every sum of a dense layer as LiteRT's float64 product does; where none
    does (outputs less than about 2**-30 sums wide) the nearest ones."""
    zero, low, high = output_range(op, graph)
    reals = real_factors(op, graph)
    least, most = _sums(op, graph)
    if len(reals) == 1:
        least, most = least.min(keepdims=True), most.max(keepdims=True)
    found = [
        exact.multiplier(real, (low - zero, high - zero), (int(first), int(last)))
        for real, first, last in zip(reals, least, most, strict=True)
    ]
    multipliers, shifts = ([f[i] for f in found] for i in (0, 1))
    return np.array(multipliers, np.int32), np.array(shifts, np.int32)


def _sums(op: Op, graph: Graph) -> tuple[numerics.I64, numerics.I64]:
    """Lowest and highest sum of every channel of a dense layer."""
    weights, *bias = (graph.tensors[name].data for name in op.inputs[1:] if name is not None)
    if weights is None or any(b is None for b in bias):
        everything = np.full(types.operand(op, graph, 1).shape[0], 1 << 31, dtype=np.int64)
        return -everything, everything - 1
    x = types.operand(op, graph)
    _, zero = types.per_tensor(x)
    ends = (np.iinfo(x.dtype).min - zero, np.iinfo(x.dtype).max - zero)
    wide = weights.astype(np.int64)
    down, up = np.minimum(wide, 0).sum(axis=1), np.maximum(wide, 0).sum(axis=1)
    offset = bias[0].astype(np.int64) if bias and bias[0] is not None else np.int64(0)
    return down * ends[1] + up * ends[0] + offset, down * ends[0] + up * ends[1] + offset


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
    if op.attrs["rounding"] == "single":
        return _exact(op, graph)
    found = numerics.quantize_multipliers(real_factors(op, graph))
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
    if how in ("real", "single"):
        sums = total if how == "real" else numerics.wrap_int32(total)
        scaled = numerics.multiply_real(sums, real_factors(op, graph))
    else:
        sums = total if how == "reduced" else numerics.wrap_int32(total)
        scaled = numerics.multiply(sums, *factors(op, graph), how)
    zero, low, high = output_range(op, graph)
    return np.clip(scaled + zero, low, high).astype(graph.type(op.outputs[0]).dtype)
