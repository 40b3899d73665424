"""Mixes of four pixels in plain C99: positions and weights come from tables."""

from __future__ import annotations

import numpy as np

from motekit.core.graph import Graph, Op
from motekit.core.op import Constant, Cost, Emitted, Kernel
from motekit.core.target import TargetSpec
from motekit.graph.ops import resize_bilinear
from motekit.graph.ops._shared import emit as shared


def applies(op: Op, graph: Graph, target: TargetSpec) -> str | None:
    return shared.too_large(shared.image_fields(op, graph))


def cost(op: Op, graph: Graph, target: TargetSpec) -> Cost:
    out = graph.type(op.outputs[0])
    cycles = 24 * out.size + 40 * out.size // out.shape[3]
    return Cost(cycles, flash_bytes=24 + 6 * (out.shape[1] + out.shape[2]), ram_bytes=0)


def _table(mix: resize_bilinear.Mix) -> np.ndarray:
    """[outputs][3]: low, high, weight."""
    return np.stack([mix.low, mix.high, mix.weight], axis=1).astype(np.int16)


def emit(op: Op, graph: Graph, target: TargetSpec) -> Emitted:
    note = "input below, input above, weight of the one above (1024 is all)"
    return Emitted(
        sources=((__name__, "mk_resize_bilinear.h"), (__name__, "mk_resize_bilinear.c")),
        constants=tuple(
            Constant(name, "int16_t", _table(resize_bilinear.mix(op, graph, axis)), note=note)
            for name, axis in (("rows", 1), ("columns", 2))
        ),
        struct="mk_resize_bilinear_params",
        fields={"rows": "rows", "columns": "columns"}
        | {k: v for k, v in shared.image_fields(op, graph).items() if k != "out_c"},
        call="mk_resize_bilinear({params}, {in0}, {out0})",
        stack_bytes=96,
    )


KERNEL = Kernel(
    name="portable", summary="C99, mixes from tables", applies=applies, cost=cost, emit=emit
)
