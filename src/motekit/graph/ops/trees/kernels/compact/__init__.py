"""Nodes of two words, for up to 128 features and subtrees of up to 255 words: a third less."""

from __future__ import annotations

from dataclasses import replace

from motekit.core.graph import Graph, Op
from motekit.core.op import Cost, Emitted, Kernel
from motekit.core.target import TargetSpec
from motekit.graph.ops.trees import LEAF, constants, encode

FEATURES, REACH = 128, 255


def applies(op: Op, graph: Graph, target: TargetSpec) -> str | None:
    reason = encode.refusal(op, graph)
    if reason is not None:
        return reason
    nodes, _, _ = constants(op, graph)
    if nodes[:, 0].max(initial=LEAF) >= FEATURES:
        return f"features beyond the {FEATURES}th"
    reach = [0]

    def measured(feature: int, threshold: int, right: int) -> list[int]:
        reach[0] = max(reach[0], right)
        return [0, 0]

    encode.words(op, graph, measured)
    return None if reach[0] <= REACH else f"a right child more than {REACH} words away"


def cost(op: Op, graph: Graph, target: TargetSpec) -> Cost:
    found = encode.cost(op, graph, encode.compact)
    return replace(found, cycles=found.cycles - 1)  # one load less a node, one shift more


def emit(op: Op, graph: Graph, target: TargetSpec) -> Emitted:
    return encode.emit(op, graph, encode.compact, __name__, "mk_trees_compact")


KERNEL = Kernel(
    name="compact",
    summary="C99, nodes of two words",
    applies=applies,
    cost=cost,
    emit=emit,
)
