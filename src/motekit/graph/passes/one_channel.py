"""Run a depthwise convolution of one channel as what it is too: a convolution to many channels.

Exact: the sums have the same terms and both ops requantize alike. Convolutions have quicker
kernels for it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from motekit.core.graph import Graph, Op, Tensor


def run(graph: Graph) -> tuple[Graph, tuple[str, ...], dict[str, Any]]:
    """The graph without depthwise convolutions that see one channel."""
    tensors = dict(graph.tensors)
    ops, lines = [], []
    for op in graph.ops:
        if op.kind == "depthwise_conv_2d" and graph.type(str(op.inputs[0])).shape[3] == 1:
            op, weights = _turned(op, graph)
            tensors[weights.name] = weights
            lines.append(f"{op.name}: a convolution of one channel")
        ops.append(op)
    if not lines:
        return graph, (), {}
    return replace(graph, tensors=tensors, ops=tuple(ops)), tuple(lines), {}


def _turned(op: Op, graph: Graph) -> tuple[Op, Tensor]:
    """The op as a convolution, and its weights: [1, h, w, out] become [out, h, w, 1]."""
    old = graph.tensors[str(op.inputs[1])]
    data = np.ascontiguousarray(graph.constant(old.name).transpose(3, 1, 2, 0))
    quant = old.type.quant
    if quant is not None and quant.axis is not None:
        quant = replace(quant, axis=0)
    type_ = replace(old.type, shape=data.shape, quant=quant)
    weights = Tensor(f"{op.name}.weights", type_, data)
    inputs = (op.inputs[0], weights.name, *op.inputs[2:])
    return replace(op, kind="conv_2d", inputs=inputs), weights
