"""How channels flow through a depthwise convolution with one filter a channel."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from motekit.core.graph import Graph, Op, Tensor
from motekit.core.op import ChannelFlow, Mask, Masks, Span, Spans
from motekit.graph.ops._shared import channels, emit, types


def one_each(op: Op, graph: Graph) -> bool:
    return types.operand(op, graph).shape[3] == types.operand(op, graph, 1).shape[3]


def spans(op: Op, graph: Graph, given: Spans) -> tuple[Span, ...]:
    assert given[0] is not None
    _, zero = types.per_tensor(types.operand(op, graph))
    weights = graph.constant(str(op.inputs[1])).astype(np.int64)
    taps = weights.reshape(-1, weights.shape[3])
    low, high = given[0].low - zero, given[0].high - zero
    if any(types.ints(op.attrs, "padding")):  # a tap outside the image adds nothing
        low, high = np.minimum(low, 0), np.maximum(high, 0)
    least, most = channels.products(taps, low, high)
    bias = emit.bias(op, graph)
    return (
        channels.requantized_span(op, graph, bias + least.sum(axis=0), bias + most.sum(axis=0)),
    )


def needs(op: Op, graph: Graph, given: Spans, live: Sequence[Mask]) -> Masks:
    return [live[0], None, None][: len(op.inputs)]


def ties(op: Op, graph: Graph, ins: Masks, outs: Sequence[Mask]) -> tuple[Masks, Sequence[Mask]]:
    assert ins[0] is not None
    union = ins[0] | outs[0]
    return [union, *ins[1:]], [union]


def cut(
    op: Op, graph: Graph, given: Spans, ins: Masks, outs: Sequence[Mask]
) -> tuple[Op, tuple[Tensor, ...]]:
    nothing = np.zeros(len(outs[0]), np.int64)
    return channels.cut_layer(op, graph, {3: outs[0]}, outs[0], nothing)


FLOW = ChannelFlow(one_each, spans, needs, ties, cut)
