"""Mean value under a sliding window, NHWC, over the pixels that exist (padding not counted).

The integer quotient is rounded to nearest, halves away from zero.
Attributes: size, stride: (height, width); padding: (top, bottom, left, right); activation.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from motekit.core.graph import Graph, Op
from motekit.core.op import Array, OpSpec, TfliteSpelling
from motekit.graph import numerics
from motekit.graph.ops._shared import channels, frames, pooling, row_windows, windows


def reference(op: Op, graph: Graph, inputs: Sequence[Array]) -> tuple[Array, ...]:
    w = pooling.geometry(op)
    x = inputs[0].astype(np.int64)
    total = np.sum([tap for _, _, tap in windows.taps(x, w, 0)], axis=0)
    inside = np.ones_like(x)
    count = np.sum([tap for _, _, tap in windows.taps(inside, w, 0)], axis=0)
    mean = numerics.divide_rounded(total, count)
    return (np.clip(mean, *pooling.output_range(op, graph)).astype(inputs[0].dtype),)


def macs(op: Op, graph: Graph) -> int:
    return 0


OP = OpSpec(
    kind="average_pool_2d",
    summary="mean value under a sliding window",
    infer=pooling.infer,
    reference=reference,
    macs=macs,
    tflite=(TfliteSpelling("AVERAGE_POOL_2D", 2, "Pool2DOptions", pooling.read, pooling.write),),
    package=__name__,
    time=frames.window(lambda op, graph: pooling.geometry(op)),
    channels=channels.monotone(reference),
    rows=row_windows.pooled,
)
