"""Depthwise convolution in plain C99, one output at a time."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from motekit.core.graph import Graph, Op
from motekit.core.op import Constant, Cost, Emitted, Kernel
from motekit.core.target import TargetSpec
from motekit.graph import numerics
from motekit.graph.ops import depthwise_conv_2d
from motekit.graph.ops._shared import emit as shared
from motekit.graph.ops._shared import types, windows


def applies(op: Op, graph: Graph, target: TargetSpec) -> str | None:
    w = depthwise_conv_2d.geometry(op, graph)
    sizes = {**shared.image_fields(op, graph), **shared.window_fields(w)}
    return shared.too_large(sizes) or shared.can_overflow(op, graph, 3)


def cost(op: Op, graph: Graph, target: TargetSpec) -> Cost:
    out = graph.type(op.outputs[0])
    rows = depthwise_conv_2d.geometry(op, graph).size[0]
    cycles = 22 * depthwise_conv_2d.OP.macs(op, graph) + (80 + 25 * rows) * out.size
    return Cost(cycles, flash_bytes=56 + 5 * out.shape[-1], ram_bytes=0)


def overlap(op: Op, graph: Graph, target: TargetSpec) -> Mapping[tuple[int, int], int | None]:
    """Pixel by pixel, behind the windows that are still needed."""
    shapes = types.operand(op, graph).shape, graph.type(op.outputs[0]).shape
    found = windows.lead(depthwise_conv_2d.geometry(op, graph), *shapes, False)
    return {} if found is None else {(0, 0): found}


def emit(op: Op, graph: Graph, target: TargetSpec) -> Emitted:
    image = shared.image_fields(op, graph)
    _, zero = types.per_tensor(types.operand(op, graph))
    multiplier, shift = shared.factor_constants(op, graph)
    bias = numerics.wrap_int32(np.asarray(shared.bias(op, graph)))
    return Emitted(
        sources=(
            (__name__, "mk_depthwise_conv_2d.h"),
            (__name__, "mk_depthwise_conv_2d.c"),
            shared.REQUANTIZE,
        ),
        constants=(
            Constant("weights", "int8_t", graph.constant(str(op.inputs[1])), "weights"),
            Constant("bias", "int32_t", bias, "bias"),
            multiplier,
            shift,
        ),
        struct="mk_depthwise_conv_2d_params",
        fields={
            "weights": "weights",
            "bias": "bias",
            "multiplier": "multiplier",
            "shift": "shift",
            **image,
            **shared.window_fields(depthwise_conv_2d.geometry(op, graph)),
            "outputs_per_channel": image["out_c"] // image["in_c"],
            "per_channel": int(multiplier.values.size > 1),
            "in_zero": zero,
            **shared.output_fields(op, graph),
        },
        call="mk_depthwise_conv_2d({params}, {in0}, {out0})",
        stack_bytes=160,
    )


KERNEL = Kernel(
    name="portable",
    summary="C99, one output at a time",
    applies=types.only("int8", applies),
    cost=cost,
    emit=emit,
    overlap=overlap,
    code_bytes=570,
)
