"""What the `kernel` modules of several ops share when they print themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from motekit.core.graph import Graph, Op
from motekit.core.op import Constant
from motekit.graph import numerics

from . import accumulate, types, windows

HERE = __package__ or ""
REQUANTIZE = (HERE, "mk_requantize.h")
RUN = (HERE, "mk_run.h")
MAX_U16 = 0xFFFF


def folded_bias(op: Op, graph: Graph) -> numerics.I32:
    """bias − zero × Σ weights of every output channel, for weights with outputs first."""
    _, zero = types.per_tensor(types.operand(op, graph))
    weights = graph.constant(str(op.inputs[1])).astype(np.int64)
    total = weights.reshape(len(weights), -1).sum(axis=1)
    return numerics.wrap_int32(np.asarray(bias(op, graph) - zero * total))


def bias(op: Op, graph: Graph) -> numerics.I64:
    """The bias, or zeros in its place."""
    if types.optional(op, graph, 2) is not None:
        return graph.constant(str(op.inputs[2])).astype(np.int64)
    return np.zeros(graph.type(op.outputs[0]).shape[-1], np.int64)


def factor_constants(op: Op, graph: Graph) -> tuple[Constant, Constant]:
    """The "multiplier" and "shift" tables of a layer with weights: one each, or per channel."""
    multiplier, shift = accumulate.factors(op, graph)
    return (
        Constant("multiplier", "int32_t", multiplier),
        Constant("shift", "int8_t", shift.astype(np.int8)),
    )


def window_fields(w: windows.Window) -> dict[str, int]:
    """The window's geometry under the names all sliding-window kernels use."""
    return {
        "kernel_h": w.size[0],
        "kernel_w": w.size[1],
        "stride_h": w.stride[0],
        "stride_w": w.stride[1],
        "dilation_h": w.dilation[0],
        "dilation_w": w.dilation[1],
        "pad_top": w.padding[0],
        "pad_left": w.padding[2],
    }


def image_fields(op: Op, graph: Graph) -> dict[str, int]:
    """Batches and NHWC sizes of input and output."""
    n, in_h, in_w, in_c = types.operand(op, graph).shape
    _, out_h, out_w, out_c = graph.type(op.outputs[0]).shape
    return {
        "batches": n, "in_h": in_h, "in_w": in_w, "in_c": in_c,
        "out_h": out_h, "out_w": out_w, "out_c": out_c,
    }  # fmt: skip


def output_fields(op: Op, graph: Graph) -> dict[str, int]:
    """Zero point and range of the output."""
    zero, low, high = accumulate.output_range(op, graph)
    return {"out_zero": zero, "out_min": low, "out_max": high}


def too_large(fields: Mapping[str, Any]) -> str | None:
    """A reason if a size does not fit 16 bits, for `applies`."""
    for name, value in fields.items():
        if isinstance(value, int) and not 0 <= value <= MAX_U16:
            return f"{name} is {value}, more than 65,535"
    return None


def can_overflow(op: Op, graph: Graph, outputs_axis: int) -> str | None:
    """A reason if a 32-bit accumulator can overflow, which LiteRT leaves undefined."""
    weights = np.abs(graph.constant(str(op.inputs[1])).astype(np.int64))
    _, zero = types.per_tensor(types.operand(op, graph))
    others = tuple(a for a in range(weights.ndim) if a != outputs_axis)
    total = weights.sum(axis=others)
    worst = int((np.abs(bias(op, graph)) + total * (256 + abs(zero))).max(initial=0))
    return "its 32-bit sums can overflow" if worst >= 1 << 31 else None
