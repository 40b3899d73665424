"""Drop channels that cannot matter, whatever the input is. Exact, and proved op by op.

Forward, every channel gets the interval its stored values lie in, from the full range of the
inputs on. Backward, a channel is live if a live output depends on it: through a weight that is
not zero, and not as a constant that a bias can hold. Ops say both for themselves (ChannelFlow);
an op that says nothing keeps all channels of its inputs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from motekit.core.graph import Graph, Op, Tensor
from motekit.core.op import ChannelFlow, Mask, Masks, Span
from motekit.core.tensors import TensorType
from motekit.graph.ops import OPS


def run(graph: Graph) -> tuple[Graph, tuple[str, ...], dict[str, Any]]:
    """The graph without dead channels, and for each the reason."""
    spans = forward(graph)
    kept = backward(graph, spans)
    if all(mask.all() for mask in kept.values()):
        return graph, (), {}
    smaller = _Cut(graph, spans, kept).graph()
    lines, proof = _explain(graph, spans, kept)
    return smaller, lines, proof


def full(type_: TensorType) -> Span:
    """Nothing known: the range of the type."""
    info = np.iinfo(type_.dtype) if type_.dtype not in ("float32", "bool") else np.iinfo("int64")
    n = type_.shape[-1] if type_.shape else 1
    return Span(np.full(n, info.min, np.int64), np.full(n, info.max, np.int64))


def flow_of(op: Op, graph: Graph) -> ChannelFlow | None:
    """How channels flow through an op, or None if it keeps them all."""
    flow = OPS.get(op.kind).channels
    return flow if flow is not None and flow.applies(op, graph) else None


def forward(graph: Graph) -> dict[str, Span]:
    """The span of every tensor that is not constant."""
    found = {n: full(t.type) for n, t in graph.tensors.items() if not t.is_constant}
    for op in graph.ops:
        flow = flow_of(op, graph)
        if flow is not None:
            results = flow.spans(op, graph, [found.get(str(name)) for name in op.inputs])
            found.update(zip(op.outputs, results, strict=True))
    return found


def backward(graph: Graph, spans: Mapping[str, Span]) -> dict[str, Mask]:
    """The channels to keep of every tensor that is not constant."""
    kept = {name: np.zeros(len(span.low), np.bool_) for name, span in spans.items()}
    fixed = {*graph.inputs, *graph.outputs, *(n for pair in graph.state for n in pair)}
    for name in fixed & kept.keys():
        kept[name][:] = True
    before = -1
    while (count := sum(int(mask.sum()) for mask in kept.values())) != before:
        before = count  # masks only grow; ties of ops need more than one round
        for op in reversed(graph.ops):
            _visit(op, graph, spans, kept)
    return kept


def _visit(op: Op, graph: Graph, spans: Mapping[str, Span], kept: dict[str, Mask]) -> None:
    flow = flow_of(op, graph)
    ins = [name if name in kept else None for name in op.inputs]
    for name in op.outputs:
        if not kept[name].any():
            kept[name][0] = True  # a tensor has at least one channel
    if flow is None:
        for every in (*ins, *op.outputs):
            if every is not None:
                kept[every][:] = True
        return
    known = [None if name is None else spans[name] for name in ins]
    needed = flow.needs(op, graph, known, [kept[name] for name in op.outputs])
    _grow(ins, needed, kept)
    masks = [None if name is None else kept[name] for name in ins]
    tied = flow.ties(op, graph, masks, [kept[name] for name in op.outputs])
    _grow(ins, tied[0], kept)
    _grow(op.outputs, tied[1], kept)


def _grow(names: Sequence[str | None], masks: Masks, kept: dict[str, Mask]) -> None:
    for name, mask in zip(names, masks, strict=True):
        if name is not None and mask is not None:
            kept[name] |= mask


@dataclass
class _Cut:
    """Rewrites a graph to the kept channels."""

    whole: Graph
    spans: Mapping[str, Span]
    kept: Mapping[str, Mask]
    tensors: dict[str, Tensor] = field(default_factory=dict)

    def graph(self) -> Graph:
        self.tensors = dict(self.whole.tensors)
        for name, mask in self.kept.items():
            tensor = self.tensors[name]
            if not mask.all():
                shape = (*tensor.type.shape[:-1], int(mask.sum()))
                self.tensors[name] = replace(tensor, type=replace(tensor.type, shape=shape))
        ops = tuple(self.op(op) for op in self.whole.ops)
        return replace(self.whole, tensors=self.tensors, ops=ops)

    def op(self, op: Op) -> Op:
        flow = flow_of(op, self.whole)
        ins = [self.kept.get(str(name)) for name in op.inputs]
        outs = [self.kept[name] for name in op.outputs]
        if flow is None or all(m is None or m.all() for m in (*ins, *outs)):
            return op
        known = [self.spans.get(str(name)) for name in op.inputs]
        smaller, constants = flow.cut(op, self.whole, known, ins, outs)
        for tensor in constants:
            self.tensors[tensor.name] = tensor
        return smaller


def _explain(
    graph: Graph, spans: Mapping[str, Span], kept: Mapping[str, Mask]
) -> tuple[tuple[str, ...], dict[str, Any]]:
    lines = []
    proof: dict[str, Any] = {}
    for op in graph.ops:
        for name in op.outputs:
            gone = np.flatnonzero(~kept[name])
            if not len(gone):
                continue
            constant = spans[name].constant[gone]
            lines.append(
                f"{op.name}: {len(gone)} of {len(kept[name])} channels dropped, "
                f"{int(constant.sum())} constant, {int((~constant).sum())} without effect"
            )
            proof[name] = {
                "constant": {int(c): int(spans[name].low[c]) for c in gone[constant]},
                "without_effect": [int(c) for c in gone[~constant]],
            }
    return tuple(lines), proof
