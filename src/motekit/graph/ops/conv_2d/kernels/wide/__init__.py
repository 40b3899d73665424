"""Convolution of int16 activations in plain C99: gather a patch, one dot product an output."""

from __future__ import annotations

from collections.abc import Mapping

from motekit.core.graph import Graph, Op
from motekit.core.op import Constant, Cost, Emitted, Kernel
from motekit.core.target import TargetSpec
from motekit.graph.ops import conv_2d
from motekit.graph.ops._shared import emit as shared
from motekit.graph.ops._shared import types, wide, windows
from motekit.graph.ops.conv_2d.kernels.portable import patch_bytes

BYTES = 2  # of an activation


def applies(op: Op, graph: Graph, target: TargetSpec) -> str | None:
    w = conv_2d.geometry(op, graph)
    sizes = {**shared.image_fields(op, graph), **shared.window_fields(w)}
    return shared.too_large(sizes) or wide.can_overflow(op, graph, 0)


def cost(op: Op, graph: Graph, target: TargetSpec) -> Cost:
    out = graph.type(op.outputs[0])
    pixels = out.size // out.shape[-1]
    patch = patch_bytes(op, graph)
    cycles = 11 * conv_2d.OP.macs(op, graph) + 80 * out.size + 18 * pixels * patch
    return Cost(cycles, flash_bytes=64 + 5 * out.shape[-1], ram_bytes=BYTES * patch)


def overlap(op: Op, graph: Graph, target: TargetSpec) -> Mapping[tuple[int, int], int | None]:
    """Pixel by pixel, behind the windows that are still needed."""
    shapes = types.operand(op, graph).shape, graph.type(op.outputs[0]).shape
    found = windows.lead(conv_2d.geometry(op, graph), *shapes, patch_bytes(op, graph) > 0)
    return {} if found is None else {(0, 0): BYTES * found}


def emit(op: Op, graph: Graph, target: TargetSpec) -> Emitted:
    image = shared.image_fields(op, graph)
    patch = BYTES * patch_bytes(op, graph)
    constants, scale = wide.scaling(op, graph)
    return Emitted(
        sources=((__name__, "mk_conv_wide.h"), (__name__, "mk_conv_wide.c"), *wide.SCALE),
        constants=(
            Constant("weights", "int8_t", graph.constant(str(op.inputs[1])), "weights"),
            wide.bias(op, graph),
            *constants,
        ),
        struct="mk_conv_wide_params",
        fields={
            "weights": "weights",
            "bias": "bias",
            "scale": scale,
            **image,
            **shared.window_fields(conv_2d.geometry(op, graph)),
            "groups": image["in_c"] // types.operand(op, graph, 1).shape[3],
        },
        call="mk_conv_wide({params}, {in0}, {out0}, " + ("{scratch})" if patch else "0)"),
        scratch_bytes=patch,
        stack_bytes=176,
    )


KERNEL = Kernel(
    name="wide",
    summary="C99 for int16 activations, one dot product an output",
    applies=types.only("int16", applies),
    cost=cost,
    emit=emit,
    overlap=overlap,
    code_bytes=856,
)
