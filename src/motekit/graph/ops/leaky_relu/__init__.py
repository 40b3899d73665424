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


def table(op: Op, graph: Graph) -> unary.Table:
    """Stored output for every stored input."""
    in_scale, in_zero, out_scale, out_zero = unary.scales(op, graph)
    alpha = float(np.float32(types.real(op.attrs, "alpha")))
    rounding = str(op.attrs["rounding"])
    x = unary.STORED - in_zero
    same = numerics.quantize_multiplier(numerics.ratio_f32(in_scale, out_scale))
    scaled = numerics.quantize_multiplier(numerics.ratio_f32(in_scale, out_scale, alpha))
    out = np.where(
        x >= 0, numerics.multiply(x, *same, rounding), numerics.multiply(x, *scaled, rounding)
    )
    return unary.saturated(out + out_zero)


def _read(
    options: Any, inputs: Sequence[Tensor | None], outputs: Sequence[Tensor]
) -> Mapping[str, Any]:
    unary.read(options, inputs, outputs)
    alpha = float(options.Alpha()) if options is not None else 0.0
    if not 0 <= alpha < 1e6:
        raise InputError("alpha must be 0 or a positive number", value=alpha)
    return {"alpha": alpha, "rounding": "double"}


def _write(op: Op, graph: Graph) -> TfliteForm:
    return TfliteForm({"alpha": op.attrs["alpha"]}, op.inputs)


OP = OpSpec(
    kind="leaky_relu",
    summary="negative values scaled down",
    infer=unary.infer,
    reference=unary.reference(table),
    macs=unary.macs,
    tflite=(TfliteSpelling("LEAKY_RELU", 2, "LeakyReluOptions", _read, _write),),
    package=__name__,
    time=frames.pointwise,
    rows=row_windows.elementwise,
    channels=channels.tabulated(table),
)
