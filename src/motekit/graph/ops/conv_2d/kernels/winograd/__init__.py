"""3x3 convolution with stride 1 by exact Winograd F(2, 3): two thirds of the products."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from motekit.core.graph import Graph, Op
from motekit.core.op import Constant, Cost, Emitted, Kernel
from motekit.core.target import TargetSpec
from motekit.graph.ops import conv_2d
from motekit.graph.ops._shared import emit as shared
from motekit.graph.ops._shared import line, matrix, requantized, types
from motekit.graph.ops._shared.requantized import I32

WIDE = 8  # outputs of a block
STEP = 64  # bytes of expanded tiles to two inputs
ORDER = (1, 2, 0, 3)  # of the passes over the inputs


def _channels(op: Op, graph: Graph) -> requantized.Channels | None:
    weights = graph.constant(str(op.inputs[1])).astype(np.int8)
    bias = shared.folded_bias(op, graph).astype(np.int64)
    return requantized.channels(op, graph, weights.reshape(len(weights), -1), bias)


def applies(op: Op, graph: Graph, target: TargetSpec) -> str | None:
    w = conv_2d.geometry(op, graph)
    x, out = types.operand(op, graph), graph.type(op.outputs[0])
    if (w.size, w.stride, w.dilation) != ((3, 3), (1, 1), (1, 1)):
        return "the kernel is not 3x3 with stride 1"
    if types.operand(op, graph, 1).shape[3] != x.shape[3] or x.shape[0] != 1:
        return "the convolution is grouped, or of several images"
    if w.padding[2:] != (1, 1) or x.shape[2] < WIDE or x.shape[2] % 2:
        return "the width is odd or less than 8, or not padded by 1"
    if x.shape[3] % 4 or out.shape[3] % 2:
        return "the channels are not multiples of 4 and 2"
    weights = graph.constant(str(op.inputs[1])).astype(np.int8)
    bias = shared.folded_bias(op, graph).astype(np.int64)
    reason = (
        matrix.runs_on(target)
        or shared.too_large(shared.image_fields(op, graph))
        or shared.can_overflow(op, graph, 0)
        or requantized.fits(op, graph, weights.reshape(len(weights), -1), bias)
    )
    found = _channels(op, graph) if reason is None else None
    if reason is None and (found is None or found.slope is None or found.shift != line.SHIFT):
        return "its factors need the reference's arithmetic"
    return reason


def cost(op: Op, graph: Graph, target: TargetSpec) -> Cost:
    out, depth = graph.type(op.outputs[0]), types.operand(op, graph).shape[3]
    blocks = out.shape[1] * -(-out.shape[2] // WIDE)
    passes = 4 * (24 * depth + 30 + depth // 8 * 6)
    cycles = blocks * (260 + 3 * depth // 4 * 120 + out.shape[3] // 2 * (passes + 190))
    flash = 60 + 4 * out.shape[3] + out.shape[3] * depth * (24 - 9)
    return Cost(matrix.elsewhere(target, cycles), flash, _scratch(depth))


def _scratch(depth: int) -> int:
    return STEP * 3 * depth // 2


def overlap(op: Op, graph: Graph, target: TargetSpec) -> Mapping[tuple[int, int], int]:
    """Row y is written while the rows from its window's top on are still needed."""
    top = conv_2d.geometry(op, graph).padding[0]
    x, out = types.operand(op, graph), graph.type(op.outputs[0])
    in_row, out_row = x.shape[2] * x.shape[3], out.shape[2] * out.shape[3]
    leads = ((y + 1) * out_row - max(0, y - top) * in_row for y in range(out.shape[1]))
    return {(0, 0): max(leads)}


def stream(weights: requantized.I8, start: I32) -> npt.NDArray[np.int16]:
    """Starts and transformed weights in the order the kernel reads them.

    Args:
        weights: [out][3][3][in].
        start: one an output.
    """
    g = weights.astype(np.int64)
    g0, g1, g2 = g[:, :, 0], g[:, :, 1], g[:, :, 2]  # [out][row][in]
    u = np.stack([2 * g0, g0 + g1 + g2, g0 - g1 + g2, 2 * g2], axis=1)[:, ORDER, :, :]
    out, depth = len(weights), weights.shape[3]
    fours = u.reshape(out // 2, 2, 4, 3, depth // 4, 2, 2)  # … four channels as [c01|c23][c]
    pairs = fours.transpose(0, 2, 3, 4, 6, 1, 5)  # pair, pass, row, four, half, channel, c | c + 2
    starts = start.astype("<i4").reshape(-1, 2).view("<i2")
    return np.hstack([starts, pairs.reshape(out // 2, -1).astype("<i2")])


def emit(op: Op, graph: Graph, target: TargetSpec) -> Emitted:
    w, image = conv_2d.geometry(op, graph), shared.image_fields(op, graph)
    found = _channels(op, graph)
    assert found is not None and found.slope is not None
    shape = types.operand(op, graph, 1).shape
    _, in_zero = types.per_tensor(types.operand(op, graph))
    rows = f"{{in0}}, {{out0}}, {{scratch}}, 0U, {image['out_h']}U"
    rings = f"{image['in_h']}U, {image['out_h']}U"
    return Emitted(
        sources=(
            (__name__, "mk_conv_winograd.h"),
            (__name__, "mk_conv_winograd.c"),
            (shared.HERE, "mk_rows.h"),
            matrix.ALIGN,
        ),
        constants=(
            Constant(
                "stream", "int16_t", stream(found.weights.reshape(shape), found.start), "weights", 4
            ),
            Constant("slope", "int32_t", matrix.slopes(found.slope, found.dip)),
        ),
        struct="mk_conv_winograd_params",
        fields={
            "stream": "stream",
            "slope": "slope",
            "offset": found.offset,
            **{k: image[k] for k in ("in_h", "in_w", "in_c")},
            "pairs": image["out_c"] // 2,
            "pad_top": w.padding[0],
            "in_zero": in_zero,
        },
        call=f"mk_conv_winograd({{params}}, &(const mk_rows){{{{{rows}, {rings}}}}})",
        scratch_bytes=_scratch(image["in_c"]),
        stack_bytes=380,
    )


KERNEL = Kernel(
    name="winograd",
    summary="DSP: exact Winograd F(2, 3) along rows, weights transformed to 16 bits",
    applies=types.only("int8", applies),
    cost=cost,
    emit=emit,
    overlap=overlap,
    code_bytes=2020,
)
