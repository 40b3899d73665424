"""A tensor cut along an axis. SPLIT, SPLIT_V. Attributes: axis; sizes, one a part."""

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
    x, along = types.operand(op, graph), axis(op, graph)
    sizes = types.ints(op.attrs, "sizes")
    if min(sizes, default=0) < 1 or sum(sizes) != x.shape[along]:
        raise InputError(f"the parts do not add up to {x.shape[along]}", value=sizes)
    if len(sizes) != len(op.outputs):
        raise InputError("there must be one output a part", value=sizes)
    head, tail = x.shape[:along], x.shape[along + 1 :]
    return tuple(types.same_as(x, (*head, n, *tail)) for n in sizes)


def reference(op: Op, graph: Graph, inputs: Sequence[Array]) -> tuple[Array, ...]:
    cuts = np.cumsum(types.ints(op.attrs, "sizes"))[:-1]
    return tuple(np.split(inputs[0], cuts, axis=axis(op, graph)))


def macs(op: Op, graph: Graph) -> int:
    return 0


def _attrs(axis_input: Array, outputs: Sequence[Tensor]) -> Mapping[str, Any]:
    along = int(axis_input.reshape(-1)[0])
    shapes = [t.type.shape for t in outputs]
    if not -len(shapes[0]) <= along < len(shapes[0]):
        raise InputError("the axis does not exist", value=along)
    return {"axis": along, "sizes": tuple(shape[along] for shape in shapes)}


def _read(
    options: Any, inputs: Sequence[Tensor | None], outputs: Sequence[Tensor]
) -> Mapping[str, Any]:
    return _attrs(tflite.constant_input(inputs, 0, "axis"), outputs)


def _read_v(
    options: Any, inputs: Sequence[Tensor | None], outputs: Sequence[Tensor]
) -> Mapping[str, Any]:
    return _attrs(tflite.constant_input(inputs, 2, "axis"), outputs)


def _write_v(op: Op, graph: Graph) -> TfliteForm:
    sizes = np.array(types.ints(op.attrs, "sizes"), np.int32)
    along = np.array(axis(op, graph), np.int32)
    return TfliteForm({"numSplits": len(sizes)}, (op.inputs[0], sizes, along))


OP = OpSpec(
    kind="split",
    summary="a tensor cut along an axis",
    infer=infer,
    reference=reference,
    macs=macs,
    tflite=(
        TfliteSpelling("SPLIT", 2, "SplitOptions", _read, None, (1,)),
        TfliteSpelling("SPLIT_V", 2, "SplitVOptions", _read_v, _write_v, (0,)),
    ),
    package=__name__,
    time=frames.kept_axis(axis),
)
