"""Index of the largest value along an axis, the first one if there are several; int32.

Attributes: axis.
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
    x, along = types.int8(types.operand(op, graph)), axis(op, graph)
    if x.shape[along] == 0:
        raise InputError("the axis is empty", value=x.shape)
    return (TensorType(x.shape[:along] + x.shape[along + 1 :], "int32"),)


def reference(op: Op, graph: Graph, inputs: Sequence[Array]) -> tuple[Array, ...]:
    return (np.asarray(np.argmax(inputs[0], axis=axis(op, graph)).astype(np.int32)),)


def macs(op: Op, graph: Graph) -> int:
    return 0


def _read(
    options: Any, inputs: Sequence[Tensor | None], outputs: Sequence[Tensor]
) -> Mapping[str, Any]:
    tflite.require_dtypes(outputs, (("int32",),), "output")
    return {"axis": int(tflite.constant_input(inputs, 1, "axis").reshape(-1)[0])}


def _write(op: Op, graph: Graph) -> TfliteForm:
    return TfliteForm({"outputType": 2}, (op.inputs[0], np.array(axis(op, graph), np.int32)))


OP = OpSpec(
    kind="arg_max",
    summary="index of the largest value along an axis",
    infer=infer,
    reference=reference,
    macs=macs,
    tflite=(TfliteSpelling("ARG_MAX", 2, "ArgMaxOptions", _read, _write, (0,)),),
    package=__name__,
)
