"""New frames move into a window, the oldest ones out of it: how a streaming program remembers.

Inputs: the window as it was, and the new frames, at most as many as it holds; both of one type
but for the length of one axis. TFLite has no such op. Attributes: axis, along which they move.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op
from motekit.core.op import Array, OpSpec
from motekit.core.tensors import TensorType
from motekit.graph.ops._shared import types


def axis(op: Op, graph: Graph) -> int:
    """The axis, from 0 on."""
    return types.axis(types.integer(op.attrs, "axis"), len(types.operand(op, graph).shape))


def infer(op: Op, graph: Graph) -> tuple[TensorType, ...]:
    window, new = types.operand(op, graph, 0), types.operand(op, graph, 1)
    along = axis(op, graph)
    rest = window.shape[:along] + window.shape[along + 1 :]
    same = new.shape[:along] + new.shape[along + 1 :] == rest
    if not same or not 0 < new.shape[along] <= window.shape[along]:
        raise InputError("the new frames do not fit the window", value=(window.shape, new.shape))
    if (window.dtype, window.quant) != (new.dtype, new.quant):
        raise InputError("window and new frames must have one type and quantization")
    return (window,)


def reference(op: Op, graph: Graph, inputs: Sequence[Array]) -> tuple[Array, ...]:
    window, new = inputs
    along = axis(op, graph)
    kept = np.take(window, range(new.shape[along], window.shape[along]), axis=along)
    return (np.concatenate([kept, new], axis=along),)


def macs(op: Op, graph: Graph) -> int:
    return 0


OP = OpSpec(
    kind="slide",
    summary="new frames move into a window, the oldest out of it",
    infer=infer,
    reference=reference,
    macs=macs,
    tflite=(),
    package=__name__,
    arity=(2, 2),
)
