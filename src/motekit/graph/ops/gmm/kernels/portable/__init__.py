"""The mixture in plain C99: products of 31 bits, sums of 64."""

from __future__ import annotations

import numpy as np

from motekit.core.graph import Graph, Op
from motekit.core.op import Constant, Cost, Emitted, Kernel
from motekit.core.target import TargetSpec
from motekit.graph.ops import _shared, gmm


def applies(op: Op, graph: Graph, target: TargetSpec) -> str | None:
    rows, features = graph.type(str(op.inputs[0])).shape
    if rows != 1:
        return "more than one window at a time"
    return None if features <= 0xFFFF else "more than 65,535 features"


def cost(op: Op, graph: Graph, target: TargetSpec) -> Cost:
    k, a = graph.constant(str(op.inputs[1])).shape
    cycles = 180 + k * (20 + 36 * a) + 7 * gmm.macs(op, graph)
    return Cost(cycles=cycles, flash_bytes=32 + 2 * a + k * (a + 4), ram_bytes=4 * a)


def emit(op: Op, graph: Graph, target: TargetSpec) -> Emitted:
    means, factors, shifts, offsets = (graph.constant(str(name)) for name in op.inputs[1:])
    diagonal, chosen = gmm.diagonal(op, graph), np.array(gmm.axes(op), dtype=np.uint16)
    rows = factors if diagonal else factors[:, *np.tril_indices(factors.shape[1])]
    sources = ((_shared.__name__, "mk_root.h"), (__name__, "mk_gmm.h"), (__name__, "mk_gmm.c"))
    return Emitted(
        sources=sources,
        constants=(
            Constant("means", "int16_t", means, "weights", 2, "of each component, Q8.8"),
            Constant("factors", "int16_t", rows, "weights", 2, "of each coordinate"),
            Constant("shifts", "int8_t", shifts, "table", 1, "from products to std * 256"),
            Constant("offsets", "int32_t", offsets, "table", 4, "of each component, std^2 * 65536"),
            Constant("axes", "uint16_t", chosen, "table", 2, "features that are compared"),
        ),
        struct="mk_gmm_params",
        fields={
            "means": "means", "factors": "factors", "shifts": "shifts", "offsets": "offsets",
            "axes": "axes", "count": len(means), "dims": len(chosen),
            "full": int(not diagonal), "mul": int(str(op.attrs["mul"])),
            "shift": int(str(op.attrs["out_shift"])),
        },
        call="mk_gmm({params}, {in0}, {out0}, {scratch})",
        scratch_bytes=4 * len(chosen),
        stack_bytes=120,
    )  # fmt: skip


KERNEL = Kernel(
    name="portable",
    summary="C99, components given up as soon as they are too far",
    applies=applies,
    cost=cost,
    emit=emit,
)
