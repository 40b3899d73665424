"""Depthwise convolution with any window: four channels of a pixel at a time."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from motekit.core.graph import Graph, Op
from motekit.core.op import Constant, Cost, Emitted, Kernel
from motekit.core.target import TargetSpec
from motekit.graph.ops import depthwise_conv_2d
from motekit.graph.ops._shared import emit as shared
from motekit.graph.ops._shared import line, matrix, requantized, types
from motekit.graph.ops._shared.requantized import I8, I32, I64

QUAD = 4  # channels


def _weights(op: Op, graph: Graph) -> I8:
    """[channels][taps]."""
    weights = graph.constant(str(op.inputs[1]))
    return weights.reshape(-1, weights.shape[3]).T.astype(np.int8)


def _bias(op: Op, graph: Graph) -> I64:
    _, zero = types.per_tensor(types.operand(op, graph))
    total = _weights(op, graph).astype(np.int64).sum(axis=1)
    return np.asarray(shared.bias(op, graph) - zero * total)


def _taps(op: Op, graph: Graph) -> int:
    """Taps of the window, made even."""
    height, width = depthwise_conv_2d.geometry(op, graph).size
    return height * width + height * width % 2


def applies(op: Op, graph: Graph, target: TargetSpec) -> str | None:
    x, out = types.operand(op, graph), graph.type(op.outputs[0])
    if x.shape[3] != out.shape[3]:
        return "the channels are multiplied"
    if x.shape[0] != 1 or x.shape[3] < QUAD:
        return "several images, or fewer than 4 channels"
    fields = shared.image_fields(op, graph) | shared.window_fields(
        depthwise_conv_2d.geometry(op, graph)
    )
    weights, bias = _weights(op, graph), _bias(op, graph)
    reason = (
        matrix.runs_on(target)
        or shared.too_large(fields | {"taps": _taps(op, graph)})
        or shared.can_overflow(op, graph, 3)
        or requantized.fits(op, graph, weights, bias)
    )
    found = requantized.channels(op, graph, weights, bias) if reason is None else None
    if reason is None and (found is None or found.slope is None or found.shift != line.SHIFT):
        return "its factors need the reference's arithmetic"
    return reason


def groups(channels: int) -> list[int]:
    """First channel of every four; the last ends with the last channel."""
    return [min(c, channels - QUAD) for c in range(0, channels, QUAD)]


def cost(op: Op, graph: Graph, target: TargetSpec) -> Cost:
    out, taps = graph.type(op.outputs[0]), _taps(op, graph)
    quads = -(-out.shape[3] // QUAD)
    pixels = out.shape[1] * out.shape[2]
    cycles = pixels * (80 + 26 * taps + quads * (75 + 13 * taps))
    h, w = depthwise_conv_2d.geometry(op, graph).size
    extra = QUAD * quads * taps - out.shape[3] * h * w
    return Cost(
        matrix.elsewhere(target, cycles), 60 + 4 * QUAD * quads + extra, _scratch(op, graph, target)
    )


def _scratch(op: Op, graph: Graph, target: TargetSpec) -> int:
    """A pointer a tap, a byte a channel."""
    pointer = 8 if target.isa == "host" else 4
    return pointer * _taps(op, graph) + types.operand(op, graph).shape[3]


def overlap(op: Op, graph: Graph, target: TargetSpec) -> Mapping[tuple[int, int], int]:
    """Row y is written while the rows from its window's top on are still needed."""
    w = depthwise_conv_2d.geometry(op, graph)
    x, out = types.operand(op, graph), graph.type(op.outputs[0])
    in_row, out_row = x.shape[2] * x.shape[3], out.shape[2] * out.shape[3]
    tops = [max(0, y * w.stride[0] - w.padding[0]) for y in range(out.shape[1])]
    return {(0, 0): max((y + 1) * out_row - top * in_row for y, top in enumerate(tops))}


def layout(weights: I8, start: I32) -> I8:
    """[channels][taps] by fours of channels and twos of taps, each four followed by its starts."""
    count, taps = weights.shape
    even = np.zeros((count, taps + taps % 2), np.int8)
    even[:, :taps] = weights
    parts = [even[c : c + QUAD].reshape(2, 2, -1, 2).transpose(2, 0, 3, 1) for c in groups(count)]
    starts = [start[c : c + QUAD].astype("<i4").view(np.int8) for c in groups(count)]
    return np.stack([np.hstack([p.reshape(-1), s]) for p, s in zip(parts, starts, strict=True)])


def lines(slope: I32, dip: I32 | None) -> I32:
    """Slopes and dips by fours of channels."""
    kinds = [slope] if dip is None else [slope, dip]
    fours = groups(len(slope))
    return np.array([[kind[c : c + QUAD] for kind in kinds] for c in fours]).reshape(len(fours), -1)


def emit(op: Op, graph: Graph, target: TargetSpec) -> Emitted:
    w, image = depthwise_conv_2d.geometry(op, graph), shared.image_fields(op, graph)
    found = requantized.channels(op, graph, _weights(op, graph), _bias(op, graph))
    assert found is not None and found.slope is not None
    _, in_zero = types.per_tensor(types.operand(op, graph))
    rows = f"{{in0}}, {{out0}}, {{scratch}}, 0U, {image['out_h']}U"
    rings = f"{image['in_h']}U, {image['out_h']}U"
    return Emitted(
        sources=(
            (__name__, "mk_depthwise_quads.h"),
            (__name__, "mk_depthwise_quads.c"),
            (shared.HERE, "mk_rows.h"),
            matrix.ALIGN,
        ),
        constants=(
            Constant("stream", "int8_t", layout(found.weights, found.start), "weights", 4),
            Constant("lines", "int32_t", lines(found.slope, found.dip)),
        ),
        struct="mk_depthwise_quads_params",
        fields={
            "stream": "stream",
            "lines": "lines",
            "offset": found.offset,
            **{k: image[k] for k in ("in_h", "in_w", "out_w")},
            "channels": image["in_c"],
            "taps": _taps(op, graph),
            **shared.window_fields(w),
            "in_zero": in_zero,
        },
        call=f"mk_depthwise_quads({{params}}, &(const mk_rows){{{{{rows}, {rings}}}}})",
        scratch_bytes=_scratch(op, graph, target),
        stack_bytes=220,
    )


KERNEL = Kernel(
    name="quads",
    summary="DSP: any window, four channels by two taps at a time",
    applies=types.only("int8", applies),
    cost=cost,
    emit=emit,
    overlap=overlap,
    code_bytes=560,
)
