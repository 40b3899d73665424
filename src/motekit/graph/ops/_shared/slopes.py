"""The kernel of elementwise int16 ops that are straight above and below zero."""

from __future__ import annotations

from collections.abc import Callable

from motekit.core.graph import Graph, Op
from motekit.core.op import Cost, Emitted, Kernel
from motekit.core.target import TargetSpec

from . import emit as shared
from . import lookup, types

Factor = tuple[int, int]  # multiplier, shift


def slopes_kernel(
    factors: Callable[[Op, Graph], tuple[Factor, Factor]],
    limits: Callable[[Op, Graph], tuple[int, int]],
) -> Kernel:
    """The kernel of an op.

    Args:
        factors: of values from 0 on, and of those below.
        limits: lowest and highest stored output.
    """

    def emit(op: Op, graph: Graph, target: TargetSpec) -> Emitted:
        above, below = factors(op, graph)
        low, high = limits(op, graph)
        return Emitted(
            sources=(
                (shared.HERE, "mk_slopes16.h"),
                (shared.HERE, "mk_slopes16.c"),
                shared.REQUANTIZE,
            ),
            constants=(),
            struct="mk_slopes16_params",
            fields={
                "size": graph.type(op.outputs[0]).size,
                "above": above[0],
                "below": below[0],
                "above_shift": above[1],
                "below_shift": below[1],
                "low": low,
                "high": high,
            },
            call="mk_slopes16({params}, {in0}, {out0})",
            stack_bytes=48,
        )

    return Kernel(
        name="wide",
        summary="C99 for int16 activations",
        applies=types.only("int16", lookup.applies),
        cost=lambda op, graph, target: Cost(30 * graph.type(op.outputs[0]).size, 20, 0),
        emit=emit,
        overlap=lookup.in_place,
        code_bytes=132,
    )
