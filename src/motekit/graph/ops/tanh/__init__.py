"""Elementwise hyperbolic tangent, int8; LiteRT fixes the output scale at 1/128 and zero point 0.

BUILTIN_REF reads a table made from float32 values, rounded half away from zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from motekit.core.graph import Graph, Op
from motekit.core.op import Array, OpSpec, TfliteSpelling
from motekit.core.tensors import QuantParams, TensorType
from motekit.graph.ops._shared import channels, curves16, frames, row_windows, unary

OUTPUT = QuantParams((1 / 128,), (0,))
WHOLE = (0, 1)  # powers of two of an int16 scale of 1/4096 that lose nothing


def infer(op: Op, graph: Graph) -> tuple[TensorType, ...]:
    (out,) = unary.infer_wide(op, graph)
    if out.dtype == "int8":
        return (replace(out, quant=OUTPUT),)
    curves16.scaling(op, graph, WHOLE)
    return (replace(out, quant=curves16.OUTPUT),)


def reference(op: Op, graph: Graph, inputs: Sequence[Array]) -> tuple[Array, ...]:
    if inputs[0].dtype == np.int8:
        return _looked_up(op, graph, inputs)
    x = curves16.scaled(inputs[0].astype(np.int64), curves16.scaling(op, graph, WHOLE))
    return (curves16.tanh(x).astype(np.int16),)


def table(op: Op, graph: Graph) -> unary.Table:
    """Stored output for every stored input."""
    return unary.of_real(op, graph, _tanh)


def _tanh(x: unary.F32) -> unary.F32:
    """Rounded correctly from float64."""
    return np.tanh(x.astype(np.float64)).astype(np.float32)


_looked_up = unary.reference(table)
OP = OpSpec(
    kind="tanh",
    summary="hyperbolic tangent of every value",
    infer=infer,
    reference=reference,
    macs=unary.macs,
    tflite=(TfliteSpelling("TANH", 2, "", unary.read_wide, unary.written(version=3)),),
    package=__name__,
    time=frames.pointwise,
    rows=row_windows.elementwise,
    channels=channels.tabulated(table),
)
