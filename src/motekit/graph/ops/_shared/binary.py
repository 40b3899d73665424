"""What elementwise ops of two inputs share: broadcasting, scaling and the TFLite spelling."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op, Tensor
from motekit.core.op import Array, TfliteForm
from motekit.core.tensors import TensorType
from motekit.graph import numerics

from . import tflite, types

# Bits that a value is moved up before it is scaled, so that no precision is lost.
LEFT_SHIFTS = {"int8": 20, "int16": 15}
LEFT_SHIFT = LEFT_SHIFTS["int8"]
MAX_RANK = 6


def infer(op: Op, graph: Graph) -> tuple[TensorType, ...]:
    a = types.integers(types.operand(op, graph, 0))
    b = types.integers(types.operand(op, graph, 1))
    if a.dtype != b.dtype:
        raise InputError("both inputs must have one type", value=(a.dtype, b.dtype))
    return (types.declared(op, graph, broadcast(a.shape, b.shape), a.dtype),)


def broadcast(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...]:
    """The shape both broadcast to. Raises InputError if they do not."""
    try:
        shape = np.broadcast_shapes(a, b)
    except ValueError:
        raise InputError("the shapes do not broadcast", value=(a, b)) from None
    if len(shape) > MAX_RANK:
        raise InputError(f"more than {MAX_RANK} axes", value=shape)
    return shape


@dataclass(frozen=True)
class SumScaling:
    """Fixed-point factors of a scaled sum: out = f_out · (f_a · 2²⁰ a ± f_b · 2²⁰ b), for int16
    2¹⁵.

    Each factor is (multiplier, shift), all below 1.
    """

    a: tuple[int, int]
    b: tuple[int, int]
    out: tuple[int, int]


def left_shift(op: Op, graph: Graph) -> int:
    """The bits that a value of the op's type is moved up."""
    return LEFT_SHIFTS[types.operand(op, graph).dtype]


def sum_scaling(op: Op, graph: Graph) -> SumScaling:
    """Factors of an add or sub."""
    scale_a, _ = types.per_tensor(types.operand(op, graph, 0))
    scale_b, _ = types.per_tensor(types.operand(op, graph, 1))
    scale_out, _ = types.per_tensor(graph.type(op.outputs[0]))
    twice = 2 * max(scale_a, scale_b)
    factor = numerics.quantize_multiplier
    out = twice / ((1 << left_shift(op, graph)) * scale_out)
    if out >= 1:
        raise InputError("the output scale is too small for the inputs", where=op.name)
    return SumScaling(factor(scale_a / twice), factor(scale_b / twice), factor(out))


def weighted_sum(op: Op, graph: Graph, inputs: Sequence[Array], sign: int) -> Array:
    """Stored a + sign · b, with BUILTIN_REF's arithmetic."""
    s = sum_scaling(op, graph)
    rounding = str(op.attrs["rounding"])
    terms = []
    for i, factor in enumerate((s.a, s.b)):
        _, zero = types.per_tensor(types.operand(op, graph, i))
        shifted = (inputs[i].astype(np.int64) - zero) << left_shift(op, graph)
        terms.append(numerics.multiply(shifted, *factor, rounding))
    total = terms[0] + sign * terms[1]
    return clamp(op, graph, numerics.multiply(total, *s.out, rounding))


def output_range(op: Op, graph: Graph) -> tuple[int, int, int]:
    """(zero point, lowest, highest) stored output, fused activation included."""
    out = graph.type(op.outputs[0])
    scale, zero = types.per_tensor(out)
    name = str(op.attrs.get("activation", "none"))
    return zero, *numerics.activation_range(name, scale, zero, out.dtype)


def clamp(op: Op, graph: Graph, scaled: numerics.I64) -> Array:
    """Add the output's zero point and clamp to its range."""
    zero, low, high = output_range(op, graph)
    return np.clip(scaled + zero, low, high).astype(graph.type(op.outputs[0]).dtype)


def macs(op: Op, graph: Graph) -> int:
    return 0


def read(
    options: Any, inputs: Sequence[Tensor | None], outputs: Sequence[Tensor]
) -> Mapping[str, Any]:
    """Attributes of AddOptions, SubOptions and MulOptions."""
    x = tflite.same_integers(inputs, outputs, data=2)
    shifts = hasattr(options, "PotScaleInt16") and options.PotScaleInt16()
    ends = [*(t for t in inputs if t is not None), *outputs]
    if x.dtype == "int16" and shifts and all(_power_of_two(t.type) for t in ends):
        raise InputError(
            "sums of int16 by shifts (pot_scale_int16) are not supported",
            way_out="convert with the current TFLite converter, or quantize the model to int8",
        )
    code = options.FusedActivationFunction() if options is not None else 0
    return {"activation": tflite.activation(code), "rounding": "double"}


def _power_of_two(type_: TensorType) -> bool:
    return math.frexp(types.per_tensor(type_)[0])[0] == 0.5


def writer(version: int, shifts: bool) -> Callable[[Op, Graph], TfliteForm]:
    """How TFLite spells an op.

    Args:
        version: of the operator for int16.
        shifts: whether it has an older form for int16, which the options must deny.
    """

    def write(op: Op, graph: Graph) -> TfliteForm:
        code = tflite.ACTIVATIONS.index(str(op.attrs["activation"]))
        fields: dict[str, Any] = {"fusedActivationFunction": code}
        if types.operand(op, graph).dtype == "int8":
            return TfliteForm(fields, op.inputs)
        return TfliteForm(fields | ({"potScaleInt16": False} if shifts else {}), op.inputs,
                          version=version)  # fmt: skip

    return write


def zero_fields(op: Op, graph: Graph) -> dict[str, int]:
    """Zero points and output range, under the names the kernels use."""
    zero, low, high = output_range(op, graph)
    return {
        "a_zero": types.per_tensor(types.operand(op, graph, 0))[1],
        "b_zero": types.per_tensor(types.operand(op, graph, 1))[1],
        "out_zero": zero,
        "out_min": low,
        "out_max": high,
    }


def sum_fields(op: Op, graph: Graph, sign: int) -> dict[str, int]:
    """Fields of mk_weighted_sum_params."""
    return sum_factors(op, graph, sign) | zero_fields(op, graph)


def limits(op: Op, graph: Graph) -> dict[str, int]:
    """Lowest and highest stored output."""
    _, low, high = output_range(op, graph)
    return {"low": low, "high": high}


def sum_factors(op: Op, graph: Graph, sign: int) -> dict[str, int]:
    """The factors of a scaled sum, under the names the kernels use."""
    s = sum_scaling(op, graph)
    return {
        "a_multiplier": s.a[0],
        "b_multiplier": s.b[0],
        "out_multiplier": s.out[0],
        "a_shift": s.a[1],
        "b_shift": s.b[1],
        "out_shift": s.out[1],
        "sign": sign,
    }
