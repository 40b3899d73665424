"""Depthwise convolution of int16 activations in plain C99, one output at a time."""

from __future__ import annotations

from collections.abc import Mapping

from motekit.core.graph import Graph, Op
from motekit.core.op import Constant, Cost, Emitted, Kernel
from motekit.core.target import TargetSpec
from motekit.graph.ops import depthwise_conv_2d
from motekit.graph.ops._shared import emit as shared
from motekit.graph.ops._shared import types, wide, windows

BYTES = 2  # of an activation
MOST = 511  # products of a row of a window, whose sum has 32 bits


def applies(op: Op, graph: Graph, target: TargetSpec) -> str | None:
    w = depthwise_conv_2d.geometry(op, graph)
    if w.size[1] > MOST:
        return f"rows of more than {MOST} products"
    sizes = {**shared.image_fields(op, graph), **shared.window_fields(w)}
    return shared.too_large(sizes) or wide.can_overflow(op, graph, 3)


def cost(op: Op, graph: Graph, target: TargetSpec) -> Cost:
    out = graph.type(op.outputs[0])
    cycles = 14 * depthwise_conv_2d.OP.macs(op, graph) + 150 * out.size
    return Cost(cycles, flash_bytes=64 + 5 * out.shape[-1], ram_bytes=0)


def overlap(op: Op, graph: Graph, target: TargetSpec) -> Mapping[tuple[int, int], int | None]:
    """Pixel by pixel, behind the windows that are still needed."""
    shapes = types.operand(op, graph).shape, graph.type(op.outputs[0]).shape
    found = windows.lead(depthwise_conv_2d.geometry(op, graph), *shapes, False)
    return {} if found is None else {(0, 0): BYTES * found}


def emit(op: Op, graph: Graph, target: TargetSpec) -> Emitted:
    image = shared.image_fields(op, graph)
    constants, scale = wide.scaling(op, graph)
    return Emitted(
        sources=(
            (__name__, "mk_depthwise_wide.h"),
            (__name__, "mk_depthwise_wide.c"),
            *wide.SCALE,
        ),
        constants=(
            Constant("weights", "int8_t", graph.constant(str(op.inputs[1])), "weights"),
            wide.bias(op, graph),
            *constants,
        ),
        struct="mk_depthwise_wide_params",
        fields={
            "weights": "weights",
            "bias": "bias",
            "scale": scale,
            **image,
            **shared.window_fields(depthwise_conv_2d.geometry(op, graph)),
            "outputs_per_channel": image["out_c"] // image["in_c"],
        },
        call="mk_depthwise_wide({params}, {in0}, {out0})",
        stack_bytes=160,
    )


KERNEL = Kernel(
    name="wide",
    summary="C99 for int16 activations, one output at a time",
    applies=types.only("int16", applies),
    cost=cost,
    emit=emit,
    overlap=overlap,
    code_bytes=806,
)
