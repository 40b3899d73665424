"""Conversions in plain C99; from float in single precision."""

from __future__ import annotations

import numpy as np

from motekit.core.graph import Graph, Op
from motekit.core.op import Cost, Emitted, Kernel
from motekit.core.target import TargetSpec
from motekit.graph.ops import quantize
from motekit.graph.ops._shared import emit as shared
from motekit.graph.ops._shared import types

SHORT = {"float32": "f32", "int8": "i8", "uint8": "u8", "int16": "i16"}


def applies(op: Op, graph: Graph, target: TargetSpec) -> str | None:
    return None


def cost(op: Op, graph: Graph, target: TargetSpec) -> Cost:
    return Cost(25 * graph.type(op.outputs[0]).size, flash_bytes=36, ram_bytes=0)


def emit(op: Op, graph: Graph, target: TargetSpec) -> Emitted:
    x, out = types.operand(op, graph), graph.type(op.outputs[0])
    scale, zero = types.per_tensor(out)
    info = np.iinfo(out.dtype)
    fields = {"out_scale": scale, "out_zero": zero, "out_min": info.min, "out_max": info.max}
    if x.dtype != "float32":
        multiplier, shift = quantize.factor(op, graph)
        fields |= {"multiplier": multiplier, "shift": shift, "in_zero": types.per_tensor(x)[1]}
    return Emitted(
        sources=((__name__, "mk_quantize.h"), (__name__, "mk_quantize.c"), shared.REQUANTIZE),
        constants=(),
        struct="mk_quantize_params",
        fields={**fields, "size": x.size},
        call=f"mk_quantize_{SHORT[x.dtype]}_{SHORT[out.dtype]}({{params}}, {{in0}}, {{out0}})",
        stack_bytes=64,
    )


KERNEL = Kernel(
    name="portable",
    summary="C99, any pair of types",
    applies=applies,
    cost=cost,
    emit=emit,
    code_bytes=700,
)
