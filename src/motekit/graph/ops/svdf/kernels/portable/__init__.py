"""SVDF in plain C99: filter by filter, the memory moved on in place."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from motekit.core.graph import Graph, Op
from motekit.core.op import Constant, Cost, Emitted, Kernel
from motekit.core.target import TargetSpec
from motekit.graph import numerics
from motekit.graph.ops import svdf
from motekit.graph.ops._shared import emit as shared
from motekit.graph.ops._shared import types


def _sizes(op: Op, graph: Graph) -> dict[str, int]:
    batch, n = types.operand(op, graph, svdf.X).shape
    filters, memory = types.operand(op, graph, svdf.TIME).shape
    rank = types.integer(op.attrs, "rank")
    return {
        "batches": batch, "in_features": n, "units": filters // rank, "rank": rank,
        "memory": memory,
    }  # fmt: skip


def applies(op: Op, graph: Graph, target: TargetSpec) -> str | None:
    time = np.abs(graph.constant(str(op.inputs[svdf.TIME])).astype(np.int64)) << 15
    worst = time.sum(axis=1).reshape(-1, types.integer(op.attrs, "rank")).sum(axis=1)
    if int((worst + np.abs(_bias(op, graph))).max(initial=0)) >= 1 << 31:
        return "its 32-bit sums can overflow"
    return shared.too_large(_sizes(op, graph))


def cost(op: Op, graph: Graph, target: TargetSpec) -> Cost:
    filters = types.operand(op, graph, svdf.TIME).shape[0]
    return Cost(10 * svdf.macs(op, graph) + 60 * filters, flash_bytes=52, ram_bytes=0)


def overlap(op: Op, graph: Graph, target: TargetSpec) -> Mapping[tuple[int, int], int]:
    """The memory is moved on where it is."""
    return {(svdf.MEMORY, 1): 0}


def _bias(op: Op, graph: Graph) -> numerics.I64:
    if types.optional(op, graph, svdf.BIAS) is None:
        return np.zeros(graph.type(op.outputs[0]).shape[1], np.int64)
    return graph.constant(str(op.inputs[svdf.BIAS])).astype(np.int64)


def emit(op: Op, graph: Graph, target: TargetSpec) -> Emitted:
    (to_memory, memory_shift), (to_out, out_shift) = svdf.factors(op, graph)
    return Emitted(
        sources=((__name__, "mk_svdf.h"), (__name__, "mk_svdf.c"), shared.REQUANTIZE),
        constants=(
            Constant("feature", "int8_t", graph.constant(str(op.inputs[svdf.FEATURE])), "weights"),
            Constant("time", "int16_t", graph.constant(str(op.inputs[svdf.TIME])), "weights"),
            Constant("bias", "int32_t", numerics.wrap_int32(_bias(op, graph)), "bias"),
        ),
        struct="mk_svdf_params",
        fields={
            "feature": "feature",
            "time": "time",
            "bias": "bias",
            "memory_multiplier": to_memory,
            "out_multiplier": to_out,
            **_sizes(op, graph),
            "memory_shift": memory_shift,
            "out_shift": out_shift,
            "in_zero": types.per_tensor(types.operand(op, graph, svdf.X))[1],
            "out_zero": types.per_tensor(graph.type(op.outputs[0]))[1],
        },
        call=f"mk_svdf({{params}}, {{in0}}, {{in{svdf.MEMORY}}}, {{out1}}, {{out0}})",
        stack_bytes=120,
    )


KERNEL = Kernel(
    name="portable",
    summary="C99, filter by filter",
    applies=applies,
    cost=cost,
    emit=emit,
    overlap=overlap,
)
