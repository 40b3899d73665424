"""Elementwise 1 / (1 + exp(−x)), int8; LiteRT fixes the output scale at 1/256 and zero point −128.

BUILTIN_REF reads a table made from float32 values, rounded half away from zero.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from motekit.core.graph import Graph, Op
from motekit.core.op import OpSpec, TfliteForm, TfliteSpelling
from motekit.core.tensors import QuantParams, TensorType
from motekit.graph.ops._shared import channels, frames, row_windows, unary

OUTPUT = QuantParams((1 / 256,), (-128,))


def infer(op: Op, graph: Graph) -> tuple[TensorType, ...]:
    (out,) = unary.infer(op, graph)
    return (replace(out, quant=OUTPUT),)


def table(op: Op, graph: Graph) -> unary.Table:
    """Stored output for every stored input."""
    return unary.of_real(op, graph, _sigmoid)


def _sigmoid(x: unary.F32) -> unary.F32:
    """float32 throughout but for exp, which is rounded correctly from float64."""
    limited = np.minimum(-x.astype(np.float64), 88.0)  # beyond it the result is 0 all the same
    exponential = np.exp(limited).astype(np.float32)
    return np.asarray(np.float32(1) / (np.float32(1) + exponential))


OP = OpSpec(
    kind="logistic",
    summary="sigmoid of every value",
    infer=infer,
    reference=unary.reference(table),
    macs=unary.macs,
    tflite=(
        TfliteSpelling("LOGISTIC", 2, "", unary.read, lambda op, graph: TfliteForm({}, op.inputs)),
    ),
    package=__name__,
    time=frames.pointwise,
    rows=row_windows.elementwise,
    channels=channels.tabulated(table),
)
