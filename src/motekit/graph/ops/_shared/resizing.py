"""What the two resizing ops share: shapes, options, and which input each output row reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op, Tensor
from motekit.core.op import TfliteForm
from motekit.core.tensors import TensorType

from . import tflite, types


def infer(op: Op, graph: Graph) -> tuple[TensorType, ...]:
    x = types.int8(types.operand(op, graph))
    height, width = types.pair(op.attrs, "size")
    if len(x.shape) != 4 or min(x.shape) == 0:
        raise InputError("the input must be an image of 4 axes", value=x.shape)
    return (types.same_as(x, (x.shape[0], height, width, x.shape[3])),)


def sizes(op: Op, graph: Graph, axis: int) -> tuple[int, int]:
    """(input, output) elements of axis 1 or 2."""
    return types.operand(op, graph).shape[axis], types.pair(op.attrs, "size")[axis - 1]


def macs(op: Op, graph: Graph) -> int:
    return 0


def read(
    options: Any, inputs: Sequence[Tensor | None], outputs: Sequence[Tensor]
) -> Mapping[str, Any]:
    """Attributes of ResizeBilinearOptions and ResizeNearestNeighborOptions."""
    tflite.require_dtypes(inputs, (("int8",), ("int32",)))
    given = tflite.constant_input(inputs, 1, "size").reshape(-1)
    if len(given) != 2:
        raise InputError("the size must be (height, width)", value=tuple(given.tolist()))
    return {
        "size": (int(given[0]), int(given[1])),
        "align_corners": bool(options.AlignCorners()) if options is not None else False,
        "half_pixels": bool(options.HalfPixelCenters()) if options is not None else False,
    }


def write(op: Op, graph: Graph) -> TfliteForm:
    """The op as TFLite spells it."""
    fields = {
        "alignCorners": bool(op.attrs["align_corners"]),
        "halfPixelCenters": bool(op.attrs["half_pixels"]),
    }
    return TfliteForm(fields, (op.inputs[0], np.array(op.attrs["size"], np.int32)))
