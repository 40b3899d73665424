"""Values around a tensor: PAD (the zero point) and PADV2 (a constant).

Attributes: paddings: one (before, after) an axis; value: the stored value outside.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op, Tensor
from motekit.core.op import Array, OpSpec, Reach, TfliteForm, TfliteSpelling
from motekit.core.tensors import TensorType
from motekit.graph.ops._shared import channels, frames, tflite, types


def paddings(op: Op) -> tuple[tuple[int, int], ...]:
    """(before, after) of every axis."""
    given = op.attrs["paddings"]
    assert isinstance(given, tuple)
    return tuple((int(before), int(after)) for before, after in given)


def infer(op: Op, graph: Graph) -> tuple[TensorType, ...]:
    x = types.integers(types.operand(op, graph))
    pads = paddings(op)
    if len(pads) != len(x.shape) or min((min(p) for p in pads), default=0) < 0:
        raise InputError("paddings must be two counts an axis", value=pads)
    return (types.same_as(x, tuple(n + a + b for n, (a, b) in zip(x.shape, pads, strict=True))),)


def reference(op: Op, graph: Graph, inputs: Sequence[Array]) -> tuple[Array, ...]:
    return (np.pad(inputs[0], paddings(op), constant_values=types.integer(op.attrs, "value")),)


def macs(op: Op, graph: Graph) -> int:
    return 0


def _read(
    options: Any, inputs: Sequence[Tensor | None], outputs: Sequence[Tensor]
) -> Mapping[str, Any]:
    x = tflite.same_integers(inputs, outputs)
    tflite.require_dtypes(inputs, ((x.dtype,), ("int32", "int64"), (x.dtype,)))
    given = tflite.constant_input(inputs, 1, "paddings")
    if given.shape != (len(x.shape), 2):
        raise InputError("paddings must be two counts an axis", value=given.shape)
    if len(inputs) > 2:
        value = int(tflite.constant_input(inputs, 2, "padding value").item())
    else:
        value = types.per_tensor(x)[1]
    return {"paddings": tuple((int(a), int(b)) for a, b in given), "value": value}


def _write(op: Op, graph: Graph) -> TfliteForm | None:
    x = types.operand(op, graph)
    if op.attrs["value"] != types.per_tensor(x)[1]:
        return None  # PAD can only write the zero point
    return TfliteForm({}, (op.inputs[0], np.array(paddings(op), np.int32)))


def _write_v2(op: Op, graph: Graph) -> TfliteForm:
    type_ = types.same_as(types.operand(op, graph), (1,))
    value = Tensor("value", type_, np.array([op.attrs["value"]], type_.dtype))
    return TfliteForm({}, (op.inputs[0], np.array(paddings(op), np.int32), value))


def _time(op: Op, graph: Graph, axes: frames.Axes) -> Reach | str:
    axis = int(str(axes[0]))
    padded = paddings(op)[axis] != (0, 0)
    return "it pads the window in time" if padded else frames.each(op, axis)


def _keeps_channels(op: Op, graph: Graph) -> bool:
    return channels.alike(op, graph) and paddings(op)[-1] == (0, 0)


OP = OpSpec(
    kind="pad",
    summary="values around a tensor",
    infer=infer,
    reference=reference,
    macs=macs,
    tflite=(
        TfliteSpelling("PAD", 2, "PadOptions", _read, _write, (0,)),
        TfliteSpelling("PADV2", 2, "PadV2Options", _read, _write_v2, (0,)),
    ),
    package=__name__,
    time=_time,
    channels=channels.monotone(reference, _keeps_channels),
)
