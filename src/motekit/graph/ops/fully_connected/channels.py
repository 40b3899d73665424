"""How channels flow through a dense layer: each is one column of the weights, or several of
them where the input is an image."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from motekit.core.graph import Graph, Op, Tensor
from motekit.core.op import ChannelFlow, Mask, Masks, Span, Spans
from motekit.graph import numerics
from motekit.graph.ops._shared import channels, emit, types


def whole_channels(op: Op, graph: Graph) -> bool:
    shape = types.operand(op, graph).shape
    return bool(shape) and types.operand(op, graph, 1).shape[1] % shape[-1] == 0


def _weights(op: Op, graph: Graph) -> numerics.I64:
    """Shape (out, pixels, channels)."""
    w = graph.constant(str(op.inputs[1])).astype(np.int64)
    return w.reshape(len(w), -1, types.operand(op, graph).shape[-1])


def spans(op: Op, graph: Graph, given: Spans) -> tuple[Span, ...]:
    assert given[0] is not None
    _, zero = types.per_tensor(types.operand(op, graph))
    ends = given[0].low - zero, given[0].high - zero
    least, most = channels.products(_weights(op, graph), *ends)
    bias = emit.bias(op, graph)
    low, high = (bias + part.sum(axis=(1, 2)) for part in (least, most))
    return (channels.requantized_span(op, graph, low, high),)


def needs(op: Op, graph: Graph, given: Spans, live: Sequence[Mask]) -> Masks:
    assert given[0] is not None
    used = (_weights(op, graph)[live[0]] != 0).any(axis=(0, 1))
    return [used & ~given[0].constant, None, None][: len(op.inputs)]


def cut(
    op: Op, graph: Graph, given: Spans, ins: Masks, outs: Sequence[Mask]
) -> tuple[Op, tuple[Tensor, ...]]:
    assert given[0] is not None and ins[0] is not None
    _, zero = types.per_tensor(types.operand(op, graph))
    weights = _weights(op, graph)
    gone = ~ins[0] & given[0].constant
    shares = weights.sum(axis=1) * (given[0].low - zero)
    extra = shares[:, gone].sum(axis=1)
    columns = np.tile(ins[0], weights.shape[1])
    return channels.cut_layer(op, graph, {0: outs[0], 1: columns}, outs[0], extra)


FLOW = ChannelFlow(whole_channels, spans, needs, channels.no_ties, cut)
