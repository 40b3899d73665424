"""K-means score in plain C99, 32-bit arithmetic only."""

from __future__ import annotations

import numpy as np

from motekit.core.graph import Graph, Op
from motekit.core.op import Constant, Cost, Emitted, Kernel
from motekit.core.target import TargetSpec
from motekit.graph.ops import _shared
from motekit.graph.ops.kmeans import axes


def applies(op: Op, graph: Graph, target: TargetSpec) -> str | None:
    rows, features = graph.type(str(op.inputs[0])).shape
    if rows != 1:
        return "more than one window at a time"
    return None if features <= 0xFFFF else "more than 65,535 features"


def cost(op: Op, graph: Graph, target: TargetSpec) -> Cost:
    clusters, width = graph.constant(str(op.inputs[1])).shape
    roots = 4 * 130  # about as many clusters as log(32) improve on the best one so far
    cycles = 60 + 9 * width + clusters * (14 + 6 * width) + roots
    return Cost(cycles=cycles, flash_bytes=16, ram_bytes=0)


def emit(op: Op, graph: Graph, target: TargetSpec) -> Emitted:
    centres = graph.constant(str(op.inputs[1]))
    radii = graph.constant(str(op.inputs[2]))
    table = np.concatenate([radii[:, None], centres], axis=1).astype(np.int16)
    chosen = np.array(axes(op), dtype=np.uint16)
    return Emitted(
        sources=(
            (_shared.__name__, "mk_root.h"),
            (__name__, "mk_kmeans.h"),
            (__name__, "mk_kmeans.c"),
        ),
        constants=(
            Constant("clusters", "int16_t", table, "weights", 2, "radius, then centre, Q8.8"),
            Constant("axes", "uint16_t", chosen, "table", 2, "features that are compared"),
        ),
        struct="mk_kmeans_params",
        fields={
            "clusters": "clusters",
            "axes": "axes",
            "count": len(centres),
        },
        call="mk_kmeans({params}, {in0}, {out0})",
        stack_bytes=72 + 4 * len(chosen),
        defines={
            "MK_KMEANS_AXES": len(chosen),
            "MK_KMEANS_SHIFT": int(str(op.attrs["shift"])),
        },
    )


KERNEL = Kernel(
    name="portable",
    summary="C99, squares compared in place of square roots",
    applies=applies,
    cost=cost,
    emit=emit,
)
