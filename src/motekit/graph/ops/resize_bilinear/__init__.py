"""An image in another size: every output pixel is a mix of the four around its position.

Positions have ten binary places and mixes twenty, as in BUILTIN_REF's integer form. Attributes:
size: (height, width); align_corners: the corner pixels of both images are the same points;
half_pixels: pixels are areas, not points (both together are refused, as by LiteRT).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op
from motekit.core.op import Array, OpSpec, TfliteSpelling
from motekit.core.tensors import TensorType
from motekit.graph import numerics
from motekit.graph.ops._shared import resizing

ONE = 1 << 10  # a pixel's width in fixed point
I64 = npt.NDArray[np.int64]


def infer(op: Op, graph: Graph) -> tuple[TensorType, ...]:
    if op.attrs["align_corners"] and op.attrs["half_pixels"]:
        raise InputError("align_corners and half_pixels exclude each other", where=op.name)
    return resizing.infer(op, graph)


@dataclass(frozen=True)
class Mix:
    """Along one axis: output i is (ONE − weight[i]) · in[low[i]] + weight[i] · in[high[i]]."""

    low: I64
    high: I64
    weight: I64


def mix(op: Op, graph: Graph, axis: int) -> Mix:
    """The mix of rows (axis 1) or columns (axis 2)."""
    inputs, outputs = resizing.sizes(op, graph, axis)
    corners = bool(op.attrs["align_corners"]) and outputs > 1
    top, bottom = inputs - corners, outputs - corners
    scale = (ONE * top + bottom // 2) // bottom
    position = np.arange(outputs, dtype=np.int64) * scale
    if op.attrs["half_pixels"]:
        position = position + scale // 2 - ONE // 2
    low = np.maximum(_divided(position), 0)
    high = np.minimum(_divided(position + ONE - 1), inputs - 1)
    return Mix(low, high, position - ONE * low)


def _divided(position: I64) -> I64:
    """By ONE, towards zero."""
    return np.where(position >= 0, position // ONE, -(-position // ONE))


def reference(op: Op, graph: Graph, inputs: Sequence[Array]) -> tuple[Array, ...]:
    rows, columns = mix(op, graph, 1), mix(op, graph, 2)
    x = inputs[0].astype(np.int64)
    wide = _mixed(_mixed(x, rows, 1), columns, 2)
    return (numerics.divide_rounded(wide, np.array(ONE * ONE)).astype(np.int8),)


def _mixed(x: I64, m: Mix, axis: int) -> I64:
    weight = m.weight.reshape((-1,) + (1,) * (x.ndim - 1 - axis))
    return (ONE - weight) * np.take(x, m.low, axis) + weight * np.take(x, m.high, axis)


OP = OpSpec(
    kind="resize_bilinear",
    summary="an image in another size, pixels mixed",
    infer=infer,
    reference=reference,
    macs=lambda op, graph: 4 * graph.type(op.outputs[0]).size,
    tflite=(
        TfliteSpelling(
            "RESIZE_BILINEAR", 2, "ResizeBilinearOptions", resizing.read, resizing.write, (0,)
        ),
    ),
    package=__name__,
)
