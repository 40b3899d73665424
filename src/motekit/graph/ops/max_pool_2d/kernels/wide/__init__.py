"""Max pooling of int16 activations in plain C99."""

from __future__ import annotations

from motekit.core.graph import Graph, Op
from motekit.core.op import Emitted, Kernel
from motekit.core.target import TargetSpec
from motekit.graph.ops._shared import emit as shared
from motekit.graph.ops._shared import pooling, types
from motekit.graph.ops.max_pool_2d.kernels.portable import PACKAGE, cost


def applies(op: Op, graph: Graph, target: TargetSpec) -> str | None:
    return shared.too_large(pooling.fields(op, graph))


def emit(op: Op, graph: Graph, target: TargetSpec) -> Emitted:
    return pooling.emitted(op, graph, "mk_max_pool_wide", __name__, PACKAGE)


KERNEL = Kernel(
    name="wide",
    summary="C99 for int16 activations, one output at a time",
    applies=types.only("int16", applies),
    cost=cost,
    emit=emit,
    overlap=pooling.overlap,
    code_bytes=340,
)
