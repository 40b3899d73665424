"""Softmax of int16 activations in plain C99, from two tables of 513 points."""

from __future__ import annotations

import numpy as np

from motekit.core.graph import Graph, Op
from motekit.core.op import Constant, Cost, Emitted, Kernel
from motekit.core.target import TargetSpec
from motekit.graph.ops import softmax
from motekit.graph.ops._shared import emit as shared
from motekit.graph.ops._shared import types
from motekit.graph.ops.softmax import wide
from motekit.graph.ops.softmax.kernels import portable


def cost(op: Op, graph: Graph, target: TargetSpec) -> Cost:
    count, size = portable.rows(op, graph)
    return Cost(cycles=count * (75 * size + 150), flash_bytes=2 * 2 * 513 + 20, ram_bytes=0)


def emit(op: Op, graph: Graph, target: TargetSpec) -> Emitted:
    count, size = portable.rows(op, graph)
    s = softmax.wide_scaling(op, graph)
    exponentials, reciprocals = (t.astype(np.int16) for t in wide.tables())
    return Emitted(
        sources=(
            (__name__, "mk_softmax_wide.h"),
            (__name__, "mk_softmax_wide.c"),
            shared.REQUANTIZE,
        ),
        constants=(
            Constant("exponentials", "int16_t", exponentials, note="of -10 to 0, Q0.15"),
            Constant("reciprocals", "int16_t", reciprocals, note="of 1 to 2, Q0.15"),
        ),
        struct="mk_softmax_wide_params",
        fields={
            "exponentials": "exponentials",
            "reciprocals": "reciprocals",
            "multiplier": s.multiplier,
            "shift": s.shift,
            "rows": count,
            "size": size,
        },
        call="mk_softmax_wide({params}, {in0}, {out0})",
        stack_bytes=120,
    )


KERNEL = Kernel(
    name="wide",
    summary="C99 for int16 activations, two tables",
    applies=types.only("int16", portable.applies),
    cost=cost,
    emit=emit,
    overlap=portable.in_place,
    code_bytes=476,
)
