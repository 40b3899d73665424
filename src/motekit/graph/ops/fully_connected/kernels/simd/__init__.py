"""Dense layer for cores with the DSP extension: two outputs at a time, four products a step.

Weights stay as they are in the model, so it costs no flash but its code.
"""

from __future__ import annotations

from dataclasses import replace

from motekit.core.graph import Graph, Op
from motekit.core.op import Cost, Emitted, Kernel
from motekit.core.target import TargetSpec
from motekit.graph.ops._shared import types
from motekit.graph.ops.fully_connected.kernels.portable import KERNEL as PORTABLE

PER_FOUR_BY_TWO = 21  # cycles on a Cortex-M4 for four inputs of two outputs, loads unaligned
PER_PAIR = 70  # cycles around them: requantization, loop, the inputs that are left


def applies(op: Op, graph: Graph, target: TargetSpec) -> str | None:
    if "dsp" not in target.features or "unaligned" not in target.features:
        return "needs the DSP extension and unaligned word loads"
    if graph.type(str(op.inputs[1])).shape[1] < 4:
        return "fewer than four inputs"
    return PORTABLE.applies(op, graph, target)


def cost(op: Op, graph: Graph, target: TargetSpec) -> Cost:
    out, n = graph.type(str(op.inputs[1])).shape
    rows = graph.type(str(op.inputs[0])).size // n
    pairs = -(-out // 2)
    return Cost(rows * pairs * (PER_FOUR_BY_TWO * (n // 4) + PER_PAIR), 40, 0)


def emit(op: Op, graph: Graph, target: TargetSpec) -> Emitted:
    base = PORTABLE.emit(op, graph, target)
    sources = tuple(s for s in base.sources if not s[1].endswith("connected.c"))
    return replace(
        base,
        sources=(
            (__name__, "mk_fully_connected_simd.h"),
            (__name__, "mk_fully_connected_simd.c"),
            *sources,
        ),
        call="mk_fully_connected_simd({params}, {in0}, {out0})",
        stack_bytes=64,
    )


KERNEL = Kernel(
    name="simd",
    summary="DSP extension, two outputs at a time, weights as stored",
    applies=types.only("int8", applies),
    cost=cost,
    emit=emit,
    code_bytes=462,
)
