"""Parametric ReLU in plain C99, with broadcasting."""

from __future__ import annotations

from collections.abc import Mapping

from motekit.core.graph import Graph, Op
from motekit.core.op import Emitted, Kernel
from motekit.core.target import TargetSpec
from motekit.graph.ops import prelu
from motekit.graph.ops._shared import binary, elementwise


def overlap(op: Op, graph: Graph, target: TargetSpec) -> Mapping[tuple[int, int], int]:
    """In place: alpha is a constant."""
    return {(0, 0): 0}


def emit(op: Op, graph: Graph, target: TargetSpec) -> Emitted:
    (same, same_shift), (scaled, scaled_shift) = prelu.factors(op, graph)
    zeros = binary.zero_fields(op, graph)
    fields = {
        "multiplier": same,
        "alpha_multiplier": scaled,
        "shift": same_shift,
        "alpha_shift": scaled_shift,
        **{name: zeros[name] for name in ("a_zero", "b_zero", "out_zero")},
    }
    return elementwise.emitted(op, graph, "prelu", __name__, fields)


KERNEL = Kernel(
    name="portable",
    summary="C99, any broadcast",
    applies=elementwise.applies,
    cost=elementwise.cost,
    emit=emit,
    overlap=overlap,
)
