"""Stored integers to real values in plain C99, single precision."""

from __future__ import annotations

from motekit.core.graph import Graph, Op
from motekit.core.op import Cost, Emitted, Kernel
from motekit.core.target import TargetSpec
from motekit.graph.ops._shared import types

SHORT = {"int8": "i8", "uint8": "u8", "int16": "i16"}


def applies(op: Op, graph: Graph, target: TargetSpec) -> str | None:
    return None


def cost(op: Op, graph: Graph, target: TargetSpec) -> Cost:
    return Cost(12 * graph.type(op.outputs[0]).size, flash_bytes=12, ram_bytes=0)


def emit(op: Op, graph: Graph, target: TargetSpec) -> Emitted:
    x = types.operand(op, graph)
    scale, zero = types.per_tensor(x)
    return Emitted(
        sources=((__name__, "mk_dequantize.h"), (__name__, "mk_dequantize.c")),
        constants=(),
        struct="mk_dequantize_params",
        fields={"scale": scale, "zero": zero, "size": x.size},
        call=f"mk_dequantize_{SHORT[x.dtype]}({{params}}, {{in0}}, {{out0}})",
        stack_bytes=32,
    )


KERNEL = Kernel(
    name="portable",
    summary="C99, single precision",
    applies=applies,
    cost=cost,
    emit=emit,
    code_bytes=138,
)
