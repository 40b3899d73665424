"""Largest value over axes in plain C99."""

from __future__ import annotations

from motekit.core.graph import Graph, Op
from motekit.core.op import Emitted, Kernel
from motekit.core.target import TargetSpec
from motekit.graph.ops._shared import emit as shared
from motekit.graph.ops._shared import reduction


def emit(op: Op, graph: Graph, target: TargetSpec) -> Emitted:
    return Emitted(
        sources=(
            (shared.HERE, "mk_reduce_extremum.h"),
            (shared.HERE, "mk_reduce_extremum.c"),
            (shared.HERE, "mk_reduce.h"),
        ),
        constants=(),
        struct="mk_reduce_extremum_params",
        fields={"loops": reduction.loops(op, graph), "largest": 1},
        call="mk_reduce_extremum({params}, {in0}, {out0})",
        stack_bytes=120,
    )


KERNEL = Kernel(
    name="portable",
    summary="C99, one output at a time",
    applies=reduction.applies,
    cost=reduction.cost,
    emit=emit,
    code_bytes=220,
)
