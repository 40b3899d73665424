"""3x3 convolution over one or three channels: windows straight from expanded rows."""

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
from motekit.graph.ops._shared.requantized import GAIN, I32

WIDE = 3  # outputs of a block
COLUMNS = {1: 2, 3: 5}  # channels → words of a window's row


def _channels(op: Op, graph: Graph) -> requantized.Channels | None:
    weights = graph.constant(str(op.inputs[1])).astype(np.int8)
    bias = shared.folded_bias(op, graph).astype(np.int64)
    return requantized.channels(op, graph, weights.reshape(len(weights), -1), bias)


def applies(op: Op, graph: Graph, target: TargetSpec) -> str | None:
    w = conv_2d.geometry(op, graph)
    x, out = types.operand(op, graph), graph.type(op.outputs[0])
    if w.size != (3, 3) or w.dilation != (1, 1) or w.stride[1] > 2:
        return "the kernel is not 3x3, or the stride more than 2"
    if x.shape[3] not in COLUMNS or types.operand(op, graph, 1).shape[3] != x.shape[3]:
        return "the channels are not 1 or 3, or grouped"
    if x.shape[0] != 1 or out.shape[2] < WIDE or out.shape[3] % 2:
        return "several images, fewer than 3 columns, or an odd number of channels"
    if w.padding[0] > 2:
        return "the padding is too large"
    sizes = {**shared.image_fields(op, graph), **_line(op, graph), "length": _length(op, graph)}
    weights = graph.constant(str(op.inputs[1])).astype(np.int8)
    bias = shared.folded_bias(op, graph).astype(np.int64)
    reason = (
        matrix.runs_on(target)
        or shared.too_large(sizes)
        or shared.can_overflow(op, graph, 0)
        or requantized.fits(op, graph, weights.reshape(len(weights), -1), bias)
    )
    found = _channels(op, graph) if reason is None else None
    plain = found is not None and found.slope is not None and found.dip is None
    if reason is None and (found is None or not plain or found.shift != line.SHIFT):
        return "its factors need dips, or the reference's arithmetic"
    return reason


def _line(op: Op, graph: Graph) -> dict[str, int]:
    """Values of a row, padding before the first, and words that all windows of a row take."""
    w, (_, _, width, depth) = conv_2d.geometry(op, graph), types.operand(op, graph).shape
    step = 3 - w.stride[1]  # words from one word of a window to the next
    last = (graph.type(op.outputs[0]).shape[2] - 1) * depth
    words = last + step * (COLUMNS[depth] - 1) + 1
    return {"values": width * depth, "lead": w.padding[2] * depth, "words": words}


def _length(op: Op, graph: Graph) -> int:
    """Of the stream."""
    depth, out = types.operand(op, graph).shape[3], graph.type(op.outputs[0]).shape[3]
    return int(out // 2 * (4 + 12 * COLUMNS[depth]))


def cost(op: Op, graph: Graph, target: TargetSpec) -> Cost:
    w, out = conv_2d.geometry(op, graph), graph.type(op.outputs[0])
    _, height, _, depth = types.operand(op, graph).shape
    columns, of = COLUMNS[depth], _line(op, graph)
    blocks = out.shape[1] * -(-out.shape[2] // WIDE)
    cycles = blocks * (32 + out.shape[3] // 2 * (36 * columns + 54))
    rows = min(height, out.shape[1] * min(3, w.stride[0]) + 2)
    cycles += rows * (of["words"] * (4 if w.stride[1] == 2 else 20) + 100) + out.shape[1] * 200
    extra = out.shape[3] * (12 * columns - 9 * depth)
    return Cost(matrix.elsewhere(target, cycles), 40 + 4 * out.shape[3] + extra, 12 * of["words"])


def overlap(op: Op, graph: Graph, target: TargetSpec) -> Mapping[tuple[int, int], int]:
    """Row y is written while the rows from its window's top on are still needed."""
    w = conv_2d.geometry(op, graph)
    x, out = types.operand(op, graph), graph.type(op.outputs[0])
    in_row, out_row = x.shape[2] * x.shape[3], out.shape[2] * out.shape[3]
    tops = [max(0, y * w.stride[0] - w.padding[0]) for y in range(out.shape[1])]
    return {(0, 0): max((y + 1) * out_row - top * in_row for y, top in enumerate(tops))}


def stream(weights: requantized.I8, start: I32) -> npt.NDArray[np.int16]:
    """Starts and weights in the order the kernel reads them.

    Args:
        weights: [out][3][3][in].
        start: one an output.
    """
    out, depth = len(weights), weights.shape[3]
    padded = np.zeros((out, 3, 2 * COLUMNS[depth]), np.int64)
    padded[:, :, : 3 * depth] = GAIN * weights.astype(np.int64).reshape(out, 3, -1)
    words = padded.reshape(out // 2, 2, 3 * COLUMNS[depth], 2).transpose(0, 2, 1, 3)
    starts = start.astype("<i4").reshape(-1, 2).view("<i2")
    return np.hstack([starts, words.reshape(out // 2, -1).astype("<i2")])


def emit(op: Op, graph: Graph, target: TargetSpec) -> Emitted:
    w, image, of = conv_2d.geometry(op, graph), shared.image_fields(op, graph), _line(op, graph)
    found = _channels(op, graph)
    assert found is not None and found.slope is not None
    shape = types.operand(op, graph, 1).shape
    _, in_zero = types.per_tensor(types.operand(op, graph))
    rows = f"{{in0}}, {{out0}}, {{scratch}}, 0U, {image['out_h']}U"
    rings = f"{image['in_h']}U, {image['out_h']}U"
    values = stream(found.weights.reshape(shape), found.start)
    return Emitted(
        sources=(
            (__name__, "mk_conv_first.h"),
            (__name__, "mk_conv_first.c"),
            (shared.HERE, "mk_rows.h"),
            matrix.ALIGN,
        ),
        constants=(
            Constant("stream", "int16_t", values, "weights", 4),
            Constant("slope", "int32_t", found.slope),
        ),
        struct="mk_conv_first_params",
        fields={
            "stream": "stream",
            "slope": "slope",
            "length": _length(op, graph),
            "pairs": image["out_c"] // 2,
            "in_h": image["in_h"],
            **of,
            "out_w": image["out_w"],
            "stride_h": w.stride[0],
            "pad_top": w.padding[0],
            "channels": image["in_c"],
            "stride_w": w.stride[1],
            "in_zero": in_zero,
        },
        call=f"mk_conv_first({{params}}, &(const mk_rows){{{{{rows}, {rings}}}}})",
        scratch_bytes=12 * of["words"],
        stack_bytes=300,
        defines={f"MK_FIRST_{image['in_c']}_BY_{w.stride[1]}": 1},
    )


KERNEL = Kernel(
    name="first",
    summary="DSP: windows of few channels straight from expanded rows, three by two channels",
    applies=types.only("int8", applies),
    cost=cost,
    emit=emit,
    overlap=overlap,
    code_bytes=1080,
)
