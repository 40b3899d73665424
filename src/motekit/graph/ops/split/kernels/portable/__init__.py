"""Split in plain C99: runs of bytes, one output after the other."""

from __future__ import annotations

import math

import numpy as np

from motekit.core.graph import Graph, Op
from motekit.core.op import Constant, Cost, Emitted, Kernel
from motekit.core.target import TargetSpec
from motekit.graph.ops import split
from motekit.graph.ops._shared import emit as shared
from motekit.graph.ops._shared import types


def applies(op: Op, graph: Graph, target: TargetSpec) -> str | None:
    return None


def cost(op: Op, graph: Graph, target: TargetSpec) -> Cost:
    nbytes = types.operand(op, graph).nbytes
    return Cost(2 * nbytes, flash_bytes=12 + 4 * len(op.outputs), ram_bytes=0)


def emit(op: Op, graph: Graph, target: TargetSpec) -> Emitted:
    axis = split.axis(op, graph)
    outer = math.prod(types.operand(op, graph).shape[:axis])
    parts = [graph.type(name) for name in op.outputs]
    chunk = np.array([part.nbytes // max(outer, 1) for part in parts], np.uint32)
    pointers = ", ".join(f"{{out{i}}}" for i in range(len(parts)))
    return Emitted(
        sources=((__name__, "mk_split.h"), (__name__, "mk_split.c"), shared.RUN),
        constants=(Constant("chunk", "uint32_t", chunk),),
        struct="mk_split_params",
        fields={"chunk": "chunk", "outer": outer, "outputs": len(parts)},
        call=f"mk_split({{params}}, {{in0}}, (void *const[]){{{{{pointers}}}}})",
        stack_bytes=64 + 4 * len(parts),
    )


KERNEL = Kernel(
    name="portable",
    summary="C99, runs of bytes",
    applies=applies,
    cost=cost,
    emit=emit,
    code_bytes=176,
)
