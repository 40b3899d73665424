"""Concatenation in plain C99: runs of bytes, one input after the other."""

from __future__ import annotations

import math

import numpy as np

from motekit.core.graph import Graph, Op
from motekit.core.op import Constant, Cost, Emitted, Kernel
from motekit.core.target import TargetSpec
from motekit.graph.ops import concatenation
from motekit.graph.ops._shared import emit as shared
from motekit.graph.ops._shared import types


def applies(op: Op, graph: Graph, target: TargetSpec) -> str | None:
    constant = any(graph.tensors[str(name)].is_constant for name in op.inputs)
    return "an input is constant" if constant else None


def cost(op: Op, graph: Graph, target: TargetSpec) -> Cost:
    nbytes = graph.type(op.outputs[0]).nbytes
    return Cost(2 * nbytes, flash_bytes=12 + 4 * len(op.inputs), ram_bytes=0)


def emit(op: Op, graph: Graph, target: TargetSpec) -> Emitted:
    axis = concatenation.axis(op, graph)
    parts = [types.operand(op, graph, i) for i in range(len(op.inputs))]
    outer = math.prod(parts[0].shape[:axis])
    chunk = np.array([part.nbytes // max(outer, 1) for part in parts], np.uint32)
    pointers = ", ".join(f"{{in{i}}}" for i in range(len(parts)))
    return Emitted(
        sources=((__name__, "mk_concatenation.h"), (__name__, "mk_concatenation.c"), shared.RUN),
        constants=(Constant("chunk", "uint32_t", chunk),),
        struct="mk_concatenation_params",
        fields={"chunk": "chunk", "outer": outer, "inputs": len(parts)},
        call=f"mk_concatenation({{params}}, (const void *const[]){{{{{pointers}}}}}, {{out0}})",
        stack_bytes=64 + 4 * len(parts),
    )


KERNEL = Kernel(
    name="portable",
    summary="C99, runs of bytes",
    applies=applies,
    cost=cost,
    emit=emit,
    code_bytes=180,
)
