"""The same values in another shape; it costs nothing. RESHAPE, SQUEEZE and EXPAND_DIMS.

Attributes: shape, with at most one −1 that takes what is left.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op, Tensor
from motekit.core.op import Array, OpSpec, TfliteForm, TfliteSpelling
from motekit.core.tensors import TensorType
from motekit.graph.ops._shared import frames, tflite, types

from . import channels


def infer(op: Op, graph: Graph) -> tuple[TensorType, ...]:
    x = types.operand(op, graph)
    shape = types.ints(op.attrs, "shape")
    rest = math.prod(n for n in shape if n != -1)
    if shape.count(-1) > 1 or min(shape, default=1) < -1:
        raise InputError("a shape has at most one -1", value=shape)
    if -1 in shape:
        if rest == 0 or x.size % rest:
            raise InputError(f"{x.size} values do not fit this shape", value=shape)
        shape = tuple(x.size // rest if n == -1 else n for n in shape)
    if math.prod(shape) != x.size:
        raise InputError(f"{x.size} values do not fit this shape", value=shape)
    return (types.same_as(x, shape),)


def reference(op: Op, graph: Graph, inputs: Sequence[Array]) -> tuple[Array, ...]:
    return (inputs[0].reshape(infer(op, graph)[0].shape),)


def macs(op: Op, graph: Graph) -> int:
    return 0


def _read(
    options: Any, inputs: Sequence[Tensor | None], outputs: Sequence[Tensor]
) -> Mapping[str, Any]:
    x = tflite.required(inputs)
    shape = outputs[0].type.shape
    first = x.shape[:1]
    batched = len(shape) > 1 and first == (1,) and shape[0] == 1
    return {"shape": (-1, *shape[1:]) if batched else shape}


def _write(op: Op, graph: Graph) -> TfliteForm:
    shape = np.array(graph.type(op.outputs[0]).shape, np.int32)
    return TfliteForm({"newShape": shape}, (op.inputs[0], shape))


OP = OpSpec(
    kind="reshape",
    summary="the same values in another shape",
    infer=infer,
    reference=reference,
    macs=macs,
    tflite=(
        TfliteSpelling("RESHAPE", 1, "ReshapeOptions", _read, _write, (0,)),
        TfliteSpelling("SQUEEZE", 1, "SqueezeOptions", _read, None, (0,)),
        TfliteSpelling("EXPAND_DIMS", 1, "ExpandDimsOptions", _read, None, (0,)),
    ),
    package=__name__,
    time=frames.reshaped,
    channels=channels.FLOW,
    view=True,
)
