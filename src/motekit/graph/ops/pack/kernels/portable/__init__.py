"""Stacking in plain C99: runs of bytes, as concatenation does it."""

from __future__ import annotations

import math

import numpy as np

from motekit.core.graph import Graph, Op
from motekit.core.op import Constant, Cost, Emitted, Kernel
from motekit.core.target import TargetSpec
from motekit.graph.ops import pack
from motekit.graph.ops._shared import emit as shared
from motekit.graph.ops._shared import types

JOIN = "motekit.graph.ops.concatenation.kernels.portable"  # the same runs, the same C


def applies(op: Op, graph: Graph, target: TargetSpec) -> str | None:
    constant = any(graph.tensors[str(name)].is_constant for name in op.inputs)
    return "an input is constant" if constant else None


def cost(op: Op, graph: Graph, target: TargetSpec) -> Cost:
    nbytes = graph.type(op.outputs[0]).nbytes
    return Cost(2 * nbytes, flash_bytes=12 + 4 * len(op.inputs), ram_bytes=0)


def emit(op: Op, graph: Graph, target: TargetSpec) -> Emitted:
    part, count = types.operand(op, graph), len(op.inputs)
    outer = math.prod(part.shape[: pack.axis(op, graph)])
    chunk = np.full(count, part.nbytes // max(outer, 1), np.uint32)
    pointers = ", ".join(f"{{in{i}}}" for i in range(count))
    return Emitted(
        sources=((JOIN, "mk_concatenation.h"), (JOIN, "mk_concatenation.c"), shared.RUN),
        constants=(Constant("chunk", "uint32_t", chunk),),
        struct="mk_concatenation_params",
        fields={"chunk": "chunk", "outer": outer, "inputs": count},
        call=f"mk_concatenation({{params}}, (const void *const[]){{{{{pointers}}}}}, {{out0}})",
        stack_bytes=64 + 4 * count,
    )


KERNEL = Kernel(
    name="portable", summary="C99, runs of bytes", applies=applies, cost=cost, emit=emit
)
