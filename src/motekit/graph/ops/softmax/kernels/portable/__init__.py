"""Softmax in plain C99: no table, no FPU, exponentials computed twice in place of a scratch."""

from __future__ import annotations

from collections.abc import Mapping

from motekit.core.graph import Graph, Op
from motekit.core.op import Cost, Emitted, Kernel
from motekit.core.target import TargetSpec
from motekit.graph.ops._shared import emit as shared
from motekit.graph.ops._shared import types
from motekit.graph.ops.softmax import scaling

FILES = (
    ("motekit.graph.ops.softmax.kernels.portable", "mk_softmax_scale.h"),
    (shared.HERE, "mk_fixed.h"),
    (shared.HERE, "mk_fixed.c"),
)


def rows(op: Op, graph: Graph) -> tuple[int, int]:
    """(rows, elements of a row)."""
    type_ = graph.type(op.outputs[0])
    return type_.size // type_.shape[-1], type_.shape[-1]


def applies(op: Op, graph: Graph, target: TargetSpec) -> str | None:
    return None if rows(op, graph)[0] <= shared.MAX_U16 else "more than 65,535 rows"


def in_place(op: Op, graph: Graph, target: TargetSpec) -> Mapping[tuple[int, int], int]:
    """A row is read before it is written."""
    return {(0, 0): 0}


def cost(op: Op, graph: Graph, target: TargetSpec) -> Cost:
    count, size = rows(op, graph)
    return Cost(cycles=count * (330 * size + 260), flash_bytes=16, ram_bytes=0)


def emit(op: Op, graph: Graph, target: TargetSpec) -> Emitted:
    count, size = rows(op, graph)
    s = scaling(op, graph)
    return Emitted(
        sources=(
            (__name__, "mk_softmax.h"),
            (__name__, "mk_softmax.c"),
            *FILES,
        ),
        constants=(),
        struct="mk_softmax_params",
        fields={
            "multiplier": s.multiplier,
            "diff_min": s.diff_min,
            "rows": count,
            "size": size,
            "left_shift": s.left_shift,
        },
        call="mk_softmax({params}, {in0}, {out0})",
        stack_bytes=120,
    )


KERNEL = Kernel(
    name="portable",
    summary="C99, exponentials computed in fixed point",
    applies=types.only("int8", applies),
    cost=cost,
    emit=emit,
    overlap=in_place,
    code_bytes=508,
)
