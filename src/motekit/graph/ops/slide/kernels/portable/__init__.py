"""Any window, byte by byte."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from motekit.core.graph import Graph, Op
from motekit.core.op import Cost, Emitted, Kernel
from motekit.core.target import TargetSpec
from motekit.graph.ops import slide
from motekit.graph.ops._shared import types


def fields(op: Op, graph: Graph) -> dict[str, int]:
    """The struct's rows and their bytes."""
    window, new = types.operand(op, graph, 0), types.operand(op, graph, 1)
    axis = slide.axis(op, graph)
    frame = math.prod(window.shape[axis + 1 :]) * np.dtype(window.dtype).itemsize
    fresh = new.shape[axis] * frame
    rows = math.prod(window.shape[:axis])
    return {"rows": rows, "kept": window.shape[axis] * frame - fresh, "fresh": fresh}


def applies(op: Op, graph: Graph, target: TargetSpec) -> str | None:
    return None


def cost(op: Op, graph: Graph, target: TargetSpec) -> Cost:
    f = fields(op, graph)
    return Cost(f["rows"] * (20 + 6 * (f["kept"] + f["fresh"])), flash_bytes=12, ram_bytes=0)


def emit(op: Op, graph: Graph, target: TargetSpec) -> Emitted:
    return Emitted(
        sources=((__name__, "mk_slide.h"), (__name__, "mk_slide.c")),
        constants=(),
        struct="mk_slide_params",
        fields=fields(op, graph),
        call="mk_slide({params}, {in0}, {in1}, {out0})",
        stack_bytes=40,
    )


def overlap(op: Op, graph: Graph, target: TargetSpec) -> Mapping[tuple[int, int], int | None]:
    """In place: what moves, moves towards the start. Otherwise apart."""
    return {(0, 0): None}


KERNEL = Kernel(
    name="portable",
    summary="C99, byte by byte",
    applies=applies,
    cost=cost,
    emit=emit,
    overlap=overlap,
    code_bytes=90,
)
