"""The largest value over axes. Attributes: axes, keep_dims."""

from __future__ import annotations

from collections.abc import Sequence

from motekit.core.graph import Graph, Op
from motekit.core.op import Array, OpSpec, TfliteSpelling
from motekit.graph.ops._shared import reduction


def reference(op: Op, graph: Graph, inputs: Sequence[Array]) -> tuple[Array, ...]:
    axes = reduction.axes(op, inputs[0].ndim)
    return (inputs[0].max(axis=axes, keepdims=bool(op.attrs["keep_dims"])),)


OP = OpSpec(
    kind="reduce_max",
    summary="largest value over axes",
    infer=reduction.infer_same,
    reference=reference,
    macs=reduction.macs,
    tflite=(
        TfliteSpelling(
            "REDUCE_MAX", 2, "ReducerOptions", reduction.reader(), reduction.write, (0,)
        ),
    ),
    package=__name__,
    time=reduction.time,
)
