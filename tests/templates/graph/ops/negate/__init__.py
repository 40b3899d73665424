"""−x, with a change of scale. TFLite has no int8 NEG, so no spelling.

Attributes: rounding ("double").
"""

from __future__ import annotations

from motekit.core.graph import Graph, Op
from motekit.core.op import OpSpec
from motekit.graph import numerics
from motekit.graph.ops._shared import unary


def table(op: Op, graph: Graph) -> unary.Table:
    """Stored output for every stored input."""
    in_scale, in_zero, out_scale, out_zero = unary.scales(op, graph)
    factor = numerics.quantize_multiplier(in_scale / out_scale)
    scaled = numerics.multiply(in_zero - unary.STORED, *factor, str(op.attrs["rounding"]))
    return unary.saturated(scaled + out_zero)


OP = OpSpec(
    kind="negate",
    summary="minus the value",
    infer=unary.infer,
    reference=unary.reference(table),
    macs=unary.macs,
    tflite=(),
    package=__name__,
)
