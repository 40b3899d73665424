"""An image in another size: every output pixel is a copy of the nearest input pixel.

Positions are float32 products, as BUILTIN_REF computes them; they are tables in the generated
code. Attributes: size: (height, width); align_corners: the corner pixels of both images are the
same points; half_pixels: pixels are areas, not points.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from motekit.core.graph import Graph, Op
from motekit.core.op import Array, OpSpec, TfliteSpelling
from motekit.graph import numerics
from motekit.graph.ops._shared import resizing


def nearest(op: Op, graph: Graph, axis: int) -> npt.NDArray[np.int64]:
    """The input row (axis 1) or column (axis 2) of every output one."""
    inputs, outputs = resizing.sizes(op, graph, axis)
    align = bool(op.attrs["align_corners"])
    corners = align and outputs > 1
    scale = np.float32(inputs - corners) / np.float32(outputs - corners)
    half = np.float32(0.5 if op.attrs["half_pixels"] else 0.0)
    position = (np.arange(outputs, dtype=np.float32) + half) * scale
    whole = numerics.round_away(position) if align else np.floor(position).astype(np.int64)
    return np.asarray(np.clip(whole, 0, inputs - 1))


def reference(op: Op, graph: Graph, inputs: Sequence[Array]) -> tuple[Array, ...]:
    rows, columns = nearest(op, graph, 1), nearest(op, graph, 2)
    return (inputs[0][:, rows][:, :, columns],)


OP = OpSpec(
    kind="resize_nearest",
    summary="an image in another size, nearest pixels",
    infer=resizing.infer,
    reference=reference,
    macs=resizing.macs,
    tflite=(
        TfliteSpelling(
            "RESIZE_NEAREST_NEIGHBOR", 2, "ResizeNearestNeighborOptions", resizing.read,
            resizing.write, (0,),
        ),
    ),
    package=__name__,
)  # fmt: skip
