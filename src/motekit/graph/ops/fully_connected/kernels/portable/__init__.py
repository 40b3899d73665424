"""Dense layer in plain C99: correct for every shape, small on every core."""

from __future__ import annotations

import numpy as np

from motekit.core.graph import Graph, Op
from motekit.core.op import Constant, Cost, Emitted, Kernel
from motekit.core.target import TargetSpec
from motekit.graph import numerics
from motekit.graph.ops.fully_connected import factors

SHARED = "motekit.graph.ops._shared"


def folded_bias(op: Op, graph: Graph) -> numerics.I32:
    """bias − zero × Σ weights, so that the kernel multiplies the stored inputs as they are."""
    x, weights, bias = op.inputs
    assert x is not None and weights is not None
    quant = graph.type(x).quant
    assert quant is not None
    w = graph.constant(weights).astype(np.int64)
    start = np.zeros(len(w), np.int64) if bias is None else graph.constant(bias).astype(np.int64)
    return numerics.wrap_int32(start - quant.per_tensor[1] * w.sum(axis=1))


def applies(op: Op, graph: Graph, target: TargetSpec) -> str | None:
    weights = graph.type(str(op.inputs[1])).shape
    rows = graph.type(str(op.inputs[0])).size // weights[1]
    return None if max(*weights, rows) <= 0xFFFF else "a dimension exceeds 65,535"


def cost(op: Op, graph: Graph, target: TargetSpec) -> Cost:
    out, n = graph.type(str(op.inputs[1])).shape
    rows = graph.type(str(op.inputs[0])).size // n
    return Cost(cycles=rows * out * (9 * n + 60), flash_bytes=40, ram_bytes=0)


def emit(op: Op, graph: Graph, target: TargetSpec) -> Emitted:
    weights = graph.constant(str(op.inputs[1]))
    multiplier, shift = factors(op, graph)
    out = graph.type(op.outputs[0])
    assert out.quant is not None
    scale, zero = out.quant.per_tensor
    low, high = numerics.activation_range(str(op.attrs["activation"]), scale, zero, "int8")
    return Emitted(
        sources=(
            (__name__, "mk_fully_connected.h"),
            (__name__, "mk_fully_connected.c"),
            (SHARED, "mk_requantize.h"),
        ),
        constants=(
            Constant("weights", "int8_t", weights, "weights"),
            Constant("bias", "int32_t", folded_bias(op, graph), "bias"),
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
            "out_zero": zero,
            "out_min": low,
            "out_max": high,
        },
        call="mk_fully_connected({params}, {in0}, {out0})",
        stack_bytes=64,
    )


KERNEL = Kernel(
    name="portable",
    summary="C99, one output at a time",
    applies=applies,
    cost=cost,
    emit=emit,
)
