"""Max pooling in plain C99, one output at a time."""

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
    return pooling.emitted(op, graph, "mk_max_pool_2d", __name__, PACKAGE)


KERNEL = Kernel(
    name="portable",
    summary="C99, one output at a time",
    applies=types.only("int8", applies),
    cost=cost,
    emit=emit,
    overlap=pooling.overlap,
    code_bytes=336,
)
