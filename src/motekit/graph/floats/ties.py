"""Which ops force a quantization on their tensors: asked of the ops themselves.

An op's shape rule answers for the whole output type, so two questions to it tell all: given a
made-up input quantization, does it come back at the output; given two that differ, does the
rule object.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op, Tensor
from motekit.core.tensors import QuantParams, TensorType
from motekit.graph.ops import OPS

ONE, OTHER, UNKNOWN = (QuantParams((s,), (z,)) for s, z in ((2.0, 3), (3.0, 5), (977.0, 7)))


def inferred(op: Op, tensors: Mapping[str, Tensor]) -> tuple[TensorType, ...]:
    """Output types of an op over these tensors. Raises InputError if they do not fit."""
    return OPS.get(op.kind).infer(op, Graph("probe", tensors, (op,), (), ()))


def activations(op: Op, graph: Graph) -> list[str]:
    """Inputs of an op that carry data, weights and biases left out."""
    mine = op.inputs[:1] if OPS.get(op.kind).weights_axis is not None else op.inputs
    return [n for n in mine if n is not None and graph.type(n).dtype == "int8"]


def keeps(op: Op, shadow: Graph) -> bool:
    """Whether the output has the quantization of the one input."""
    data = activations(op, shadow)
    if len(set(data)) != 1:
        return False
    try:
        out = inferred(op, _probe(op, shadow, {data[0]: ONE}))[0].quant
    except InputError:
        return False
    return out == ONE


def shares(op: Op, shadow: Graph) -> bool:
    """Whether all inputs must have one quantization."""
    data = activations(op, shadow)
    if len(set(data)) < 2:
        return False
    try:
        inferred(op, _probe(op, shadow, dict.fromkeys(data, ONE)))
    except InputError:
        return False
    try:
        inferred(op, _probe(op, shadow, {**dict.fromkeys(data, ONE), data[0]: OTHER}))
    except InputError:
        return True
    return False


def _probe(op: Op, shadow: Graph, quants: Mapping[str, QuantParams]) -> dict[str, Tensor]:
    """The op's tensors, with these quantizations and one no op makes at the output."""
    found = {n: shadow.tensors[n] for n in (*op.inputs, *op.outputs) if n is not None}
    for name, quant in {**dict.fromkeys(op.outputs, UNKNOWN), **quants}.items():
        if found[name].type.dtype == "int8":
            found[name] = replace(found[name], type=replace(found[name].type, quant=quant))
    return found
