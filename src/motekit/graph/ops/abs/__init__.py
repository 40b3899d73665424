"""The absolute value. Attributes: rounding ("double": what BUILTIN_REF does).

Equal scales skip the factor of one, which would round twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from motekit.core.graph import Graph, Op, Tensor
from motekit.core.op import OpSpec, TfliteForm, TfliteSpelling
from motekit.graph import numerics
from motekit.graph.ops._shared import channels, frames, unary


def table(op: Op, graph: Graph) -> unary.Table:
    """Stored output for every stored input."""
    in_scale, in_zero, out_scale, out_zero = unary.scales(op, graph)
    size = np.abs(unary.STORED - in_zero)
    if in_scale != out_scale:
        factor = numerics.quantize_multiplier(numerics.ratio_f32(in_scale, out_scale))
        size = numerics.multiply(size, *factor, str(op.attrs["rounding"]))
    return unary.saturated(size + out_zero)


def _read(
    options: Any, inputs: Sequence[Tensor | None], outputs: Sequence[Tensor]
) -> Mapping[str, Any]:
    unary.read(options, inputs, outputs)
    return {"rounding": "double"}


OP = OpSpec(
    kind="abs",
    summary="absolute value",
    infer=unary.infer,
    reference=unary.reference(table),
    macs=unary.macs,
    tflite=(
        TfliteSpelling("ABS", 2, "AbsOptions", _read, lambda op, graph: TfliteForm({}, op.inputs)),
    ),
    package=__name__,
    time=frames.pointwise,
    channels=channels.tabulated(table),
)
