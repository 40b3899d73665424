"""How channels flow through a convolution without groups."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from motekit.core.graph import Graph, Op, Tensor
from motekit.core.op import ChannelFlow, Mask, Masks, Span, Spans
from motekit.graph import numerics
from motekit.graph.ops._shared import channels, emit, types


def ungrouped(op: Op, graph: Graph) -> bool:
    return types.operand(op, graph).shape[3] == types.operand(op, graph, 1).shape[3]


def padded(op: Op) -> bool:
    """Whether some outputs see pixels that do not exist."""
    return any(types.ints(op.attrs, "padding"))


def _weights(op: Op, graph: Graph) -> numerics.I64:
    """Shape (out, taps, in)."""
    w = graph.constant(str(op.inputs[1])).astype(np.int64)
    return w.reshape(w.shape[0], -1, w.shape[3])


def ends(span: Span, zero: int, outside: bool) -> tuple[numerics.I64, numerics.I64]:
    """Least and largest x − zero of every channel; 0 is among them if pixels can be outside."""
    low, high = span.low - zero, span.high - zero
    return (np.minimum(low, 0), np.maximum(high, 0)) if outside else (low, high)


def spans(op: Op, graph: Graph, given: Spans) -> tuple[Span, ...]:
    assert given[0] is not None
    _, zero = types.per_tensor(types.operand(op, graph))
    least, most = channels.products(_weights(op, graph), *ends(given[0], zero, padded(op)))
    bias = emit.bias(op, graph)
    low, high = (bias + part.sum(axis=(1, 2)) for part in (least, most))
    return (channels.requantized_span(op, graph, low, high),)


def needs(op: Op, graph: Graph, given: Spans, live: Sequence[Mask]) -> Masks:
    assert given[0] is not None
    _, zero = types.per_tensor(types.operand(op, graph))
    used = (_weights(op, graph)[live[0]] != 0).any(axis=(0, 1))
    return [used & ~channels.foldable(given[0], zero, padded(op)), None, None][: len(op.inputs)]


def cut(
    op: Op, graph: Graph, given: Spans, ins: Masks, outs: Sequence[Mask]
) -> tuple[Op, tuple[Tensor, ...]]:
    assert given[0] is not None and ins[0] is not None
    _, zero = types.per_tensor(types.operand(op, graph))
    gone = ~ins[0] & given[0].constant
    shares = _weights(op, graph).sum(axis=1) * (given[0].low - zero)
    extra = shares[:, gone].sum(axis=1)
    return channels.cut_layer(op, graph, {0: outs[0], 3: ins[0]}, outs[0], extra)


FLOW = ChannelFlow(ungrouped, spans, needs, channels.no_ties, cut)
