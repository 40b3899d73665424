"""Mean over axes. The sum is exact; one factor divides it and changes the scale.

BUILTIN_REF does not normalise that factor after dividing it by the number of elements, so its
multiplier has fewer bits; `factor` does the same. Attributes: axes, keep_dims, rounding
("double").
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from motekit.core.graph import Graph, Op
from motekit.core.op import Array, OpSpec, TfliteSpelling
from motekit.core.tensors import TensorType
from motekit.graph import numerics
from motekit.graph.ops._shared import channels, reduction, types


def infer(op: Op, graph: Graph) -> tuple[TensorType, ...]:
    x = types.integers(types.operand(op, graph))
    return (types.declared(op, graph, reduction.shape(op, x.shape), x.dtype),)


def count(op: Op, graph: Graph) -> int:
    """Elements averaged into one output."""
    shape = types.operand(op, graph).shape
    return math.prod(shape[a] for a in reduction.axes(op, len(shape)))


def factor(op: Op, graph: Graph) -> tuple[int, int]:
    """(multiplier, shift) from the sum of (x − zero) to the output; multiplier < 2**31, and
    below 2**30 for most counts."""
    in_scale, _ = types.per_tensor(types.operand(op, graph))
    out_scale, _ = types.per_tensor(graph.type(op.outputs[0]))
    multiplier, shift = numerics.quantize_multiplier(in_scale / out_scale)
    n = count(op, graph)
    extra = min(n.bit_length() - 1, 32, 31 + shift)
    return (multiplier << extra) // n, shift - extra


def reference(op: Op, graph: Graph, inputs: Sequence[Array]) -> tuple[Array, ...]:
    x = types.operand(op, graph)
    _, zero = types.per_tensor(x)
    _, out_zero = types.per_tensor(graph.type(op.outputs[0]))
    axes = reduction.axes(op, len(x.shape))
    total = (inputs[0].astype(np.int64) - zero).sum(axis=axes, keepdims=bool(op.attrs["keep_dims"]))
    scaled = numerics.multiply(total, *factor(op, graph), str(op.attrs["rounding"]))
    info = np.iinfo(x.dtype)
    return (np.clip(scaled + out_zero, info.min, info.max).astype(x.dtype),)


def _keeps_channels(op: Op, graph: Graph) -> bool:
    rank = len(types.operand(op, graph).shape)
    return channels.alike(op, graph) and rank - 1 not in reduction.axes(op, rank)


OP = OpSpec(
    kind="mean",
    summary="mean over axes",
    infer=infer,
    reference=reference,
    macs=reduction.macs,
    tflite=(
        TfliteSpelling(
            "MEAN",
            2,
            "ReducerOptions",
            reduction.reader("double", wide=True),
            reduction.write,
            (0,),
        ),
    ),
    package=__name__,
    time=reduction.time,
    channels=channels.monotone(reference, _keeps_channels),
)
