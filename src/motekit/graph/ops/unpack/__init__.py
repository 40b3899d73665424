"""A tensor taken apart along an axis, which is gone afterwards. Attributes: axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op, Tensor
from motekit.core.op import Array, OpSpec, TfliteForm, TfliteSpelling
from motekit.core.tensors import TensorType
from motekit.graph.ops._shared import types


def axis(op: Op, graph: Graph) -> int:
    """The axis, from 0 on."""
    return types.axis(types.integer(op.attrs, "axis"), len(types.operand(op, graph).shape))


def infer(op: Op, graph: Graph) -> tuple[TensorType, ...]:
    x, along = types.operand(op, graph), axis(op, graph)
    if x.shape[along] != len(op.outputs):
        raise InputError("there must be one output a part", value=(x.shape, len(op.outputs)))
    return (types.same_as(x, x.shape[:along] + x.shape[along + 1 :]),) * len(op.outputs)


def reference(op: Op, graph: Graph, inputs: Sequence[Array]) -> tuple[Array, ...]:
    moved = np.moveaxis(inputs[0], axis(op, graph), 0)
    return tuple(np.ascontiguousarray(part) for part in moved)


def macs(op: Op, graph: Graph) -> int:
    return 0


def _read(
    options: Any, inputs: Sequence[Tensor | None], outputs: Sequence[Tensor]
) -> Mapping[str, Any]:
    return {"axis": int(options.Axis()) if options is not None else 0}


def _write(op: Op, graph: Graph) -> TfliteForm:
    return TfliteForm({"axis": op.attrs["axis"], "num": len(op.outputs)}, op.inputs)


OP = OpSpec(
    kind="unpack",
    summary="a tensor taken apart along an axis",
    infer=infer,
    reference=reference,
    macs=macs,
    tflite=(TfliteSpelling("UNPACK", 2, "UnpackOptions", _read, _write),),
    package=__name__,
)
