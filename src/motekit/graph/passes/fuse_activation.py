"""Let a layer clamp its own output in place of a relu op behind it.

Exact where both have one quantization: the relu then changes no value but by its bounds.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from motekit.core.graph import Graph, Op

FUSED = {(0.0,): "relu", (0.0, 6.0): "relu6", (-1.0, 1.0): "relu_n1_to_1"}


def run(graph: Graph) -> tuple[Graph, tuple[str, ...], dict[str, Any]]:
    """The graph without activations that the layer before can do."""
    ops = list(graph.ops)
    lines = []
    for relu in graph.ops:
        if relu.kind != "relu" or relu.attrs["bounds"] not in FUSED:
            continue
        source = str(relu.inputs[0])
        layer = next((op for op in ops if source in op.outputs), None)
        if layer is None or layer.attrs.get("activation") != "none":
            continue
        alone = graph.consumers(source) == (relu,) and source not in graph.outputs
        if alone and graph.type(source).quant == graph.type(relu.outputs[0]).quant:
            ops[ops.index(layer)] = _fused(layer, relu)
            ops.remove(relu)
            lines.append(f"{relu.name}: done by {layer.name}")
    if not lines:
        return graph, (), {}
    return replace(graph, ops=tuple(ops)), tuple(lines), {}


def _fused(layer: Op, relu: Op) -> Op:
    name = FUSED[relu.attrs["bounds"]]  # type: ignore[index]  # checked by the caller
    return replace(layer, outputs=relu.outputs, attrs={**layer.attrs, "activation": name})
