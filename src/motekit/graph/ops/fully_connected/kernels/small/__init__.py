"""Dense layer in as little flash as it takes: what a small classifier is made of."""

from __future__ import annotations

from motekit.core.graph import Graph, Op
from motekit.core.op import Constant, Cost, Emitted, Kernel
from motekit.core.target import TargetSpec
from motekit.graph.ops._shared import accumulate, types
from motekit.graph.ops._shared import emit as shared
from motekit.graph.ops.fully_connected.kernels.portable import KERNEL as PORTABLE


def applies(op: Op, graph: Graph, target: TargetSpec) -> str | None:
    out, n = graph.type(str(op.inputs[1])).shape
    if graph.type(str(op.inputs[0])).size != n:
        return "more than one row"
    multiplier, shift = accumulate.factors(op, graph)
    if len(multiplier) > 1 and out > 1:
        return "one factor an output"
    if not -31 <= int(shift[0]) <= -2:
        return "its factor is a quarter or more"
    if accumulate.output_range(op, graph)[1:] != (-128, 127):
        return "its activation clamps inside the range of int8"
    return PORTABLE.applies(op, graph, target)


def cost(op: Op, graph: Graph, target: TargetSpec) -> Cost:
    out, n = graph.type(str(op.inputs[1])).shape
    words = n // 4 if "dsp" in target.features else 0
    return Cost(out * (13 * words + 8 * (n - 4 * words) + 36), flash_bytes=20, ram_bytes=0)


def emit(op: Op, graph: Graph, target: TargetSpec) -> Emitted:
    weights = graph.constant(str(op.inputs[1]))
    multiplier, shift = accumulate.factors(op, graph)
    zero, _, _ = accumulate.output_range(op, graph)
    return Emitted(
        sources=(
            (__name__, "mk_fully_connected_small.h"),
            (__name__, "mk_fully_connected_small.c"),
        ),
        constants=(
            Constant("weights", "int8_t", weights, "weights"),
            Constant("bias", "int32_t", shared.folded_bias(op, graph), "bias"),
        ),
        struct="mk_fully_connected_small_params",
        fields={
            "weights": "weights",
            "bias": "bias",
            "multiplier": int(multiplier[0]),
            "in_features": weights.shape[1],
            "out_features": weights.shape[0],
            "shift": -int(shift[0]) - 2,
            "out_zero": zero,
        },
        call="mk_fully_connected_small({params}, {in0}, {out0})",
        stack_bytes=40,
    )


KERNEL = Kernel(
    name="small",
    summary="C99, few bytes: one row, one factor",
    applies=types.only("int8", applies),
    cost=cost,
    emit=emit,
    code_bytes=134,
)
