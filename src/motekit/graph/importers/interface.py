"""Inputs and outputs in the order the kernels want, in place of a transpose at the model's edge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from motekit.core.graph import Graph, Op


@dataclass(frozen=True)
class ChannelsLast:
    """A graph without transposes at its edges.

    Args:
        inputs: input → order: axis i of the new input is axis order[i] of the old one.
        outputs: output → order, of its old axes in terms of the new ones.
    """

    graph: Graph
    inputs: Mapping[str, tuple[int, ...]]
    outputs: Mapping[str, tuple[int, ...]]


def channels_last(graph: Graph) -> ChannelsLast:
    """Take every input that is only transposed as what the transpose makes of it, and give every
    output that a transpose makes as it was before."""
    inputs, outputs = {}, {}
    for name in graph.inputs:
        order = _transposed(graph, name)
        if order is not None:
            inputs[name] = order
            graph = _without_first(graph, name)
    for name in graph.outputs:
        op = graph.producer(name)
        if op is None or op.kind != "transpose" or graph.consumers(name):
            continue
        source = str(op.inputs[0])
        if source not in graph.outputs and source not in graph.inputs:
            outputs[name] = _order(op)
            graph = _without_last(graph, op)
    return ChannelsLast(graph, inputs, outputs)


def _order(op: Op) -> tuple[int, ...]:
    order = op.attrs["order"]
    assert isinstance(order, tuple)
    return order


def _transposed(graph: Graph, name: str) -> tuple[int, ...] | None:
    """The order in which every user of an input transposes it, or None."""
    users = graph.consumers(name)
    if not users or name in graph.outputs or any(op.kind != "transpose" for op in users):
        return None
    if any(out in graph.outputs for op in users for out in op.outputs):
        return None
    orders = {_order(op) for op in users}
    return orders.pop() if len(orders) == 1 else None


def _without_first(graph: Graph, name: str) -> Graph:
    gone = graph.consumers(name)
    renamed = {op.outputs[0]: name for op in gone}
    tensors = dict(graph.tensors)
    tensors[name] = replace(tensors[name], type=graph.type(gone[0].outputs[0]))
    return _renamed(replace(graph, tensors=tensors), gone, renamed)


def _without_last(graph: Graph, op: Op) -> Graph:
    source, name = str(op.inputs[0]), op.outputs[0]
    tensors = dict(graph.tensors)
    tensors[name] = replace(tensors[name], type=graph.type(source))
    return _renamed(replace(graph, tensors=tensors), (op,), {source: name})


def _renamed(graph: Graph, gone: tuple[Op, ...], names: Mapping[str, str]) -> Graph:
    """Without some ops, and with some tensors under other names that exist."""
    ops = tuple(
        replace(
            op,
            inputs=tuple(names.get(n or "", n) for n in op.inputs),
            outputs=tuple(names.get(n, n) for n in op.outputs),
        )
        for op in graph.ops
        if op not in gone
    )
    tensors = {n: t for n, t in graph.tensors.items() if n not in names}
    return replace(graph, tensors=tensors, ops=ops)
