"""Convolution of int16 activations for cores with the DSP extension."""

from __future__ import annotations

from dataclasses import replace

from motekit.core.graph import Graph, Op
from motekit.core.op import Cost, Emitted, Kernel
from motekit.core.target import TargetSpec
from motekit.graph.ops import conv_2d
from motekit.graph.ops._shared import types, wide
from motekit.graph.ops.conv_2d.kernels.portable import patch_bytes
from motekit.graph.ops.conv_2d.kernels.wide import KERNEL as WIDE

PER_FOUR_BY_TWO = 22  # cycles on a Cortex-M4 for four values of two outputs
PER_PAIR = 110  # around them: bias, two scalings, values that are left
PER_VALUE = 9  # of a patch


def applies(op: Op, graph: Graph, target: TargetSpec) -> str | None:
    if types.operand(op, graph).shape[3] != types.operand(op, graph, 1).shape[3]:
        return "the convolution is grouped"
    return wide.lacks(target) or WIDE.applies(op, graph, target)


def cost(op: Op, graph: Graph, target: TargetSpec) -> Cost:
    base = WIDE.cost(op, graph, target)
    out = graph.type(op.outputs[0])
    pixels, pairs = out.size // out.shape[-1], -(-out.shape[-1] // 2)
    n = conv_2d.OP.macs(op, graph) // max(1, out.size)
    each = PER_FOUR_BY_TWO * (n // 4) + PER_PAIR + 8 * (n % 4)
    cycles = pixels * (pairs * each + PER_VALUE * patch_bytes(op, graph) + 60)
    return replace(base, cycles=cycles)


def emit(op: Op, graph: Graph, target: TargetSpec) -> Emitted:
    base = WIDE.emit(op, graph, target)
    kept = tuple(s for s in base.sources if s[1] != "mk_conv_wide.c")
    names = ("mk_conv_wide_dsp.h", "mk_conv_wide_dsp.c")
    return replace(
        base,
        sources=(*((__name__, name) for name in names), *kept, wide.DOT_DSP),
        constants=(wide.paired(base.constants[0]), *base.constants[1:]),
        call=base.call.replace("mk_conv_wide(", "mk_conv_wide_dsp("),
    )


KERNEL = Kernel(
    name="wide_dsp",
    summary="DSP: two products of int16 an instruction, two outputs at a time",
    applies=applies,
    cost=cost,
    emit=emit,
    overlap=WIDE.overlap,
    code_bytes=1196,
)
