"""Drop ops whose outputs nothing uses, and tensors that no op uses."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from motekit.core.graph import Graph


def run(graph: Graph) -> tuple[Graph, tuple[str, ...], dict[str, Any]]:
    """The graph without them."""
    wanted = {*graph.outputs, *(after for _, after in graph.state)}
    kept = []
    for op in reversed(graph.ops):
        if wanted.intersection(op.outputs):
            kept.append(op)
            wanted.update(name for name in op.inputs if name is not None)
    ops = tuple(reversed(kept))
    made = {name for op in ops for name in op.outputs}
    fixed = {*graph.inputs, *graph.outputs, *(before for before, _ in graph.state)}
    tensors = {n: t for n, t in graph.tensors.items() if n in wanted | made | fixed}
    lines = tuple(f"{op.name}: dropped, nothing uses it" for op in graph.ops if op not in ops)
    if not lines and len(tensors) == len(graph.tensors):
        return graph, (), {}
    return replace(graph, ops=ops, tensors=tensors), lines, {}
