"""Signal to quantization noise of each layer: where accuracy went on the way to int8.

Measured on training windows: the float network's activations against the dequantized ones of
the integer graph, with the errors of all layers before included (what the next layer is fed).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from motekit.core.graph import Graph
from motekit.core.learner import F32
from motekit.core.pipeline import int8_input
from motekit.core.tensors import TensorType, dequantize
from motekit.graph.floats.compare import decibels
from motekit.graph.ops import OPS
from motekit.graph.run import rebatch, trace

F64 = npt.NDArray[np.float64]


@dataclass(frozen=True)
class LayerNoise:
    """One layer's output.

    Args:
        sqnr_db: 10 log10 of signal power over error power, at most 120.
        saturated: share of values that lie beyond the int8 range.
        scale: real units per step.
        weights: elements of its constants; macs: multiply-accumulates.
    """

    layer: str
    op: str
    sqnr_db: float
    saturated: float
    scale: float
    weights: int
    macs: int


def sqnr_db(real: F64, stored: F64) -> float:
    """Signal to noise of `stored` as a version of `real`, in dB."""
    return decibels(float(np.mean(real**2)), float(np.mean((real - stored) ** 2)))


def _noise(
    real: F64, stored: npt.NDArray[np.generic], type_: TensorType
) -> tuple[float, float, float]:
    """(SQNR in dB, share of values beyond the range, scale) of one tensor."""
    if type_.quant is None:
        raise ValueError("this tensor is not quantized")
    scale = type_.quant.per_tensor[0]
    low, high = dequantize(np.array([-128, 127]), type_)
    beyond = (real < low - scale / 2) | (real > high + scale / 2)
    return sqnr_db(real, dequantize(stored, type_).reshape(real.shape)), float(beyond.mean()), scale


def table(
    graph: Graph, q: npt.NDArray[np.int16], z: F32, activations: Sequence[F64]
) -> tuple[LayerNoise, ...]:
    """Noise of the graph's input, then of the output of each of its ops, in order.

    Args:
        graph: a lowered classifier (int8 features in).
        q: Q8.8 features of training windows, shape (windows, features).
        z: the same, standardised, as the float model sees them.
        activations: what the float model computes where each op of the graph has its output,
            shape (windows, outputs) each.
    """
    wide = rebatch(graph, len(q))
    if wide is None:
        raise ValueError("this graph does not compute windows side by side")
    stored = int8_input(q)
    values = trace(wide, [stored])
    type_ = graph.type(graph.inputs[0])
    noise, beyond, scale = _noise(z.astype(np.float64), stored, type_)
    layers = [LayerNoise(graph.inputs[0], "input", noise, beyond, scale, 0, 0)]
    for op, real in zip(graph.ops, activations, strict=True):
        noise, beyond, scale = _noise(real, values[op.outputs[0]], graph.type(op.outputs[0]))
        constants = [graph.tensors[n] for n in op.inputs if n is not None]
        weights = sum(t.type.size for t in constants if t.is_constant)
        macs = OPS.get(op.kind).macs(op, graph)
        layers.append(LayerNoise(op.name, op.kind, noise, beyond, scale, weights, macs))
    return tuple(layers)
