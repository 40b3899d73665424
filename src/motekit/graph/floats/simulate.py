"""A quantized source as its own framework means it: float arithmetic, and a rounding to int8
wherever the source says so."""

from __future__ import annotations

from dataclasses import dataclass, replace

from motekit.core.graph import Graph, Op, Tensor
from motekit.core.tensors import TensorType


@dataclass(frozen=True)
class Simulated:
    """A real graph with its roundings as ops.

    Args:
        rounded: name of an activation → name of its rounded real values.
    """

    graph: Graph
    rounded: dict[str, str]


def simulate(real: Graph) -> Simulated:
    """The graph with a quantize and a dequantize behind every marked activation."""
    tensors = dict(real.tensors)
    rounded: dict[str, str] = {}
    ops: list[Op] = []

    def follow(name: str) -> None:
        type_ = real.type(name)
        if type_.dtype != "float32" or type_.quant is None:
            return
        stored, back = f"{name}/stored", f"{name}/rounded"
        tensors[stored] = Tensor(stored, TensorType(type_.shape, "int8", type_.quant))
        tensors[back] = Tensor(back, TensorType(type_.shape, "float32"))
        tag = f"round_{len(rounded)}"
        ops.append(Op("quantize", f"{tag}_q", (name,), (stored,), {"rounding": "double"}))
        ops.append(Op("dequantize", f"{tag}_d", (stored,), (back,)))
        rounded[name] = back

    for name in real.inputs:
        follow(name)
    for op in real.ops:
        ops.append(replace(op, inputs=tuple(rounded.get(n or "", n) for n in op.inputs)))
        for name in op.outputs:
            follow(name)
    outputs = tuple(rounded.get(n, n) for n in real.outputs)
    return Simulated(replace(real, tensors=tensors, ops=tuple(ops), outputs=outputs), rounded)
