"""Dense layer in plain C99: correct for every shape, small on every core."""

from __future__ import annotations

import numpy as np

from motekit.core.graph import Graph, Op
from motekit.core.op import Constant, Cost, Emitted, Kernel
from motekit.core.target import TargetSpec
from motekit.graph.ops._shared import accumulate, types
from motekit.graph.ops._shared import emit as shared


def applies(op: Op, graph: Graph, target: TargetSpec) -> str | None:
    weights = graph.type(str(op.inputs[1])).shape
    rows = graph.type(str(op.inputs[0])).size // weights[1]
    sizes = {"outputs": weights[0], "inputs": weights[1], "rows": rows}
    return shared.too_large(sizes) or shared.can_overflow(op, graph, 0)


def cost(op: Op, graph: Graph, target: TargetSpec) -> Cost:
    out, n = graph.type(str(op.inputs[1])).shape
    rows = graph.type(str(op.inputs[0])).size // n
    return Cost(cycles=rows * out * (9 * n + 60), flash_bytes=40, ram_bytes=0)


def emit(op: Op, graph: Graph, target: TargetSpec) -> Emitted:
    weights = graph.constant(str(op.inputs[1]))
    multiplier, shift = accumulate.factors(op, graph)
    return Emitted(
        sources=(
            (__name__, "mk_fully_connected.h"),
            (__name__, "mk_fully_connected.c"),
            shared.REQUANTIZE,
        ),
        constants=(
            Constant("weights", "int8_t", weights, "weights"),
            Constant("bias", "int32_t", shared.folded_bias(op, graph), "bias"),
            Constant("multiplier", "int32_t", multiplier),
            Constant("right", "int8_t", (31 - shift).astype(np.int8)),
        ),
        struct="mk_fully_connected_params",
        fields={
            "weights": "weights",
            "bias": "bias",
            "multiplier": "multiplier",
            "right": "right",
            "rows": graph.type(str(op.inputs[0])).size // weights.shape[1],
            "in_features": weights.shape[1],
            "out_features": weights.shape[0],
            "per_channel": int(len(multiplier) > 1),
            **shared.output_fields(op, graph),
        },
        call="mk_fully_connected({params}, {in0}, {out0})",
        stack_bytes=64,
    )


KERNEL = Kernel(
    name="portable",
    summary="C99, one output at a time",
    applies=types.only("int8", applies),
    cost=cost,
    emit=emit,
    code_bytes=216,
)
