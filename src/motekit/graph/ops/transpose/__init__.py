"""Axes in another order. Attributes: order: output axis i is input axis order[i]."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op, Tensor
from motekit.core.op import Array, OpSpec, Reach, TfliteForm, TfliteSpelling
from motekit.core.tensors import TensorType
from motekit.graph.ops._shared import frames, tflite, types


def infer(op: Op, graph: Graph) -> tuple[TensorType, ...]:
    x, order = types.operand(op, graph), types.ints(op.attrs, "order")
    if sorted(order) != list(range(len(x.shape))):
        raise InputError("order must name every axis once", value=order)
    return (types.same_as(x, tuple(x.shape[a] for a in order)),)


def reference(op: Op, graph: Graph, inputs: Sequence[Array]) -> tuple[Array, ...]:
    return (np.ascontiguousarray(inputs[0].transpose(types.ints(op.attrs, "order"))),)


def macs(op: Op, graph: Graph) -> int:
    return 0


def _time(op: Op, graph: Graph, axes: frames.Axes) -> Reach | str:
    return frames.each(op, types.ints(op.attrs, "order").index(int(str(axes[0]))))


def _read(
    options: Any, inputs: Sequence[Tensor | None], outputs: Sequence[Tensor]
) -> Mapping[str, Any]:
    order = tflite.constant_input(inputs, 1, "order").reshape(-1)
    return {"order": tuple(int(a) % max(1, len(order)) for a in order)}


def _write(op: Op, graph: Graph) -> TfliteForm:
    return TfliteForm({}, (op.inputs[0], np.array(types.ints(op.attrs, "order"), np.int32)))


OP = OpSpec(
    kind="transpose",
    summary="axes in another order",
    infer=infer,
    reference=reference,
    macs=macs,
    tflite=(TfliteSpelling("TRANSPOSE", 2, "TransposeOptions", _read, _write, (0,)),),
    package=__name__,
    time=_time,
)
