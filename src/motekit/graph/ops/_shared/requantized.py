"""A layer's channels with the two-instruction requantization of `line`, or the reason for none."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

from motekit.core.graph import Graph, Op

from . import accumulate, line

SMALL = 1 << 22  # GAIN times it fits 32 bits
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
    """The reason why GAIN times a layer's accumulators does not fit 32 bits, or None.

    Channels whose output cannot change do not count: they get by without their sums.
    """
    least, most = bounds(weights, bias)
    for rule, low, high in zip(scalings(op, graph, len(weights)), least, most, strict=True):
        worst = max(-int(low), int(high))
        if worst * GAIN >= 1 << 31 and not constant(rule, int(low), int(high)):
            return f"its sums reach {worst}, more than 23 bits"
    return None


def constant(rule: line.Scaling, low: int, high: int) -> bool:
    """No accumulator from `low` to `high` changes the output."""
    first, last = line.reference(np.array([low, high], dtype=np.int64), rule)
    return bool(first == last)


def channels(op: Op, graph: Graph, weights: I8, bias: I64) -> Channels | None:
    """The requantization of a layer whose sums fit, or None if there is none.

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
    return _exactly(weights, bias, rules, least, most)


def _exactly(
    weights: I8, bias: I64, rules: list[line.Scaling], least: I64, most: I64
) -> Channels | None:
    """Sums for the reference's arithmetic; that of a constant output is made small."""
    kept, start = weights.copy(), bias.copy()
    for c, (rule, low, high) in enumerate(zip(rules, least, most, strict=True)):
        if constant(rule, int(low), int(high)):
            kept[c] = 0
            start[c] = np.clip(int(low), -SMALL, SMALL)
            if not constant(rule, int(start[c]), int(low)):
                return None
    return Channels(kept, (start * GAIN).astype(np.int32), None)


def _line(
    rule: line.Scaling, low: int, high: int, dips: bool, shift: int
) -> tuple[line.Line, bool] | None:
    """(line, whether the output is constant). A constant's line belongs to accumulator 0."""
    if constant(rule, low, high):
        first = line.reference(np.array([low], dtype=np.int64), rule)[0]
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
