"""Any window, four words at a time, where words may lie at any address."""

from __future__ import annotations

from motekit.core.graph import Graph, Op
from motekit.core.op import Cost, Emitted, Kernel
from motekit.core.target import TargetSpec
from motekit.graph.ops.slide.kernels import portable


def applies(op: Op, graph: Graph, target: TargetSpec) -> str | None:
    anywhere = "unaligned" in target.features or target.isa == "host"
    return None if anywhere else "the core has no unaligned loads"


def cost(op: Op, graph: Graph, target: TargetSpec) -> Cost:
    f = portable.fields(op, graph)
    words = (f["kept"] + f["fresh"]) // 16
    rest = f["kept"] % 16 + f["fresh"] % 16
    return Cost(f["rows"] * (70 + 18 * words + 6 * rest), flash_bytes=12, ram_bytes=0)


def emit(op: Op, graph: Graph, target: TargetSpec) -> Emitted:
    return Emitted(
        sources=((__name__, "mk_slide_words.h"), (__name__, "mk_slide_words.c")),
        constants=(),
        struct="mk_slide_words_params",
        fields=portable.fields(op, graph),
        call="mk_slide_words({params}, {in0}, {in1}, {out0})",
        stack_bytes=64,
    )


KERNEL = Kernel(
    name="words",
    summary="C99, four words at a time",
    applies=applies,
    cost=cost,
    emit=emit,
    overlap=portable.overlap,
    code_bytes=160,
)
