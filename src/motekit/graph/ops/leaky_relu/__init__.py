"""x where x ≥ 0, else alpha · x. Attributes: alpha; rounding ("double")."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op, Tensor
from motekit.core.op import OpSpec, TfliteForm, TfliteSpelling
from motekit.graph import numerics
from motekit.graph.ops._shared import channels, frames, row_windows, types, unary


def factors(op: Op, graph: Graph) -> tuple[tuple[int, int], tuple[int, int]]:
    """Fixed-point (multiplier, shift) of values from 0 on, and of those below."""
    in_scale, _, out_scale, _ = unary.scales(op, graph)
    alpha = float(np.float32(types.real(op.attrs, "alpha")))
    return (
        numerics.quantize_multiplier(numerics.ratio_f32(in_scale, out_scale)),
        numerics.quantize_multiplier(numerics.ratio_f32(in_scale, out_scale, alpha)),
    )


def compute(op: Op, graph: Graph, x: numerics.I64) -> numerics.I64:
    """Stored outputs of stored inputs, not saturated."""
    _, in_zero, _, out_zero = unary.scales(op, graph)
    above, below = (
        numerics.multiply(x - in_zero, *factor, str(op.attrs["rounding"]))
        for factor in factors(op, graph)
    )
    return np.asarray(np.where(x >= in_zero, above, below) + out_zero)


table = unary.tabulated(compute)


def _read(
    options: Any, inputs: Sequence[Tensor | None], outputs: Sequence[Tensor]
) -> Mapping[str, Any]:
    unary.read_wide(options, inputs, outputs)
    alpha = float(options.Alpha()) if options is not None else 0.0
    if not 0 <= alpha < 1e6:
        raise InputError("alpha must be 0 or a positive number", value=alpha)
    return {"alpha": alpha, "rounding": "double"}


def _write(op: Op, graph: Graph) -> TfliteForm:
    return TfliteForm({"alpha": op.attrs["alpha"]}, op.inputs)


OP = OpSpec(
    kind="leaky_relu",
    summary="negative values scaled down",
    infer=unary.infer_wide,
    reference=unary.reference_wide(compute),
    macs=unary.macs,
    tflite=(TfliteSpelling("LEAKY_RELU", 2, "LeakyReluOptions", _read, _write),),
    package=__name__,
    time=frames.pointwise,
    rows=row_windows.elementwise,
    channels=channels.tabulated(table),
)
