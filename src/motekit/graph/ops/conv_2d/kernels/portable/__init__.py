"""Convolution in plain C99: gather a patch, then one dot product an output channel."""

from __future__ import annotations

from collections.abc import Mapping

from motekit.core.graph import Graph, Op
from motekit.core.op import Constant, Cost, Emitted, Kernel
from motekit.core.target import TargetSpec
from motekit.graph.ops import conv_2d
from motekit.graph.ops._shared import emit as shared
from motekit.graph.ops._shared import types, windows


def patch_bytes(op: Op, graph: Graph) -> int:
    """Bytes of the patch; none where every window is one pixel that exists."""
    w = conv_2d.geometry(op, graph)
    if w.size == (1, 1) and w.padding == (0, 0, 0, 0):
        return 0
    return w.size[0] * w.size[1] * types.operand(op, graph).shape[3]


def applies(op: Op, graph: Graph, target: TargetSpec) -> str | None:
    w = conv_2d.geometry(op, graph)
    sizes = {**shared.image_fields(op, graph), **shared.window_fields(w)}
    return shared.too_large(sizes) or shared.can_overflow(op, graph, 0)


def cost(op: Op, graph: Graph, target: TargetSpec) -> Cost:
    out = graph.type(op.outputs[0])
    pixels = out.size // out.shape[-1]
    patch = patch_bytes(op, graph)
    cycles = 9 * conv_2d.OP.macs(op, graph) + 40 * out.size + 12 * pixels * patch
    return Cost(cycles, flash_bytes=56 + 5 * out.shape[-1], ram_bytes=patch)


def overlap(op: Op, graph: Graph, target: TargetSpec) -> Mapping[tuple[int, int], int | None]:
    """Pixel by pixel, behind the windows that are still needed."""
    shapes = types.operand(op, graph).shape, graph.type(op.outputs[0]).shape
    found = windows.lead(conv_2d.geometry(op, graph), *shapes, patch_bytes(op, graph) > 0)
    return {} if found is None else {(0, 0): found}


def emit(op: Op, graph: Graph, target: TargetSpec) -> Emitted:
    weights = types.operand(op, graph, 1)
    image = shared.image_fields(op, graph)
    _, zero = types.per_tensor(types.operand(op, graph))
    multiplier, shift = shared.factor_constants(op, graph)
    patch = patch_bytes(op, graph)
    return Emitted(
        sources=((__name__, "mk_conv_2d.h"), (__name__, "mk_conv_2d.c"), shared.REQUANTIZE),
        constants=(
            Constant("weights", "int8_t", graph.constant(str(op.inputs[1])), "weights"),
            Constant("bias", "int32_t", shared.folded_bias(op, graph), "bias"),
            multiplier,
            shift,
        ),
        struct="mk_conv_2d_params",
        fields={
            "weights": "weights",
            "bias": "bias",
            "multiplier": "multiplier",
            "shift": "shift",
            **image,
            **shared.window_fields(conv_2d.geometry(op, graph)),
            "groups": image["in_c"] // weights.shape[3],
            "per_channel": int(multiplier.values.size > 1),
            "in_zero": zero,
            **shared.output_fields(op, graph),
        },
        call="mk_conv_2d({params}, {in0}, {out0}, " + ("{scratch})" if patch else "0)"),
        scratch_bytes=patch,
        stack_bytes=160,
    )


KERNEL = Kernel(
    name="portable",
    summary="C99, one dot product an output",
    applies=types.only("int8", applies),
    cost=cost,
    emit=emit,
    overlap=overlap,
    code_bytes=630,
)
