"""Elementwise hyperbolic tangent, int8; LiteRT fixes the output scale at 1/128 and zero point 0.

BUILTIN_REF reads a table made from float32 values, rounded half away from zero.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from motekit.core.graph import Graph, Op
from motekit.core.op import OpSpec, TfliteForm, TfliteSpelling
from motekit.core.tensors import QuantParams, TensorType
from motekit.graph.ops._shared import channels, frames, row_windows, unary

OUTPUT = QuantParams((1 / 128,), (0,))


def infer(op: Op, graph: Graph) -> tuple[TensorType, ...]:
    (out,) = unary.infer(op, graph)
    return (replace(out, quant=OUTPUT),)


def table(op: Op, graph: Graph) -> unary.Table:
    """Stored output for every stored input."""
    return unary.of_real(op, graph, _tanh)


def _tanh(x: unary.F32) -> unary.F32:
    """Rounded correctly from float64."""
    return np.tanh(x.astype(np.float64)).astype(np.float32)


OP = OpSpec(
    kind="tanh",
    summary="hyperbolic tangent of every value",
    infer=infer,
    reference=unary.reference(table),
    macs=unary.macs,
    tflite=(
        TfliteSpelling("TANH", 2, "", unary.read, lambda op, graph: TfliteForm({}, op.inputs)),
    ),
    package=__name__,
    time=frames.pointwise,
    rows=row_windows.elementwise,
    channels=channels.tabulated(table),
)
