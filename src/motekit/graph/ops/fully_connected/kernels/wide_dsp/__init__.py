"""Dense layer of int16 activations for cores with the DSP extension."""

from __future__ import annotations

from dataclasses import replace

from motekit.core.graph import Graph, Op
from motekit.core.op import Cost, Emitted, Kernel
from motekit.core.target import TargetSpec
from motekit.graph.ops._shared import types, wide
from motekit.graph.ops.fully_connected.kernels.wide import KERNEL as WIDE

PER_FOUR_BY_TWO = 22  # cycles on a Cortex-M4 for four values of two outputs
PER_PAIR = 600  # around them: products in float64's place, values that are left


def applies(op: Op, graph: Graph, target: TargetSpec) -> str | None:
    return wide.lacks(target) or WIDE.applies(op, graph, target)


def cost(op: Op, graph: Graph, target: TargetSpec) -> Cost:
    out, n = types.operand(op, graph, 1).shape
    rows = types.operand(op, graph).size // n
    cycles = rows * -(-out // 2) * (PER_FOUR_BY_TWO * (n // 4) + PER_PAIR + 8 * (n % 4))
    return replace(WIDE.cost(op, graph, target), cycles=cycles)


def emit(op: Op, graph: Graph, target: TargetSpec) -> Emitted:
    base = WIDE.emit(op, graph, target)
    kept = tuple(s for s in base.sources if s[1] != "mk_fully_connected_wide.c")
    names = ("mk_fully_connected_wide_dsp.h", "mk_fully_connected_wide_dsp.c")
    return replace(
        base,
        sources=(*((__name__, name) for name in names), *kept, wide.DOT_DSP),
        constants=(wide.paired(base.constants[0]), *base.constants[1:]),
        call="mk_fully_connected_wide_dsp({params}, {in0}, {out0})",
    )


KERNEL = Kernel(
    name="wide_dsp",
    summary="DSP: two products of int16 an instruction, two outputs at a time",
    applies=applies,
    cost=cost,
    emit=emit,
    code_bytes=500,
    common=WIDE.common,
)
