"""Average pooling in plain C99, one output at a time."""

from __future__ import annotations

from motekit.core.graph import Graph, Op
from motekit.core.op import Cost, Emitted, Kernel
from motekit.core.target import TargetSpec
from motekit.graph.ops._shared import emit as shared
from motekit.graph.ops._shared import pooling, types

PACKAGE = __name__  # where the code for both widths lies


def applies(op: Op, graph: Graph, target: TargetSpec) -> str | None:
    return shared.too_large(pooling.fields(op, graph))


def cost(op: Op, graph: Graph, target: TargetSpec) -> Cost:
    w = pooling.geometry(op)
    out = graph.type(op.outputs[0]).size
    return Cost(out * (12 * w.size[0] * w.size[1] + 30), flash_bytes=28, ram_bytes=0)


def emit(op: Op, graph: Graph, target: TargetSpec) -> Emitted:
    return pooling.emitted(op, graph, "mk_average_pool_2d", __name__, PACKAGE)


MOST = 255  # pixels whose sum fits 16 bits


def running(op: Op, graph: Graph, target: TargetSpec) -> Emitted | None:
    """The mean of a whole image from its rows."""
    x, w = types.operand(op, graph), pooling.geometry(op)
    if x.shape[0] != 1 or w.size != x.shape[1:3] or any(w.padding) or w.size[0] * w.size[1] > MOST:
        return None
    low, high = pooling.output_range(op, graph)
    return Emitted(
        sources=(
            (__name__, "mk_average_pool_running.h"),
            (__name__, "mk_average_pool_running.c"),
            shared.REQUANTIZE,
        ),
        constants=(),
        struct="mk_average_pool_running_params",
        fields={
            "rows": x.shape[1],
            "columns": x.shape[2],
            "channels": x.shape[3],
            "out_min": low,
            "out_max": high,
        },
        call="mk_average_pool_running({params}, {in0}, {out0}, {scratch}, {row})",
        scratch_bytes=2 * x.shape[3],
        stack_bytes=48,
    )


KERNEL = Kernel(
    name="portable",
    summary="C99, one output at a time",
    applies=types.only("int8", applies),
    cost=cost,
    emit=emit,
    overlap=pooling.overlap,
    running=running,
    code_bytes=372,
)
