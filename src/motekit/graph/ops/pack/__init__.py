"""Tensors of one shape side by side along a new axis. Attributes: axis: of the output."""

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
    """The new axis, from 0 on."""
    return types.axis(types.integer(op.attrs, "axis"), len(types.operand(op, graph).shape) + 1)


def infer(op: Op, graph: Graph) -> tuple[TensorType, ...]:
    parts = [types.operand(op, graph, i) for i in range(len(op.inputs))]
    if any(part != parts[0] for part in parts):
        raise InputError("all inputs must have one shape, type and quantization")
    shape, along = parts[0].shape, axis(op, graph)
    return (types.same_as(parts[0], (*shape[:along], len(parts), *shape[along:])),)


def reference(op: Op, graph: Graph, inputs: Sequence[Array]) -> tuple[Array, ...]:
    return (np.stack(list(inputs), axis=axis(op, graph)),)


def macs(op: Op, graph: Graph) -> int:
    return 0


def _read(
    options: Any, inputs: Sequence[Tensor | None], outputs: Sequence[Tensor]
) -> Mapping[str, Any]:
    return {"axis": int(options.Axis()) if options is not None else 0}


def _write(op: Op, graph: Graph) -> TfliteForm:
    return TfliteForm({"axis": op.attrs["axis"], "valuesCount": len(op.inputs)}, op.inputs)


OP = OpSpec(
    kind="pack",
    summary="tensors side by side along a new axis",
    infer=infer,
    reference=reference,
    macs=macs,
    tflite=(TfliteSpelling("PACK", 2, "PackOptions", _read, _write),),
    package=__name__,
    arity=(1, 255),
)
