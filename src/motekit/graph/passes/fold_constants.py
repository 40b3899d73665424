"""Compute ops whose inputs are all constant, with the integer references."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from motekit.core.graph import Graph
from motekit.graph.ops import OPS

MOST_BYTES = 1 << 16  # a folded result lies in flash; larger ones are computed when they run


def run(graph: Graph) -> tuple[Graph, tuple[str, ...], dict[str, Any]]:
    """The graph with their results as constants."""
    tensors = dict(graph.tensors)
    ops = []
    lines = []
    kept = {*graph.outputs, *(name for pair in graph.state for name in pair)}
    for op in graph.ops:
        data = [None if name is None else tensors[name].data for name in op.inputs]
        missing = any(d is None for d, name in zip(data, op.inputs, strict=True) if name)
        size = sum(graph.type(name).nbytes for name in op.outputs)
        if missing or kept.intersection(op.outputs) or size > MOST_BYTES:
            ops.append(op)
            continue
        arrays = [np.empty(0, np.int8) if d is None else d for d in data]
        results = OPS.get(op.kind).reference(op, graph, arrays)
        for name, values in zip(op.outputs, results, strict=True):
            tensors[name] = replace(tensors[name], data=np.ascontiguousarray(values))
        lines.append(f"{op.name}: computed, {size} bytes")
    if not lines:
        return graph, (), {}
    return replace(graph, tensors=tensors, ops=tuple(ops)), tuple(lines), {}
