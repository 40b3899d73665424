"""Slices of a tensor along an axis, chosen by index; embedding lookups are this with a table.

Inputs: x, int8, perhaps constant (the table); indices, int32, constant or computed, any shape.
An index outside the axis, which LiteRT refuses at run time, is moved to its nearer end: a device
must not read what lies beyond. Attributes: axis.
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


def axis(op: Op, graph: Graph) -> int:
    """The axis, from 0 on."""
    return types.axis(types.integer(op.attrs, "axis"), len(types.operand(op, graph).shape))


def infer(op: Op, graph: Graph) -> tuple[TensorType, ...]:
    x, indices = types.int8(types.operand(op, graph)), types.operand(op, graph, 1)
    along = axis(op, graph)
    if indices.dtype != "int32":
        raise InputError("the indices must be int32", value=indices.dtype)
    if x.shape[along] == 0:
        raise InputError("the axis is empty", value=x.shape)
    return (types.same_as(x, x.shape[:along] + indices.shape + x.shape[along + 1 :]),)


def reference(op: Op, graph: Graph, inputs: Sequence[Array]) -> tuple[Array, ...]:
    x, indices = inputs
    return (np.take(x, indices.astype(np.int64), axis=axis(op, graph), mode="clip"),)


def macs(op: Op, graph: Graph) -> int:
    return 0


def _read(
    options: Any, inputs: Sequence[Tensor | None], outputs: Sequence[Tensor]
) -> Mapping[str, Any]:
    tflite.require_dtypes(inputs, (("int8",), ("int32",)))
    if options is not None and options.BatchDims():
        raise InputError("batch dimensions are not supported", value=options.BatchDims())
    return {"axis": int(options.Axis()) if options is not None else 0}


def _write(op: Op, graph: Graph) -> TfliteForm:
    return TfliteForm({"axis": op.attrs["axis"]}, op.inputs)


OP = OpSpec(
    kind="gather",
    summary="slices chosen by index; embedding lookup",
    infer=infer,
    reference=reference,
    macs=macs,
    tflite=(TfliteSpelling("GATHER", 2, "GatherOptions", _read, _write),),
    package=__name__,
    arity=(2, 2),
)
