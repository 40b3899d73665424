"""What kernels of int16 activations share when they print themselves."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from motekit.core.graph import Graph, Op
from motekit.core.op import Constant
from motekit.core.target import TargetSpec
from motekit.graph import numerics

from . import accumulate, emit, types

DOT_DSP = (emit.HERE, "mk_dot16_dsp.h")
SCALE = ((emit.HERE, "mk_scale16.h"), emit.REQUANTIZE)
REAL = ((emit.HERE, "mk_real.h"), (emit.HERE, "mk_real.c"))
MOST = 1 << 47  # of a 64-bit sum: LiteRT's products with 15 bits stay in 64 up to there
NEVER = 110  # a right shift that leaves nothing of a product of 101 bits


def bias(op: Op, graph: Graph) -> Constant:
    """The "bias" table, in the width of the sums' registers whatever the model's is."""
    return Constant("bias", "int64_t", emit.bias(op, graph), "bias")


def scaling(op: Op, graph: Graph) -> tuple[tuple[Constant, Constant], dict[str, Any]]:
    """The tables that a field of type mk_scale16 names, and the field."""
    multiplier, shift = accumulate.factors(op, graph)
    narrow = op.attrs["rounding"] == "double"
    if not narrow:
        multiplier = numerics.reduced_multiplier(multiplier).astype(np.int32)
        shift = np.asarray(31 - numerics.REDUCED_BITS - shift, np.int32)
    constants = (
        Constant("multiplier", "int32_t", multiplier),
        Constant("shift", "int8_t", shift.astype(np.int8)),
    )
    field = {
        "multiplier": "multiplier",
        "shift": "shift",
        **output_range(op, graph),
        "per_channel": int(multiplier.size > 1),
        "narrow": int(narrow),
    }
    return constants, field


def lacks(target: TargetSpec) -> str | None:
    """What a core lacks for products of pairs, loaded from any address."""
    able = "dsp" in target.features and "unaligned" in target.features
    return None if able or target.isa == "host" else "needs the DSP extension and unaligned loads"


def paired(weights: Constant) -> Constant:
    """The weights [outputs, …] as the kernels with pairs of products read them."""
    flat = weights.values.reshape(len(weights.values), -1).copy()
    whole = flat.shape[1] // 4 * 4
    fours = flat[:, :whole].reshape(len(flat), -1, 4)
    flat[:, :whole] = fours[:, :, [0, 2, 1, 3]].reshape(len(flat), whole)
    return replace(weights, values=flat, note="second and third of every four exchanged")


def output_range(op: Op, graph: Graph) -> dict[str, int]:
    """Lowest and highest stored output of a layer."""
    _, low, high = accumulate.output_range(op, graph)
    return {"low": low, "high": high}


def real_factors(op: Op, graph: Graph) -> tuple[Constant, Constant]:
    """The "mantissa" and "right" tables of mk_multiply_real: one each, or per channel."""
    mantissas, rights = [], []
    for factor in accumulate.real_factors(op, graph):
        fraction, exponent = math.frexp(factor)
        right = 53 - exponent
        gone = right > NEVER
        mantissas.append(0 if gone else int(math.ldexp(fraction, 53)))
        rights.append(NEVER if gone else right)
    return (
        Constant("mantissa", "int64_t", np.array(mantissas, np.int64)),
        Constant("right", "uint8_t", np.array(rights, np.uint8)),
    )


def can_overflow(op: Op, graph: Graph, outputs_axis: int) -> str | None:
    """A reason if a sum can leave the range that LiteRT's arithmetic has."""
    weights = np.abs(graph.constant(str(op.inputs[1])).astype(np.int64))
    others = tuple(a for a in range(weights.ndim) if a != outputs_axis)
    worst = np.abs(emit.bias(op, graph)) + 32768 * weights.sum(axis=others)
    given = types.optional(op, graph, 2)
    narrow = op.attrs["rounding"] == "double" or (given is not None and given.dtype == "int32")
    if int(worst.max(initial=0)) < ((1 << 31) if narrow else MOST):
        return None
    return "its 32-bit sums can overflow" if narrow else "its sums can reach 48 bits"
