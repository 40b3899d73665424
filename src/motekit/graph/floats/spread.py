"""Quantizations the source gives, carried back through ops that keep them: a reshape before the
first rounding takes integers already."""

from __future__ import annotations

from dataclasses import replace

from motekit.core.graph import Graph

from . import ties
from .real import shadow


def spread(real: Graph) -> Graph:
    """The graph with more of its activations marked."""
    tensors, low = dict(real.tensors), shadow(real)
    for op in reversed(real.ops):
        out = tensors[op.outputs[0]].type
        if out.quant is None or op.kind == "quantize" or not ties.keeps(op, low):
            continue
        name = ties.activations(op, low)[0]
        tensor = tensors[name]
        if not tensor.is_constant and tensor.type.quant is None:
            tensors[name] = replace(tensor, type=replace(tensor.type, quant=out.quant))
    return replace(real, tensors=tensors)
