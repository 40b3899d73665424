"""Sums of two int8 tensors by two multiplications, proved over every pair of inputs.

The reference scales both inputs to a common step with 20 more bits, adds, scales again: three
double roundings. Over the 65,536 pairs of int8 that is nearly a plane; a plane of our own,
    out = saturate8((start + (a_factor · a >> 8) + (b_factor · b >> 8)) >> 21),
is equal to it if it gives the same output for every pair. For given factors the pairs bound
`start` from both sides, so each trial is one pass over them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from motekit.core.graph import Graph, Op
from motekit.core.op import Cost, Emitted, Kernel
from motekit.core.target import TargetSpec
from motekit.graph import numerics

from . import binary, matrix, types
from . import emit as shared

SHIFT = 21  # of the sum
UPPER = 8  # bits that a value is moved up in its half word, less the 16 that SMLAW drops
REACH = 12  # how far from the real factors to look


@dataclass(frozen=True)
class Plane:
    """out = saturate8((start + (a·a_factor >> 8) + (b·b_factor >> 8)) >> SHIFT)."""

    a_factor: int
    b_factor: int
    start: int


def table(op: Op, graph: Graph, sign: int) -> numerics.I64:
    """The reference's output for every pair, [a + 128, b + 128]."""
    s = binary.sum_scaling(op, graph)
    rounding = str(op.attrs["rounding"])
    terms = []
    for i, factor in enumerate((s.a, s.b)):
        _, zero = types.per_tensor(types.operand(op, graph, i))
        values = (np.arange(-128, 128, dtype=np.int64) - zero) << binary.LEFT_SHIFT
        terms.append(numerics.multiply(values, *factor, rounding))
    total = terms[0][:, None] + sign * terms[1][None, :]
    scaled = numerics.multiply(total, *s.out, rounding)
    return binary.clamp(op, graph, scaled).astype(np.int64)


def plane(op: Op, graph: Graph, sign: int) -> Plane | None:
    """A plane equal to the reference for every pair, or None."""
    scales = [types.per_tensor(types.operand(op, graph, i))[0] for i in (0, 1)]
    out_scale, _ = types.per_tensor(graph.type(op.outputs[0]))
    ideal = [round(scale / out_scale * 2.0 ** (SHIFT + UPPER)) for scale in scales]
    if max(ideal) + REACH >= 1 << 31:
        return None
    expected = table(op, graph, sign)
    steps = [(i, j) for i in range(-REACH, REACH + 1) for j in range(-REACH, REACH + 1)]
    for i, j in sorted(steps, key=lambda step: (abs(step[0]) + abs(step[1]), step)):
        found = _start(ideal[0] + i, sign * (ideal[1] + j), expected)
        if found is not None:
            return found
    return None


def _start(a_factor: int, b_factor: int, expected: numerics.I64) -> Plane | None:
    values = np.arange(-128, 128, dtype=np.int64)
    base = (values * a_factor >> UPPER)[:, None] + (values * b_factor >> UPPER)[None, :]
    low, high = (expected << SHIFT) - base, (((expected + 1) << SHIFT) - 1) - base
    first = int(low[expected > -128].max(initial=-(1 << 31)))
    last = int(high[expected < 127].min(initial=(1 << 31) - 1))
    start = min(max(first, 0), last)
    reach = (int(base.min()) + start, int(base.max()) + start)
    if first > last or reach[0] < -(1 << 31) or reach[1] >= 1 << 31 or abs(start) >= 1 << 31:
        return None
    return Plane(a_factor, b_factor, start)


def _applies(op: Op, graph: Graph, target: TargetSpec, sign: int) -> str | None:
    shapes = {types.operand(op, graph, i).shape for i in (0, 1)}
    if len(shapes) > 1:
        return "the shapes differ"
    if any(graph.tensors[str(name)].is_constant for name in op.inputs):
        return "an input is constant"
    reason = matrix.runs_on(target)
    if reason is None and plane(op, graph, sign) is None:
        return "no plane is equal to the reference for every pair of inputs"
    return reason


def _cost(op: Op, graph: Graph, target: TargetSpec) -> Cost:
    return Cost(matrix.elsewhere(target, 7 * graph.type(op.outputs[0]).size + 60), 16, 0)


def _emit(op: Op, graph: Graph, target: TargetSpec, sign: int) -> Emitted:
    found = plane(op, graph, sign)
    assert found is not None
    return Emitted(
        sources=((shared.HERE, "mk_pair_sum.h"), (shared.HERE, "mk_pair_sum.c")),
        constants=(),
        struct="mk_pair_sum_params",
        fields={
            "a_factor": found.a_factor,
            "b_factor": found.b_factor,
            "start": found.start,
            "count": graph.type(op.outputs[0]).size,
        },
        call="mk_pair_sum({params}, {in0}, {in1}, {out0})",
        stack_bytes=80,
    )


def _overlap(op: Op, graph: Graph, target: TargetSpec) -> Mapping[tuple[int, int], int | None]:
    return {(0, 0): 0, (1, 0): 0}


def kernel(sign: int) -> Kernel:
    """The kernel of an addition (sign 1) or subtraction (−1)."""
    return Kernel(
        name="pairs",
        summary="DSP: two multiplications an output, proved over all pairs of inputs",
        applies=types.only("int8", partial(_applies, sign=sign)),
        cost=_cost,
        emit=partial(_emit, sign=sign),
        overlap=_overlap,
        code_bytes=250,
    )
