"""How channels flow through a reshape that puts whole channels side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from motekit.core.graph import Graph, Op, Tensor
from motekit.core.op import ChannelFlow, Mask, Masks, Span, Spans
from motekit.graph.ops._shared import types


def whole_channels(op: Op, graph: Graph) -> bool:
    before, after = types.operand(op, graph).shape, graph.type(op.outputs[0]).shape
    return bool(before and after) and before[-1] > 0 and after[-1] % before[-1] == 0


def _times(op: Op, graph: Graph) -> int:
    """Pixels side by side in one output row."""
    return graph.type(op.outputs[0]).shape[-1] // types.operand(op, graph).shape[-1]


def spans(op: Op, graph: Graph, given: Spans) -> tuple[Span, ...]:
    (span,) = given
    assert span is not None
    n = _times(op, graph)
    return (Span(np.tile(span.low, n), np.tile(span.high, n)),)


def needs(op: Op, graph: Graph, given: Spans, live: Sequence[Mask]) -> Masks:
    return [np.asarray(live[0].reshape(_times(op, graph), -1).any(axis=0))]


def ties(op: Op, graph: Graph, ins: Masks, outs: Sequence[Mask]) -> tuple[Masks, Sequence[Mask]]:
    assert ins[0] is not None
    n = _times(op, graph)
    union = ins[0] | outs[0].reshape(n, -1).any(axis=0)
    return [union], [np.tile(union, n)]


def cut(
    op: Op, graph: Graph, given: Spans, ins: Masks, outs: Sequence[Mask]
) -> tuple[Op, tuple[Tensor, ...]]:
    shape = types.ints(op.attrs, "shape")
    last = shape[-1] if shape[-1] == -1 else int(outs[0].sum())
    return replace(op, attrs={**op.attrs, "shape": (*shape[:-1], last)}), ()


FLOW = ChannelFlow(whole_channels, spans, needs, ties, cut)
