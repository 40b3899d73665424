"""Max pooling in plain C99, one output at a time."""

from __future__ import annotations

from motekit.core.graph import Graph, Op
from motekit.core.op import Cost, Emitted, Kernel
from motekit.core.target import TargetSpec
from motekit.graph.ops._shared import emit as shared
from motekit.graph.ops._shared import pooling, types


def applies(op: Op, graph: Graph, target: TargetSpec) -> str | None:
    return shared.too_large(pooling.fields(op, graph))


def cost(op: Op, graph: Graph, target: TargetSpec) -> Cost:
    w = pooling.geometry(op)
    out = graph.type(op.outputs[0]).size
    return Cost(out * (12 * w.size[0] * w.size[1] + 30), flash_bytes=28, ram_bytes=0)


def emit(op: Op, graph: Graph, target: TargetSpec) -> Emitted:
    low, high = pooling.output_range(op, graph)
    return Emitted(
        sources=(
            (__name__, "mk_max_pool_2d.h"),
            (__name__, "mk_max_pool_2d.c"),
            shared.REQUANTIZE,
        ),
        constants=(),
        struct="mk_max_pool_2d_params",
        fields=pooling.fields(op, graph) | {"out_min": low, "out_max": high},
        call="mk_max_pool_2d({params}, {in0}, {out0})",
        stack_bytes=120,
    )


KERNEL = Kernel(
    name="portable",
    summary="C99, one output at a time",
    applies=types.only("int8", applies),
    cost=cost,
    emit=emit,
    overlap=pooling.overlap,
    code_bytes=336,
)
