"""Index of the largest value in plain C99."""

from __future__ import annotations

import math

from motekit.core.graph import Graph, Op
from motekit.core.op import Cost, Emitted, Kernel
from motekit.core.target import TargetSpec
from motekit.graph.ops import arg_max
from motekit.graph.ops._shared import types


def applies(op: Op, graph: Graph, target: TargetSpec) -> str | None:
    return None


def cost(op: Op, graph: Graph, target: TargetSpec) -> Cost:
    return Cost(9 * types.operand(op, graph).size, flash_bytes=12, ram_bytes=0)


def emit(op: Op, graph: Graph, target: TargetSpec) -> Emitted:
    shape, axis = types.operand(op, graph).shape, arg_max.axis(op, graph)
    return Emitted(
        sources=((__name__, "mk_arg_max.h"), (__name__, "mk_arg_max.c")),
        constants=(),
        struct="mk_arg_max_params",
        fields={
            "outer": math.prod(shape[:axis]),
            "count": shape[axis],
            "inner": math.prod(shape[axis + 1 :]),
        },
        call="mk_arg_max({params}, {in0}, {out0})",
        stack_bytes=64,
    )


KERNEL = Kernel(
    name="portable",
    summary="C99, one output at a time",
    applies=applies,
    cost=cost,
    emit=emit,
    code_bytes=140,
)
