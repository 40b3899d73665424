"""Dense layer of int16 activations in plain C99."""

from __future__ import annotations

from motekit.core.graph import Graph, Op
from motekit.core.op import Constant, Cost, Emitted, Kernel
from motekit.core.target import TargetSpec
from motekit.graph.ops._shared import emit as shared
from motekit.graph.ops._shared import types, wide


def applies(op: Op, graph: Graph, target: TargetSpec) -> str | None:
    out, n = types.operand(op, graph, 1).shape
    sizes = {"outputs": out, "inputs": n, "rows": types.operand(op, graph).size // n}
    return shared.too_large(sizes) or wide.can_overflow(op, graph, 0)


def cost(op: Op, graph: Graph, target: TargetSpec) -> Cost:
    out, n = types.operand(op, graph, 1).shape
    rows = types.operand(op, graph).size // n
    return Cost(cycles=rows * out * (11 * n + 400), flash_bytes=44 + 9 * out, ram_bytes=0)


def emit(op: Op, graph: Graph, target: TargetSpec) -> Emitted:
    weights = graph.constant(str(op.inputs[1]))
    factors = wide.real_factors(op, graph)
    return Emitted(
        sources=(
            (__name__, "mk_fully_connected_wide.h"),
            (__name__, "mk_fully_connected_wide.c"),
            *wide.SCALE,
            *wide.REAL,
        ),
        constants=(
            Constant("weights", "int8_t", weights, "weights"),
            wide.bias(op, graph),
            *factors,
        ),
        struct="mk_fully_connected_wide_params",
        fields={
            "weights": "weights",
            "bias": "bias",
            "mantissa": "mantissa",
            "right": "right",
            "rows": types.operand(op, graph).size // weights.shape[1],
            "in_features": weights.shape[1],
            "out_features": weights.shape[0],
            **wide.output_range(op, graph),
            "per_channel": int(factors[0].values.size > 1),
        },
        call="mk_fully_connected_wide({params}, {in0}, {out0})",
        stack_bytes=160,
    )


KERNEL = Kernel(
    name="wide",
    summary="C99 for int16 activations, one output at a time",
    applies=types.only("int16", applies),
    cost=cost,
    emit=emit,
    code_bytes=274,
    common={"mk_multiply_real": 414},
)
