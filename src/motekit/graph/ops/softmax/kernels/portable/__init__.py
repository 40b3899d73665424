"""Softmax in plain C99: no table, no FPU, exponentials computed twice in place of a scratch."""

from __future__ import annotations

from motekit.core.graph import Graph, Op
from motekit.core.op import Cost, Emitted, Kernel
from motekit.core.target import TargetSpec
from motekit.graph.ops.softmax import scaling


def _rows(op: Op, graph: Graph) -> tuple[int, int]:
    """(rows, elements of a row)."""
    type_ = graph.type(op.outputs[0])
    return type_.size // type_.shape[-1], type_.shape[-1]


def applies(op: Op, graph: Graph, target: TargetSpec) -> str | None:
    rows, size = _rows(op, graph)
    if size > 4096:
        return "a row of more than 4,096 elements overflows the Q12.19 sum"
    return None if rows <= 0xFFFF else "more than 65,535 rows"


def cost(op: Op, graph: Graph, target: TargetSpec) -> Cost:
    rows, size = _rows(op, graph)
    return Cost(cycles=rows * (250 * size + 120), flash_bytes=20, ram_bytes=0)


def emit(op: Op, graph: Graph, target: TargetSpec) -> Emitted:
    rows, size = _rows(op, graph)
    s = scaling(op, graph)
    return Emitted(
        sources=(
            (__name__, "mk_softmax.h"),
            (__name__, "mk_softmax.c"),
            ("motekit.graph.ops._shared", "mk_requantize.h"),
        ),
        constants=(),
        struct="mk_softmax_params",
        fields={
            "multiplier": s.multiplier,
            "diff_min": s.diff_min,
            "rows": rows,
            "size": size,
            "left_shift": s.left_shift,
        },
        call="mk_softmax({params}, {in0}, {out0})",
        stack_bytes=160,
    )


KERNEL = Kernel(
    name="portable",
    summary="C99, exponentials computed in fixed point",
    applies=applies,
    cost=cost,
    emit=emit,
    overlap=lambda op, graph, target: {(0, 0): 0},
)
