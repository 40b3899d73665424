"""Pads of their own for convolutions and maxima whose padding TFLite cannot say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from motekit.core.graph import Graph, Op, Tensor
from motekit.graph.ops._shared import pooling, types, windows

LAYERS = ("conv_2d", "depthwise_conv_2d")


def with_pads(graph: Graph) -> Graph:
    """The graph with a pad op before every convolution or maximum that is padded neither SAME
    nor VALID: the inverse of the pass fuse_pad."""
    tensors = dict(graph.tensors)
    ops: list[Op] = []
    for op in graph.ops:
        if op.kind not in (*LAYERS, "max_pool_2d") or _sayable(op, graph):
            ops.append(op)
            continue
        x = types.operand(op, graph)
        _, zero = types.per_tensor(x)
        top, bottom, left, right = types.ints(op.attrs, "padding")
        n, height, width, channels = x.shape
        shape = (n, height + top + bottom, width + left + right, channels)
        name = f"{op.name}/padded"
        tensors[name] = Tensor(name, replace(x, shape=shape))
        pads = ((0, 0), (top, bottom), (left, right), (0, 0))
        attrs = {"paddings": pads, "value": zero if op.kind in LAYERS else lowest(x.dtype)}
        ops.append(Op("pad", f"{op.name}_pad", op.inputs[:1], (name,), attrs))
        bare = {**op.attrs, "padding": (0, 0, 0, 0)}
        ops.append(replace(op, inputs=(name, *op.inputs[1:]), attrs=bare))
    return replace(graph, tensors=tensors, ops=tuple(ops))


def lowest(dtype: str) -> int:
    """What a padded maximum sees outside: nothing that could win."""
    return int(np.iinfo(dtype).min)


def _sayable(op: Op, graph: Graph) -> bool:
    if op.kind in LAYERS:
        weights = types.operand(op, graph, 1).shape
        window = windows.window(op.attrs, (weights[1], weights[2]))
    else:
        window = pooling.geometry(op)
    shape = types.operand(op, graph).shape
    return windows.scheme_of(window, (shape[1], shape[2])) is not None
