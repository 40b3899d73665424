"""What a real graph is, and its shadow in placeholder integers.

Shape rules, passes and TFLite spellings belong to the integer ops; they work on a real graph by
way of its shadow: the same ops over int8 tensors of scale 1 and zero point 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from motekit.core.graph import Graph, Op, Tensor
from motekit.core.tensors import QuantParams, TensorType
from motekit.graph.ops import OPS

PLAIN = QuantParams((1.0,), (0,))
INTEGERS = ("int8", "uint8", "int16")


def is_real(graph: Graph) -> bool:
    """Whether the graph computes in float32 and still has to be quantized: some op works on
    float32 values, and no activation is a quantized integer."""
    found = False
    for op in graph.ops:
        for name in (*op.inputs, *op.outputs):
            if name is None or graph.tensors[name].is_constant:
                continue
            dtype = graph.type(name).dtype
            if dtype in INTEGERS:
                return False
            found = found or dtype == "float32"
    return found


def shadow_tensor(tensor: Tensor, bias: bool = False) -> Tensor:
    """The placeholder of a real tensor; constants hold zeros."""
    if tensor.type.dtype not in ("float32", "int8"):
        return tensor
    dtype = "int32" if bias else "int8"
    type_ = TensorType(tensor.type.shape, dtype, PLAIN)
    data = np.zeros(type_.shape, dtype) if tensor.is_constant else None
    return Tensor(tensor.name, type_, data)


def biases(ops: Sequence[Op]) -> set[str]:
    """Names of the tensors that are biases of layers."""
    found = set()
    for op in ops:
        if OPS.get(op.kind).weights_axis is not None and len(op.inputs) > 2:
            found.add(op.inputs[2] or "")
    return found


def shadow(graph: Graph) -> Graph:
    """The whole graph in placeholders."""
    low = biases(graph.ops)
    tensors = {name: shadow_tensor(t, name in low) for name, t in graph.tensors.items()}
    return Graph(graph.name, tensors, graph.ops, graph.inputs, graph.outputs, graph.state)


def without_conversions(graph: Graph) -> Graph:
    """A real graph with a reshape to the same shape in place of every change of quantization."""
    ops = tuple(
        replace(op, kind="reshape", attrs={"shape": graph.type(op.outputs[0]).shape})
        if op.kind == "quantize" and graph.type(op.outputs[0]).dtype == "float32"
        else op
        for op in graph.ops
    )
    return replace(graph, ops=ops)
