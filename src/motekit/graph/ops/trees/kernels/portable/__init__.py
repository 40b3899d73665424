"""Nodes of three words: any number of features, trees of any size that 16 bits can measure."""

from __future__ import annotations

from motekit.core.graph import Graph, Op
from motekit.core.op import Cost, Emitted, Kernel
from motekit.core.target import TargetSpec
from motekit.graph.ops.trees import encode


def applies(op: Op, graph: Graph, target: TargetSpec) -> str | None:
    if graph.type(str(op.inputs[0])).shape[1] > encode.MOST_WORDS:
        return f"more than {encode.MOST_WORDS} features"
    return encode.refusal(op, graph)


def cost(op: Op, graph: Graph, target: TargetSpec) -> Cost:
    return encode.cost(op, graph, encode.wide)


def emit(op: Op, graph: Graph, target: TargetSpec) -> Emitted:
    return encode.emit(op, graph, encode.wide, __name__, "mk_trees")


KERNEL = Kernel(
    name="portable",
    summary="C99, nodes of three words",
    applies=applies,
    cost=cost,
    emit=emit,
)
