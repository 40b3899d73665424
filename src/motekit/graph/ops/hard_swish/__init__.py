"""x · clamp(x + 3, 0, 6) / 6, in 16-bit fixed point as BUILTIN_REF computes it."""

from __future__ import annotations

import numpy as np

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op
from motekit.core.op import OpSpec, TfliteForm, TfliteSpelling
from motekit.core.tensors import TensorType
from motekit.graph import numerics
from motekit.graph.ops._shared import channels, frames, row_windows, unary

INT16_MAX = (1 << 15) - 1


def factors(op: Op, graph: Graph) -> tuple[tuple[int, int], tuple[int, int]]:
    """((multiplier, shift) to the output, (multiplier, shift) to the clamped part), 16 bits."""
    in_scale, _, out_scale, _ = unary.scales(op, graph)
    fine = float(np.float32(1 / 128) * np.float32(in_scale))

    def sixteen(real: float) -> tuple[int, int]:
        multiplier, shift = numerics.quantize_multiplier(real)
        return min(INT16_MAX, (multiplier + (1 << 15)) >> 16), shift

    gate_scale = float(np.float32(3 / 32768))
    return (
        sixteen(numerics.ratio_f32(fine, out_scale)),
        sixteen(numerics.ratio_f32(fine, gate_scale)),
    )


def infer(op: Op, graph: Graph) -> tuple[TensorType, ...]:
    types = unary.infer(op, graph)
    if factors(op, graph)[0][1] > 0:
        raise InputError("the output scale is too small for the input")
    return types


def high_mul(a: numerics.I64, b: numerics.I64 | int) -> numerics.I64:
    """High 16 bits of 2ab of int16 values, rounded, saturated."""
    return np.asarray(np.minimum((a * b + (1 << 14)) >> 15, INT16_MAX))


def saturating_left(x: numerics.I64, bits: int) -> numerics.I64:
    """x · 2**bits, saturated to int16."""
    return np.asarray(np.clip(x << bits, -INT16_MAX - 1, INT16_MAX))


def table(op: Op, graph: Graph) -> unary.Table:
    """Stored output for every stored input."""
    _, in_zero, _, out_zero = unary.scales(op, graph)
    (to_out, out_shift), (to_gate, gate_shift) = factors(op, graph)
    x = (unary.STORED - in_zero) * 128
    gate = saturating_left(x, gate_shift - 1) if gate_shift > 0 else x
    gate = high_mul(gate, to_gate)
    if gate_shift > 0:
        gate = saturating_left(gate, 1)
    elif gate_shift < 0:
        gate = numerics.rounding_shift(gate, -gate_shift)
    product = ((gate + (1 << 15)) >> 1) * high_mul(x, to_out)
    truncated = np.where(product >= 0, product >> 15, -((-product) >> 15))
    return unary.saturated(numerics.rounding_shift(truncated, -out_shift) + out_zero)


OP = OpSpec(
    kind="hard_swish",
    summary="x times a clamped line",
    infer=infer,
    reference=unary.reference(table),
    macs=unary.macs,
    tflite=(
        TfliteSpelling(
            "HARD_SWISH", 1, "HardSwishOptions", unary.read,
            lambda op, graph: TfliteForm({}, op.inputs),
        ),
    ),
    package=__name__,
    time=frames.pointwise,
    rows=row_windows.elementwise,
    channels=channels.tabulated(table),
)  # fmt: skip
