"""Taking apart in plain C99: runs of bytes, as split does it."""

from __future__ import annotations

import math

import numpy as np

from motekit.core.graph import Graph, Op
from motekit.core.op import Constant, Cost, Emitted, Kernel
from motekit.core.target import TargetSpec
from motekit.graph.ops import unpack
from motekit.graph.ops._shared import emit as shared
from motekit.graph.ops._shared import types

CUT = "motekit.graph.ops.split.kernels.portable"  # the same runs, the same C


def applies(op: Op, graph: Graph, target: TargetSpec) -> str | None:
    return None


def cost(op: Op, graph: Graph, target: TargetSpec) -> Cost:
    nbytes = types.operand(op, graph).nbytes
    return Cost(2 * nbytes, flash_bytes=12 + 4 * len(op.outputs), ram_bytes=0)


def emit(op: Op, graph: Graph, target: TargetSpec) -> Emitted:
    outer = math.prod(types.operand(op, graph).shape[: unpack.axis(op, graph)])
    part, count = graph.type(op.outputs[0]), len(op.outputs)
    chunk = np.full(count, part.nbytes // max(outer, 1), np.uint32)
    pointers = ", ".join(f"{{out{i}}}" for i in range(count))
    return Emitted(
        sources=((CUT, "mk_split.h"), (CUT, "mk_split.c"), shared.RUN),
        constants=(Constant("chunk", "uint32_t", chunk),),
        struct="mk_split_params",
        fields={"chunk": "chunk", "outer": outer, "outputs": count},
        call=f"mk_split({{params}}, {{in0}}, (void *const[]){{{{{pointers}}}}})",
        stack_bytes=64 + 4 * count,
    )


KERNEL = Kernel(
    name="portable", summary="C99, runs of bytes", applies=applies, cost=cost, emit=emit
)
