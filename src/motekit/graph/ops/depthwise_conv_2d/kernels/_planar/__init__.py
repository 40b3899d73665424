"""Depthwise 3x3 convolution over lines of four channels, two neighbours to a SMLAD.

The kernels differ in how many lines of a strip they keep in memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from motekit.core.graph import Graph, Op
from motekit.core.op import Constant, Cost, Emitted, Kernel
from motekit.core.target import TargetSpec
from motekit.graph.ops import depthwise_conv_2d
from motekit.graph.ops._shared import emit as shared
from motekit.graph.ops._shared import line, matrix, requantized, types
from motekit.graph.ops._shared.requantized import I8, I32, I64

SHIFT = 10  # of the high word, in mk_planar.inc
GAINS = (*range(256, 199, -1), 128, 64, 32, 16, 8, 4, 2, 1)  # the last for large sums
STRIP = 4  # channels
RING = 3  # slots of the kernel that works on images of any size


@dataclass(frozen=True)
class Lines:
    """How the image is walked: index 0 across the lines, 1 along them."""

    transposed: bool  # lines are columns
    stride: tuple[int, int]
    padding: tuple[int, int]  # before the first line, before its first value
    inside: tuple[int, int]  # lines and length of the input
    out: tuple[int, int]

    @property
    def pairs(self) -> int:
        """Pairs of neighbours that a line of outputs needs."""
        return (self.stride[1] * (self.out[1] - 1) + 4) // 2

    @property
    def read(self) -> int:
        """Lines of input and padding that the output needs."""
        return (self.out[0] - 1) * self.stride[0] + 3


def lines(op: Op, graph: Graph, slots: int) -> Lines:
    """Rows or columns, whichever is quicker."""
    ways = [w for w in (_lines(op, graph, False), _lines(op, graph, True)) if w.stride[1] <= 2]
    return min(ways, key=lambda w: (_cycles(w, slots, STRIP), w.transposed))


def _lines(op: Op, graph: Graph, transposed: bool) -> Lines:
    w = depthwise_conv_2d.geometry(op, graph)
    _, rows, columns, _ = types.operand(op, graph).shape
    _, out_rows, out_columns, _ = graph.type(op.outputs[0]).shape
    pairs = (w.stride, (w.padding[0], w.padding[2]), (rows, columns), (out_rows, out_columns))
    return Lines(transposed, *((b, a) if transposed else (a, b) for a, b in pairs))


def filters(op: Op, graph: Graph, transposed: bool) -> I8:
    """Weights [channels][across * along]."""
    weights = graph.constant(str(op.inputs[1]))[0]
    order = (2, 1, 0) if transposed else (2, 0, 1)
    return np.asarray(weights.transpose(order).reshape(weights.shape[2], -1).astype(np.int8))


def _bias(op: Op, graph: Graph, weights: I8) -> I64:
    _, zero = types.per_tensor(types.operand(op, graph))
    total = weights.astype(np.int64).sum(axis=1)
    return np.asarray(shared.bias(op, graph) - zero * total)


@dataclass(frozen=True)
class Channels:
    """Per channel; see requantized.Channels. `gain` multiplies the weights."""

    weights: I8
    gain: I64
    start: I32
    slope: I32
    dip: I32 | None
    offset: int


def channels(op: Op, graph: Graph, weights: I8, bias: I64) -> Channels | None:
    """The requantization of a layer, with a gain for each channel that makes its line exact."""
    rules = requantized.scalings(op, graph, len(weights))
    least, most = requantized.bounds(weights, bias)
    for dips in (False, True):
        found = [
            _line(rule, int(low), int(high), dips)
            for rule, low, high in zip(rules, least, most, strict=True)
        ]
        fitted = [f for f in found if f is not None]
        if len(fitted) == len(found):
            return _assemble(weights, bias, fitted, rules[0].zero if dips else None)
    return None


def _line(rule: line.Scaling, low: int, high: int, dips: bool) -> tuple[line.Line, int] | None:
    """(line, gain); gain 0 for a constant output, whose line belongs to accumulator 0."""
    first, last = line.reference(np.array([low, high], dtype=np.int64), rule)
    if first == last:
        return line.constant(
            int(first), line.dipped_offset(rule.zero, SHIFT) if dips else 0, SHIFT
        ), 0
    for gain in GAINS:
        found = line.fit(rule, low, high, gain, dips, SHIFT, (0, 8, 64))
        if found is not None:
            return found, gain
    return None


def _assemble(
    weights: I8, bias: I64, fitted: list[tuple[line.Line, int]], zero: int | None
) -> Channels:
    gain = np.array([g for _, g in fitted], np.int64)
    start = np.array([one.start for one, _ in fitted], np.int64) + gain * bias
    return Channels(
        weights=np.where(gain[:, None] == 0, 0, weights).astype(np.int8),
        gain=np.where(gain == 0, 256, gain),
        start=start.astype(np.int32),
        slope=np.array([one.slope for one, _ in fitted], np.int32),
        dip=None if zero is None else np.array([one.dip for one, _ in fitted], np.int32),
        offset=0 if zero is None else line.dipped_offset(zero, SHIFT),
    )


def _applies(op: Op, graph: Graph, target: TargetSpec, slots: int) -> str | None:
    w = depthwise_conv_2d.geometry(op, graph)
    x, out = types.operand(op, graph), graph.type(op.outputs[0])
    if w.size != (3, 3) or w.dilation != (1, 1):
        return "the kernel is not 3x3"
    if x.shape[3] != out.shape[3]:
        return "the channels are multiplied"
    if min(w.stride) > 2 or max(w.padding) > 2:
        return "the strides or the padding are too large"
    if x.shape[0] != 1:
        return "more than one image"
    weights = filters(op, graph, False)
    bias = _bias(op, graph, weights)
    sizes = shared.image_fields(op, graph) | {"row": x.shape[2] * x.shape[3]}
    reason = matrix.runs_on(target) or shared.too_large(sizes) or shared.can_overflow(op, graph, 3)
    if reason is None and channels(op, graph, weights, bias) is None:
        return "its factors need the reference's arithmetic"
    return reason


def _overlap(
    op: Op, graph: Graph, target: TargetSpec, slots: int
) -> Mapping[tuple[int, int], int | None]:
    """Exactly in place, where what is written was read before; strips share no bytes."""
    walk = lines(op, graph, slots)
    image, out = types.operand(op, graph), graph.type(op.outputs[0])
    whole = slots != RING and walk.read <= slots
    if out.nbytes > image.nbytes or not (whole or _follows(walk, image.shape, out.shape)):
        return {}
    return {(0, 0): None}


def _follows(walk: Lines, image: tuple[int, ...], out: tuple[int, ...]) -> bool:
    """Every line of outputs lies where input lines have been read."""
    for y in range(walk.out[0]):
        read = min(walk.inside[0], y * walk.stride[0] - walk.padding[0] + 3)
        written, there = (1, read) if walk.transposed else (out[2], read * image[2])
        if (y + 1) * written > there or (walk.transposed and out[2] != image[2]):
            return False
    return True


def _scratch(walk: Lines, slots: int) -> int:
    filter_bytes = 56 if slots == RING else 40
    return STRIP * filter_bytes + 16 * slots * walk.pairs


def _cycles(walk: Lines, slots: int, count: int) -> int:
    """Estimated cycles of `count` channels; see `python -m benchmarks.kernel_choice`."""
    strips, rest = divmod(count, STRIP)
    read = walk.inside[0] * (strips * (75 + 18 * walk.pairs) + rest * 30 * walk.pairs)
    output, line = (15.4 if walk.stride[1] == 1 else 18.5), (100 if slots == RING else 45)
    bands = -(-walk.out[0] // ((slots - 3) // walk.stride[0] + 1))
    write = count * (140 + walk.out[0] * (line + output * walk.out[1]) + 20 * bands)
    return round(read + write)


def _cost(op: Op, graph: Graph, target: TargetSpec, slots: int) -> Cost:
    walk = lines(op, graph, slots)
    count = graph.type(op.outputs[0]).shape[3]
    cycles = matrix.elsewhere(target, _cycles(walk, slots, count))
    return Cost(cycles, 60 + 5 * count, _scratch(walk, slots))


def _emit(op: Op, graph: Graph, target: TargetSpec, slots: int, name: str, package: str) -> Emitted:
    walk = lines(op, graph, slots)
    weights = filters(op, graph, walk.transposed)
    found = channels(op, graph, weights, _bias(op, graph, weights))
    assert found is not None
    constants = [
        Constant("weights", "int8_t", found.weights, "weights"),
        Constant("gain", "uint8_t", (256 - found.gain).astype(np.uint8)),
        Constant("start", "int32_t", found.start, "bias"),
        Constant("slope", "int32_t", found.slope),
    ]
    if found.dip is not None:
        constants.append(Constant("dip", "int32_t", found.dip))
    form = "PLAIN" if found.dip is None else "DIPS"
    _, in_zero = types.per_tensor(types.operand(op, graph))
    ring = slots == RING
    extra = (shared.HERE, "mk_rows.h") if ring else (__name__, "mk_planar_whole.inc")
    data = "{in0}, {out0}, {scratch}"
    counts = f"0U, {walk.out[0]}U, {walk.inside[0]}U, {walk.out[0]}U"
    given = f"&(const mk_rows){{{{{data}, {counts}}}}}" if ring else data
    return Emitted(
        sources=(
            (package, f"mk_depthwise_{name}.h"),
            (package, f"mk_depthwise_{name}.c"),
            (__name__, "mk_planar.h"),
            (__name__, "mk_planar.inc"),
            extra,
        ),
        constants=tuple(constants),
        struct="mk_planar_params",
        fields={
            **{c.name: c.name for c in constants},
            "offset": found.offset,
            **_geometry(walk, types.operand(op, graph).shape, graph.type(op.outputs[0]).shape),
            "in_zero": in_zero,
        },
        call=f"mk_depthwise_{name}({{params}}, {given})",
        scratch_bytes=_scratch(walk, slots),
        stack_bytes=300,
        defines={f"MK_{name.upper()}_{form}_BY_{walk.stride[1]}": 1},
    )


def _geometry(walk: Lines, image: tuple[int, ...], out: tuple[int, ...]) -> dict[str, int]:
    """Sizes, and the distances in bytes of neighbours on a line and of lines."""
    fields = {
        "channels": image[3],
        "in_lines": walk.inside[0],
        "in_length": walk.inside[1],
        "out_lines": walk.out[0],
        "out_length": walk.out[1],
        "stride_across": walk.stride[0],
        "stride_along": walk.stride[1],
        "pad_across": walk.padding[0],
        "pad_along": walk.padding[1],
    }
    for name, shape in (("in", image), ("out", out)):
        distances = (shape[3], shape[2] * shape[3])
        step, pitch = distances[::-1] if walk.transposed else distances
        fields |= {f"{name}_step": step, f"{name}_pitch": pitch}
    return fields


def kernel(slots: int, name: str, package: str) -> Kernel:
    """The kernel of `package` that keeps `slots` lines, RING of them as a ring."""
    kept = "three" if slots == RING else f"up to {slots}"
    return Kernel(
        name=name,
        summary=f"DSP: {kept} lines of four channels expanded, two neighbours at a time",
        applies=types.only("int8", partial(_applies, slots=slots)),
        cost=partial(_cost, slots=slots),
        emit=partial(_emit, slots=slots, name=name, package=package),
        overlap=partial(_overlap, slots=slots),
        code_bytes=2000,
    )
