"""Tensors one after the other along an axis; all share one quantization. Attributes: axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op, Tensor
from motekit.core.op import Array, OpSpec, TfliteForm, TfliteSpelling
from motekit.core.tensors import TensorType
from motekit.graph.ops._shared import frames, tflite, types


def axis(op: Op, graph: Graph) -> int:
    """The axis, from 0 on."""
    return types.axis(types.integer(op.attrs, "axis"), len(types.operand(op, graph).shape))


def infer(op: Op, graph: Graph) -> tuple[TensorType, ...]:
    parts = [types.operand(op, graph, i) for i in range(len(op.inputs))]
    along = axis(op, graph)
    first = parts[0]
    for part in parts:
        if (part.dtype, part.quant) != (first.dtype, first.quant):
            raise InputError("all inputs must have one type and quantization")
        rest = part.shape[:along] + part.shape[along + 1 :]
        if rest != first.shape[:along] + first.shape[along + 1 :]:
            raise InputError("the other axes differ", value=(first.shape, part.shape))
    total = sum(part.shape[along] for part in parts)
    return (types.same_as(first, (*first.shape[:along], total, *first.shape[along + 1 :])),)


def reference(op: Op, graph: Graph, inputs: Sequence[Array]) -> tuple[Array, ...]:
    return (np.concatenate(list(inputs), axis=axis(op, graph)),)


def macs(op: Op, graph: Graph) -> int:
    return 0


def _read(
    options: Any, inputs: Sequence[Tensor | None], outputs: Sequence[Tensor]
) -> Mapping[str, Any]:
    if options is None:
        raise InputError("the op lacks its options")
    if tflite.activation(options.FusedActivationFunction()) != "none":
        raise InputError("a fused activation is not supported here")
    return {"axis": int(options.Axis())}


def _write(op: Op, graph: Graph) -> TfliteForm:
    return TfliteForm({"axis": op.attrs["axis"]}, op.inputs)


OP = OpSpec(
    kind="concatenation",
    summary="tensors one after the other along an axis",
    infer=infer,
    reference=reference,
    macs=macs,
    tflite=(TfliteSpelling("CONCATENATION", 2, "ConcatenationOptions", _read, _write),),
    package=__name__,
    time=frames.kept_axis(axis),
    arity=(1, 255),
)
