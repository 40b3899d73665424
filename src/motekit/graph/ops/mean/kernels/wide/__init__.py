"""Mean of int16 activations in plain C99, one output at a time."""

from __future__ import annotations

from motekit.core.graph import Graph, Op
from motekit.core.op import Emitted, Kernel
from motekit.core.target import TargetSpec
from motekit.graph.ops import mean
from motekit.graph.ops._shared import emit as shared
from motekit.graph.ops._shared import reduction, types


def applies(op: Op, graph: Graph, target: TargetSpec) -> str | None:
    if mean.count(op, graph) >= 1 << 16:
        return "a 32-bit sum can overflow"
    return reduction.applies(op, graph, target)


def emit(op: Op, graph: Graph, target: TargetSpec) -> Emitted:
    multiplier, shift = mean.factor(op, graph)
    return Emitted(
        sources=(
            (__name__, "mk_mean_wide.h"),
            (__name__, "mk_mean_wide.c"),
            (shared.HERE, "mk_reduce.h"),
            shared.REQUANTIZE,
        ),
        constants=(),
        struct="mk_mean_wide_params",
        fields={
            "loops": reduction.loops(op, graph),
            "multiplier": multiplier,
            "shift": shift,
        },
        call="mk_mean_wide({params}, {in0}, {out0})",
        stack_bytes=120,
    )


KERNEL = Kernel(
    name="wide",
    summary="C99 for int16 activations, one output at a time",
    applies=types.only("int16", applies),
    cost=reduction.cost,
    emit=emit,
    code_bytes=338,
)
