"""Largest value under a sliding window, NHWC; padding never wins.

Attributes: size, stride: (height, width); padding: (top, bottom, left, right); activation.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from motekit.core.graph import Graph, Op
from motekit.core.op import Array, OpSpec, TfliteSpelling
from motekit.graph.ops._shared import channels, frames, pooling, row_windows, windows


def reference(op: Op, graph: Graph, inputs: Sequence[Array]) -> tuple[Array, ...]:
    lowest = int(np.iinfo(graph.type(op.outputs[0]).dtype).min)
    taps = [tap for _, _, tap in windows.taps(inputs[0], pooling.geometry(op), lowest)]
    return (
        np.clip(np.max(taps, axis=0), *pooling.output_range(op, graph)).astype(inputs[0].dtype),
    )


def macs(op: Op, graph: Graph) -> int:
    return 0


OP = OpSpec(
    kind="max_pool_2d",
    summary="largest value under a sliding window",
    infer=pooling.infer,
    reference=reference,
    macs=macs,
    tflite=(TfliteSpelling("MAX_POOL_2D", 2, "Pool2DOptions", pooling.read, pooling.write),),
    package=__name__,
    time=frames.window(lambda op, graph: pooling.geometry(op)),
    channels=channels.monotone(reference),
    rows=row_windows.pooled,
)
