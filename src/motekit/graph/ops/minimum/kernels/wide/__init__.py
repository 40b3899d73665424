"""Elementwise minimum of int16 activations in plain C99, with broadcasting."""

from __future__ import annotations

from motekit.core.graph import Graph, Op
from motekit.core.op import Emitted, Kernel
from motekit.core.target import TargetSpec
from motekit.graph.ops._shared import elementwise, types
from motekit.graph.ops._shared import emit as shared


def emit(op: Op, graph: Graph, target: TargetSpec) -> Emitted:
    return elementwise.emitted(op, graph, "extremum16", shared.HERE, {"larger": 0})


KERNEL = Kernel(
    name="wide",
    summary="C99 for int16 activations, any broadcast",
    applies=types.only("int16", elementwise.applies),
    cost=elementwise.cost,
    emit=emit,
    overlap=elementwise.overlap,
    code_bytes=254,
)
