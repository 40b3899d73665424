"""Nearest pixels in plain C99: positions come from two tables."""

from __future__ import annotations

import numpy as np

from motekit.core.graph import Graph, Op
from motekit.core.op import Constant, Cost, Emitted, Kernel
from motekit.core.target import TargetSpec
from motekit.graph.ops import resize_nearest
from motekit.graph.ops._shared import emit as shared


def applies(op: Op, graph: Graph, target: TargetSpec) -> str | None:
    return shared.too_large(shared.image_fields(op, graph))


def cost(op: Op, graph: Graph, target: TargetSpec) -> Cost:
    out = graph.type(op.outputs[0])
    cycles = 7 * out.nbytes + 20 * out.size // out.shape[3]
    return Cost(cycles, flash_bytes=24 + 2 * (out.shape[1] + out.shape[2]), ram_bytes=0)


def emit(op: Op, graph: Graph, target: TargetSpec) -> Emitted:
    rows, columns = (resize_nearest.nearest(op, graph, axis).astype(np.uint16) for axis in (1, 2))
    return Emitted(
        sources=((__name__, "mk_resize_nearest.h"), (__name__, "mk_resize_nearest.c"), shared.RUN),
        constants=(
            Constant("rows", "uint16_t", rows, note="input row of every output row"),
            Constant("columns", "uint16_t", columns, note="input column of every output column"),
        ),
        struct="mk_resize_nearest_params",
        fields={"rows": "rows", "columns": "columns"}
        | {k: v for k, v in shared.image_fields(op, graph).items() if k != "out_c"},
        call="mk_resize_nearest({params}, {in0}, {out0})",
        stack_bytes=64,
    )


KERNEL = Kernel(
    name="portable", summary="C99, positions from tables", applies=applies, cost=cost, emit=emit
)
