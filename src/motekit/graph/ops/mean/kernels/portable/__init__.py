"""Mean in plain C99, one output at a time."""

from __future__ import annotations

from motekit.core.graph import Graph, Op
from motekit.core.op import Emitted, Kernel
from motekit.core.target import TargetSpec
from motekit.graph.ops import mean
from motekit.graph.ops._shared import emit as shared
from motekit.graph.ops._shared import reduction, types


def applies(op: Op, graph: Graph, target: TargetSpec) -> str | None:
    if mean.count(op, graph) >= 1 << 23:
        return "a 32-bit sum can overflow"
    return reduction.applies(op, graph, target)


def emit(op: Op, graph: Graph, target: TargetSpec) -> Emitted:
    multiplier, shift = mean.factor(op, graph)
    _, zero = types.per_tensor(types.operand(op, graph))
    _, out_zero = types.per_tensor(graph.type(op.outputs[0]))
    return Emitted(
        sources=(
            (__name__, "mk_mean.h"),
            (__name__, "mk_mean.c"),
            (shared.HERE, "mk_reduce.h"),
            shared.REQUANTIZE,
        ),
        constants=(),
        struct="mk_mean_params",
        fields={
            "loops": reduction.loops(op, graph),
            "bias": zero * mean.count(op, graph),
            "multiplier": multiplier,
            "shift": shift,
            "out_zero": out_zero,
        },
        call="mk_mean({params}, {in0}, {out0})",
        stack_bytes=120,
    )


KERNEL = Kernel(
    name="portable",
    summary="C99, one output at a time",
    applies=types.only("int8", applies),
    cost=reduction.cost,
    emit=emit,
    code_bytes=272,
)
