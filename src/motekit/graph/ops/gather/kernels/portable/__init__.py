"""Slices by index in plain C99: runs of bytes."""

from __future__ import annotations

import math

from motekit.core.graph import Graph, Op
from motekit.core.op import Constant, Cost, Emitted, Kernel
from motekit.core.target import TargetSpec
from motekit.graph.ops import gather
from motekit.graph.ops._shared import emit as shared
from motekit.graph.ops._shared import types


def applies(op: Op, graph: Graph, target: TargetSpec) -> str | None:
    return None


def cost(op: Op, graph: Graph, target: TargetSpec) -> Cost:
    out = graph.type(op.outputs[0])
    return Cost(7 * out.nbytes + 16 * types.operand(op, graph, 1).size, 20, 0)


def emit(op: Op, graph: Graph, target: TargetSpec) -> Emitted:
    x, along = types.operand(op, graph), gather.axis(op, graph)
    constants: list[Constant] = []
    operands: list[str] = []
    for i, (label, ctype, role) in enumerate(
        (("table", "int8_t", "weights"), ("indices", "int32_t", "table"))
    ):
        data = graph.tensors[str(op.inputs[i])].data
        if data is None:
            operands.append(f"{{in{i}}}")
        else:
            constants.append(Constant(label, ctype, data, role))
            operands.append(f"{{{label}}}")
    return Emitted(
        sources=((__name__, "mk_gather.h"), (__name__, "mk_gather.c"), shared.RUN),
        constants=tuple(constants),
        struct="mk_gather_params",
        fields={
            "outer": math.prod(x.shape[:along]),
            "count": x.shape[along],
            "run": math.prod(x.shape[along + 1 :]),
            "indices": types.operand(op, graph, 1).size,
        },
        call=f"mk_gather({{params}}, {operands[0]}, {operands[1]}, {{out0}})",
        stack_bytes=64,
    )


KERNEL = Kernel(
    name="portable", summary="C99, runs of bytes", applies=applies, cost=cost, emit=emit
)
