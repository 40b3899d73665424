"""Average pooling of int16 activations in plain C99."""

from __future__ import annotations

from motekit.core.graph import Graph, Op
from motekit.core.op import Emitted, Kernel
from motekit.core.target import TargetSpec
from motekit.graph.ops._shared import emit as shared
from motekit.graph.ops._shared import pooling, types
from motekit.graph.ops.average_pool_2d.kernels.portable import PACKAGE, cost

MOST = 65_000  # pixels whose sum fits 32 bits, half of their count included


def applies(op: Op, graph: Graph, target: TargetSpec) -> str | None:
    w = pooling.geometry(op)
    if w.size[0] * w.size[1] > MOST:
        return "a 32-bit sum can overflow"
    return shared.too_large(pooling.fields(op, graph))


def emit(op: Op, graph: Graph, target: TargetSpec) -> Emitted:
    return pooling.emitted(op, graph, "mk_average_pool_wide", __name__, PACKAGE)


KERNEL = Kernel(
    name="wide",
    summary="C99 for int16 activations, one output at a time",
    applies=types.only("int16", applies),
    cost=cost,
    emit=emit,
    overlap=pooling.overlap,
    code_bytes=372,
)
