"""Blocks of pixels become channels, NHWC. Attributes: block: pixels a side.

Channel c of pixel (y, x) of a block becomes channel (y · block + x) · in + c.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op, Tensor
from motekit.core.op import Array, OpSpec, TfliteForm, TfliteSpelling
from motekit.core.tensors import TensorType
from motekit.graph.ops._shared import tflite, types


def infer(op: Op, graph: Graph) -> tuple[TensorType, ...]:
    x, block = types.operand(op, graph), types.integer(op.attrs, "block")
    if len(x.shape) != 4 or block < 1 or x.shape[1] % block or x.shape[2] % block:
        raise InputError("the image does not divide into blocks", value=(x.shape, block))
    n, height, width, channels = x.shape
    return (types.same_as(x, (n, height // block, width // block, channels * block**2)),)


def reference(op: Op, graph: Graph, inputs: Sequence[Array]) -> tuple[Array, ...]:
    block = types.integer(op.attrs, "block")
    n, height, width, _ = inputs[0].shape
    rows, columns = height // block, width // block
    parts = inputs[0].reshape(n, rows, block, columns, block, -1).transpose(0, 1, 3, 2, 4, 5)
    return (np.ascontiguousarray(parts).reshape(n, rows, columns, -1),)


def macs(op: Op, graph: Graph) -> int:
    return 0


def _read(
    options: Any, inputs: Sequence[Tensor | None], outputs: Sequence[Tensor]
) -> Mapping[str, Any]:
    if tflite.required(inputs).dtype == "int16":
        raise InputError(
            "LiteRT has no int16 form of this op", way_out="quantize the model to int8"
        )
    return {"block": int(options.BlockSize()) if options is not None else 1}


def _write(op: Op, graph: Graph) -> TfliteForm:
    return TfliteForm({"blockSize": op.attrs["block"]}, op.inputs)


OP = OpSpec(
    kind="space_to_depth",
    summary="blocks of pixels become channels",
    infer=infer,
    reference=reference,
    macs=macs,
    tflite=(TfliteSpelling("SPACE_TO_DEPTH", 1, "SpaceToDepthOptions", _read, _write),),
    package=__name__,
)
