"""Softmax with a table of exponentials: few cycles, and small where the input scale is coarse."""

from __future__ import annotations

import numpy as np

from motekit.core.graph import Graph, Op
from motekit.core.op import Constant, Cost, Emitted, Kernel
from motekit.core.target import TargetSpec
from motekit.graph.ops.softmax import fixed, scaling
from motekit.graph.ops.softmax.kernels import portable


def cost(op: Op, graph: Graph, target: TargetSpec) -> Cost:
    count, size = portable.rows(op, graph)
    table = 4 * len(fixed.exponentials(scaling(op, graph)))
    return Cost(count * (60 * size + 260), flash_bytes=12 + table, ram_bytes=0)


def emit(op: Op, graph: Graph, target: TargetSpec) -> Emitted:
    count, size = portable.rows(op, graph)
    table = fixed.exponentials(scaling(op, graph)).astype(np.int32)
    return Emitted(
        sources=(
            (__name__, "mk_softmax_table.h"),
            (__name__, "mk_softmax_table.c"),
            *portable.FILES,
        ),
        constants=(Constant("exponentials", "int32_t", table),),
        struct="mk_softmax_table_params",
        fields={
            "exponentials": "exponentials",
            "count": len(table),
            "rows": count,
            "size": size,
        },
        call="mk_softmax_table({params}, {in0}, {out0})",
        stack_bytes=80,
    )


KERNEL = Kernel(
    name="table",
    summary="C99, a table of exponentials",
    applies=portable.KERNEL.applies,
    cost=cost,
    emit=emit,
    overlap=portable.in_place,
    code_bytes=330,
)
