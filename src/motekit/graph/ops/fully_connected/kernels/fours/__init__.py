"""Dense layer, four outputs at a time, weights packed in the order they are used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from motekit.core.graph import Graph, Op
from motekit.core.op import Constant, Cost, Emitted, Kernel
from motekit.core.target import TargetSpec
from motekit.graph.ops._shared import emit as shared
from motekit.graph.ops._shared import line, matrix, requantized, types
from motekit.graph.ops._shared.requantized import GAIN, I8, I32, I64

FOUR = 4  # outputs, and inputs of a word


@dataclass(frozen=True)
class Layer:
    """Start and slope of every output; one slope for all if the factors are one.

    Args:
        shift: of the high word.
    """

    start: I32
    slope: I32
    shift: int


def _weights(op: Op, graph: Graph) -> tuple[I8, I64]:
    """Weights [outputs, inputs] and the bias with the input's zero point in it."""
    weights = graph.constant(str(op.inputs[1])).astype(np.int8)
    return weights, shared.folded_bias(op, graph).astype(np.int64)


def layer(op: Op, graph: Graph) -> Layer | None:
    """Lines equal to the reference for every input, or None."""
    weights, bias = _weights(op, graph)
    rules = requantized.scalings(op, graph, len(weights))
    least, most = requantized.bounds(weights, bias)
    if max(-int(least.min()), int(most.max())) * GAIN >= 1 << 31:
        return None
    shift = 6 - max(rule.shift for rule in rules)  # the most that keeps slopes below 2^31
    if not 0 <= shift <= 31:
        return None
    spans = list(zip(rules, least, most, strict=True))
    if len(set(rules)) == 1:  # thresholds are the same for all
        spans = [(rules[0], least.min(), most.max())]
    lines = [line.fit(r, int(low), int(high), GAIN, False, shift) for r, low, high in spans]
    found = [one for one in lines if one is not None]
    if len(found) < len(lines):
        return None
    start = bias * GAIN + np.array([one.start for one in found], np.int64)
    return Layer(start.astype(np.int32), np.array([one.slope for one in found], np.int32), shift)


def applies(op: Op, graph: Graph, target: TargetSpec) -> str | None:
    weights, _ = _weights(op, graph)
    rows = graph.type(str(op.inputs[0])).size // weights.shape[1]
    sizes = {"outputs": weights.shape[0], "inputs": weights.shape[1], "rows": rows}
    reason = matrix.runs_on(target) or shared.too_large(sizes) or shared.can_overflow(op, graph, 0)
    if reason is None and not matrix.packs(weights):
        return "two weights do not fit 16 bits: one is -128"
    if reason is None and layer(op, graph) is None:
        return "its factors need the reference's arithmetic"
    return reason


def _expanded(inputs: int) -> int:
    return 8 * -(-inputs // FOUR)


def cost(op: Op, graph: Graph, target: TargetSpec) -> Cost:
    out, n = graph.type(str(op.inputs[1])).shape
    rows = graph.type(str(op.inputs[0])).size // n
    fours, quads = -(-out // FOUR), -(-n // FOUR)
    cycles = rows * (fours * (48 + 19 * quads + 4 * (quads // 8)) + 22 * quads + 60)
    per_output = len(set(requantized.scalings(op, graph, out))) > 1
    padding = FOUR * ((fours * FOUR - out) * n + out * (quads * FOUR - n)) // FOUR
    flash = 24 + padding + (FOUR * FOUR * fours if per_output else 16)
    return Cost(matrix.elsewhere(target, cycles), flash, _expanded(n))


def stream(weights: I8, start: I32) -> I8:
    """Starts and weights in the order the kernel reads them."""
    out, n = weights.shape
    padded = np.zeros((-(-out // FOUR) * FOUR, -(-n // FOUR) * FOUR), np.int64)
    padded[:out, :n] = weights
    starts = np.zeros(len(padded), np.int64)
    starts[:out] = start
    starts += GAIN * 127 * padded[:, 1::2].sum(axis=1)
    packed = (padded[:, ::2] + 256 * padded[:, 1::2]).astype("<i2")
    words = packed.reshape(len(padded) // FOUR, FOUR, -1, 2).transpose(0, 2, 1, 3)
    rows = words.reshape(len(words), -1).view(np.int8)
    return np.hstack([starts.astype("<i4").reshape(-1, FOUR).view(np.int8), rows])


def emit(op: Op, graph: Graph, target: TargetSpec) -> Emitted:
    weights, _ = _weights(op, graph)
    out, n = weights.shape
    found = layer(op, graph)
    assert found is not None
    shared_slope = len(found.slope) == 1 and out > 1
    slope = np.zeros(FOUR if shared_slope else -(-out // FOUR) * FOUR, np.int32)
    slope[: len(slope) if shared_slope else out] = found.slope
    return Emitted(
        sources=(
            (__name__, "mk_fully_connected_fours.h"),
            (__name__, "mk_fully_connected_fours.c"),
            matrix.ALIGN,
        ),
        constants=(
            Constant("stream", "int8_t", stream(weights, found.start), "weights", 4),
            Constant("slope", "int32_t", slope),
        ),
        struct="mk_fully_connected_fours_params",
        fields={
            "stream": "stream",
            "slope": "slope",
            "slope_step": 0 if shared_slope else 16,
            "shift": found.shift,
            "rows": graph.type(str(op.inputs[0])).size // n,
            "inputs": n,
            "outputs": out,
        },
        call="mk_fully_connected_fours({params}, {in0}, {out0}, {scratch})",
        scratch_bytes=_expanded(n),
        stack_bytes=112,
    )


def overlap(op: Op, graph: Graph, target: TargetSpec) -> Mapping[tuple[int, int], int]:
    """A row is read before its outputs are written."""
    out, n = graph.type(str(op.inputs[1])).shape
    rows = graph.type(str(op.inputs[0])).size // n
    growth = out - n
    return {(0, 0): max(growth, growth * (rows - 1)) if rows > 1 else -n}


KERNEL = Kernel(
    name="fours",
    summary="DSP: four outputs at a time, weights packed in the order of use",
    applies=types.only("int8", applies),
    cost=cost,
    emit=emit,
    overlap=overlap,
    code_bytes=900,
)
