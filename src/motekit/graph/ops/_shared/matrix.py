"""Layouts and parameters of the register-blocked matrix kernel (mk_matrix)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from motekit.core.graph import Graph, Op
from motekit.core.op import Constant
from motekit.core.target import TargetSpec

from . import emit as shared
from . import line, requantized
from .requantized import I8, I32, I64

ROWS = 3  # output pixels at a time
QUAD = 4  # inputs that one word of weights holds
DIPS, ODD, RAW, COARSE = 1, 2, 4, 8  # modes of mk_matrix
ALIGN = ("motekit.runtime.include", "mk_align.h")
SOURCES = (
    (shared.HERE, "mk_matrix.h"),
    (shared.HERE, "mk_matrix.c"),
    (shared.HERE, "mk_matrix_arm.inc"),
    ALIGN,
    shared.REQUANTIZE,
)
STACK = 104
CODE = {"mk_matrix": 1620}  # bytes on a Cortex-M4 at -Os


@dataclass(frozen=True)
class Matrix:
    """A layer for mk_matrix.

    Args:
        fields: of mk_matrix_params.
        raw: sums are requantized one by one; `scratch` then has room for them.
        scratch: bytes beside the patch.
    """

    constants: tuple[Constant, ...]
    fields: Mapping[str, Any]
    defines: Mapping[str, int]
    raw: bool
    scratch: int


def runs_on(target: TargetSpec) -> str | None:
    """The kernel wants SMLAD; on this computer its portable form has the same layout."""
    able = "dsp" in target.features or target.isa == "host"
    return None if able else "the core has no DSP instructions"


def refuses(op: Op, graph: Graph, target: TargetSpec, weights: I8, bias: I64) -> str | None:
    """The reason why a layer cannot go through mk_matrix, or None."""
    if not packs(weights):
        return "two weights do not fit 16 bits: one is -128"
    reason = (
        runs_on(target)
        or shared.can_overflow(op, graph, 0)
        or requantized.fits(op, graph, weights, bias)
    )
    if reason is None and requantized.channels(op, graph, weights, bias) is None:
        return "a constant output has sums of more than 23 bits"
    return reason


def patch_bytes(inputs: int) -> int:
    """Bytes of three expanded rows."""
    return ROWS * 2 * QUAD * -(-inputs // QUAD)


def layer(op: Op, graph: Graph, weights: I8, bias: I64) -> Matrix:
    """The constants and parameters of a layer with weights [channels, inputs]."""
    found = requantized.channels(op, graph, weights, bias)
    assert found is not None
    count, inputs = weights.shape
    pairs = -(-count // 2)
    raw = found.slope is None
    modes = {
        ODD: count % 2 == 1, RAW: raw, DIPS: found.dip is not None,
        COARSE: found.shift == line.COARSE,
    }  # fmt: skip
    constants = [Constant("stream", "int8_t", stream(found.weights, found.start), "weights", 4)]
    fields: dict[str, Any] = {
        "stream": "stream", "slope": 0, "offset": found.offset,
        "inputs": inputs, "pairs": pairs, "mode": sum(bit for bit, on in modes.items() if on),
    }  # fmt: skip
    if found.slope is not None:
        constants.append(Constant("slope", "int32_t", slopes(found.slope, found.dip)))
        fields["slope"] = "slope"
    else:
        multiplier, shift = shared.factor_constants(op, graph)
        constants += [multiplier, shift]
        fields |= {"multiplier": "multiplier", "shift": "shift"}
        fields["per_channel"] = int(multiplier.values.size > 1)
        fields |= shared.output_fields(op, graph)
    used = {
        "MK_MATRIX_EXACT": raw, "MK_MATRIX_HAS_COARSE": modes[COARSE],
        "MK_MATRIX_HAS_DIPS": modes[DIPS], "MK_MATRIX_HAS_MODES": any(modes.values()),
    }  # fmt: skip
    defines = {name: 1 for name, on in used.items() if on}
    return Matrix(tuple(constants), fields, defines, raw, 24 * pairs if raw else 0)


def stream(weights: I8, start: I32) -> I8:
    """Starts and weights in the order the kernel reads them; see mk_matrix.h."""
    count, inputs = weights.shape
    padded = np.zeros((-(-count // 2) * 2, -(-inputs // QUAD) * QUAD), np.int64)
    padded[:count, :inputs] = weights
    starts = np.zeros(len(padded), np.int64)
    starts[:count] = start
    starts += requantized.GAIN * 127 * padded[:, 1::2].sum(axis=1)
    packed = padded[:, ::2] + 256 * padded[:, 1::2]  # even inputs in the lower byte
    words = packed.astype("<i2").reshape(len(padded) // 2, 2, -1, 2).transpose(0, 2, 1, 3)
    rows = words.reshape(len(words), -1).view(np.int8)
    return np.hstack([starts.astype("<i4").reshape(-1, 2).view(np.int8), rows])


def packs(weights: I8) -> bool:
    """Pairs of weights fit 16 bits: no -128 stands over a negative one."""
    padded = np.zeros((len(weights), -(-weights.shape[1] // 2) * 2), np.int64)
    padded[:, : weights.shape[1]] = weights
    return bool((padded[:, ::2] + 256 * padded[:, 1::2] >= -(1 << 15)).all())


def slopes(slope: I32, dip: I32 | None) -> I32:
    """Slopes by pairs, each pair followed by its dips if there are any."""
    parts = [slope] if dip is None else [slope, dip]
    pairs = -(-len(slope) // 2)
    table = np.zeros((len(parts), 2 * pairs), np.int32)
    for row, part in zip(table, parts, strict=True):
        row[: len(part)] = part
    return table.reshape(len(parts), pairs, 2).transpose(1, 0, 2).reshape(pairs, -1)


def cycles(blocks: int, channels: int, inputs: int) -> int:
    """What mk_matrix takes on a Cortex-M4, patches ready; see benchmarks.kernel_choice."""
    quads = -(-inputs // QUAD)
    return blocks * (60 + -(-channels // 2) * (42 + 24 * quads + 4 * (quads // 8)))


def elsewhere(target: TargetSpec, cycles: int) -> int:
    """Cycles on a core where the portable form of the kernel runs: it never pays there."""
    return cycles if "dsp" in target.features else 40 * cycles
