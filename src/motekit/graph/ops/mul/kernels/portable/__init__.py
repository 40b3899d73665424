"""Elementwise product in plain C99, with broadcasting."""

from __future__ import annotations

from motekit.core.graph import Graph, Op
from motekit.core.op import Emitted, Kernel
from motekit.core.target import TargetSpec
from motekit.graph.ops import mul
from motekit.graph.ops._shared import binary, elementwise, types


def emit(op: Op, graph: Graph, target: TargetSpec) -> Emitted:
    multiplier, shift = mul.factor(op, graph)
    fields = {"multiplier": multiplier, "shift": shift, **binary.zero_fields(op, graph)}
    return elementwise.emitted(op, graph, "mul", __name__, fields)


KERNEL = Kernel(
    name="portable",
    summary="C99, any broadcast",
    applies=types.only("int8", elementwise.applies),
    cost=elementwise.cost,
    emit=emit,
    overlap=elementwise.overlap,
    code_bytes=286,
)
