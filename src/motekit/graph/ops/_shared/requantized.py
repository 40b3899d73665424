"""A layer's channels with the two-instruction requantization of `line`, or the reason for none."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

from motekit.core.graph import Graph, Op

from . import accumulate, line

GAIN = 256  # of the accumulators: one operand is left in the upper byte of its 16 bits
I8 = npt.NDArray[np.int8]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Channels:
    """What every output channel of a layer needs beside its weights; arrays have one value each.

    Args:
        weights: int8 [channels, inputs]; a channel whose output cannot change has zeros.
        start: of the accumulator, GAIN times the folded bias included.
        slope: None if no line fits every channel: the accumulators are then requantized as
            the reference does it.
        dip: None if the layer needs none.
        offset: of the high word, with dips.
        shift: of the high word; line.SHIFT or line.COARSE.
    """

    weights: I8
    start: I32
    slope: I32 | None
    dip: I32 | None = None
    offset: int = 0
    shift: int = line.SHIFT


def scalings(op: Op, graph: Graph, channels: int) -> list[line.Scaling]:
    """The reference's arithmetic, channel by channel."""
    multiplier, shift = accumulate.factors(op, graph)
    zero, low, high = accumulate.output_range(op, graph)
    pick = range(channels) if len(multiplier) > 1 else [0] * channels
    rounding = str(op.attrs["rounding"])
    return [
        line.Scaling(int(multiplier[c]), int(shift[c]), rounding, zero, low, high) for c in pick
    ]


def bounds(weights: I8, bias: I64, low: int = -128, high: int = 127) -> tuple[I64, I64]:
    """Least and greatest accumulator of every channel, for stored inputs in [low, high]."""
    w = weights.astype(np.int64)
    up, down = w.clip(min=0).sum(axis=1), w.clip(max=0).sum(axis=1)
    return bias + low * up + high * down, bias + high * up + low * down


def fits(op: Op, graph: Graph, weights: I8, bias: I64) -> str | None:
    """The reason why GAIN times a layer's accumulators does not fit 32 bits, or None."""
    least, most = bounds(weights, bias)
    worst = max(-int(least.min(initial=0)), int(most.max(initial=0)))
    return None if worst * GAIN < 1 << 31 else f"its sums reach {worst}, more than 23 bits"


def channels(op: Op, graph: Graph, weights: I8, bias: I64) -> Channels:
    """The requantization of a layer.

    Args:
        weights: [channels, inputs], in any order of inputs.
        bias: with the input's zero point folded in.
    """
    rules = scalings(op, graph, len(weights))
    least, most = bounds(weights, bias)
    for dips, shift in product((False, True), (line.SHIFT, line.COARSE)):
        found = [
            _line(rule, int(low), int(high), dips, shift)
            for rule, low, high in zip(rules, least, most, strict=True)
        ]
        lines = [f for f in found if f is not None]
        if len(lines) == len(found):
            return _assemble(weights, bias, lines, rules[0].zero if dips else None, shift)
    return Channels(weights, (bias * GAIN).astype(np.int32), None)


def _line(
    rule: line.Scaling, low: int, high: int, dips: bool, shift: int
) -> tuple[line.Line, bool] | None:
    """(line, whether the output is constant). A constant's line belongs to accumulator 0."""
    first, last = line.reference(np.array([low, high], dtype=np.int64), rule)
    if first == last:
        offset = line.dipped_offset(rule.zero, shift) if dips else 0
        return line.constant(int(first), offset, shift), True
    found = line.fit(rule, low, high, GAIN, dips, shift)
    return None if found is None else (found, False)


def _assemble(
    weights: I8, bias: I64, lines: list[tuple[line.Line, bool]], zero: int | None, shift: int
) -> Channels:
    fixed = np.array([constant for _, constant in lines])
    start = np.array([one.start for one, _ in lines], np.int64) + np.where(fixed, 0, bias * GAIN)
    return Channels(
        weights=np.where(fixed[:, None], 0, weights).astype(np.int8),
        start=start.astype(np.int32),
        slope=np.array([one.slope for one, _ in lines], np.int32),
        dip=None if zero is None else np.array([one.dip for one, _ in lines], np.int32),
        offset=0 if zero is None else line.dipped_offset(zero, shift),
        shift=shift,
    )
