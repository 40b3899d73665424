"""K-means score: how far a feature vector lies outside the nearest cluster.

    d(k)  = isqrt(Σ over axes ((x[axis] − centre[k, axis]) >> shift)²)   floor of the square root
    score = min(65535, min over k (d(k) − radius[k])) << shift           below 0 is inside

A cluster at d(k) = 65535 is out of reach and does not count: the score saturates there.

Inputs: x, int16 rows of n features in Q8.8; centres, int16 [k, axes], Q8.8; radii, int16 [k],
0 or more, in units of 2**shift / 256. Output: int32 [rows, 1] in Q8.8.
Attributes: axes (which features, one per column of centres), shift (0 to 8: the smallest that
keeps the sum of squares below 2**32 for every int16 x, so that 32-bit arithmetic is exact).

Source of the score: the K-means block of Edge Impulse, whose meaning this is (score below 0
inside); the integer form is ours.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op
from motekit.core.op import Array, OpSpec
from motekit.core.tensors import TensorType
from motekit.graph.ops._shared.roots import isqrt

MAX_SHIFT = 8
OUT_OF_REACH = 65535  # a distance, in units of 2**shift / 256
_LIMIT = (1 << 32) - 1


def axes(op: Op) -> tuple[int, ...]:
    """The features that are compared, one per column of the centres."""
    found = op.attrs.get("axes")
    if not isinstance(found, tuple) or not found:
        raise InputError("axes must be a tuple of feature numbers", value=found)
    return tuple(int(axis) for axis in found)


def smallest_shift(centres: Array) -> int:
    """The least shift whose sum of squares fits 32 bits for every int16 feature.

    Raises InputError if even the largest is too small (more than about 65,000 axes).
    """
    wide = centres.astype(np.int64)
    for shift in range(MAX_SHIFT + 1):
        below, above = (-32768 - wide) >> shift, (32767 - wide) >> shift
        worst = np.maximum(below**2, above**2).sum(axis=1).max()
        if worst <= _LIMIT:
            return shift
    raise InputError("too many axes for one distance", value=centres.shape[1])


def infer(op: Op, graph: Graph) -> tuple[TensorType, ...]:
    names = [name for name in op.inputs if name is not None]
    if len(names) != 3:
        raise InputError("kmeans takes features, centres and radii", value=op.inputs)
    x = graph.type(names[0])
    centres, radii = graph.constant(names[1]), graph.constant(names[2]).astype(np.int64)
    chosen = axes(op)
    if x.dtype != "int16" or len(x.shape) != 2:
        raise InputError("features must be int16 rows", value=(x.dtype, x.shape))
    if centres.dtype != np.int16 or centres.ndim != 2 or centres.shape[1:] != (len(chosen),):
        raise InputError(f"centres must be int16 [k, {len(chosen)}]", value=centres.shape)
    if graph.type(names[2]).dtype != "int16" or radii.shape != centres.shape[:1] or len(radii) == 0:
        raise InputError(f"radii must be int16 [{len(centres)}]", value=radii.shape)
    if (radii < 0).any():
        raise InputError("radii must not be negative", value=int(radii.min()))
    if not all(0 <= axis < x.shape[1] for axis in chosen):
        raise InputError(f"axes count features from 0 to {x.shape[1] - 1}", value=chosen)
    shift = op.attrs.get("shift")
    if not isinstance(shift, int) or not smallest_shift(centres) <= shift <= MAX_SHIFT:
        raise InputError(
            f"shift must lie between {smallest_shift(centres)} and {MAX_SHIFT}", value=shift
        )
    return (TensorType((x.shape[0], 1), "int32"),)


def reference(op: Op, graph: Graph, inputs: Sequence[Array]) -> tuple[Array, ...]:
    shift = int(str(op.attrs["shift"]))
    x = inputs[0].astype(np.int64)[:, None, list(axes(op))]
    centres, radii = inputs[1].astype(np.int64), inputs[2].astype(np.int64)
    away = (x - centres) >> shift
    distance = isqrt((away**2).sum(axis=2))
    outside = np.where(distance < OUT_OF_REACH, distance - radii, OUT_OF_REACH)
    return ((outside.min(axis=1, keepdims=True) << shift).astype(np.int32),)


def macs(op: Op, graph: Graph) -> int:
    rows = graph.type(op.outputs[0]).shape[0]
    return rows * graph.type(str(op.inputs[1])).size


OP = OpSpec(
    kind="kmeans",
    summary="distance outside the nearest of several clusters",
    infer=infer,
    reference=reference,
    macs=macs,
    tflite=(),
    package=__name__,
    arity=(3, 3),
)
