"""Small pipelines with random weights, for tests that need a whole program."""

from __future__ import annotations

from typing import Any

import numpy as np

from motekit import dsp
from motekit.core.block import Signal
from motekit.core.graph import Graph, Op, Tensor
from motekit.core.pipeline import BlockUse, Decision, Normalizer, PipelineSpec
from motekit.core.tensors import QuantParams, TensorType


def dense_graph(n_in: int, layers: tuple[int, ...], z_lsb: float, seed: int = 0) -> Graph:
    """A random int8 multilayer perceptron with a softmax at the end."""
    rng = np.random.default_rng(seed)
    tensors: dict[str, Tensor] = {}
    ops: list[Op] = []

    def add(name: str, type_: TensorType, data: Any = None) -> str:
        tensors[name] = Tensor(name, type_, data)
        return name

    x = add("in", TensorType((1, n_in), "int8", QuantParams((z_lsb,), (0,))))
    scale, width = z_lsb, n_in
    for i, units in enumerate(layers):
        w = rng.integers(-127, 128, (units, width)).astype(np.int8)
        w_scale = 0.01
        wq = TensorType((units, width), "int8", QuantParams((w_scale,), (0,)))
        bq = TensorType((units,), "int32", QuantParams((scale * w_scale,), (0,)))
        bias = rng.integers(-2000, 2000, units).astype(np.int32)
        inputs = (x, add(f"w{i}", wq, w), add(f"b{i}", bq, bias))
        last = i == len(layers) - 1
        scale, width = scale * w_scale * 127 * np.sqrt(width) / 4, units
        out = TensorType((1, units), "int8", QuantParams((float(scale),), (0 if last else -128,)))
        x = add(f"y{i}", out)
        activation = "none" if last else "relu"
        attrs = {"activation": activation, "rounding": "single"}
        ops.append(Op("fully_connected", f"dense_{i}", inputs, (x,), attrs))
    prob = TensorType((1, width), "int8", QuantParams((1 / 256,), (-128,)))
    out_name = add("probabilities", prob)
    ops.append(Op("softmax", "softmax", (x,), (out_name,), {"beta": 1.0}))
    return Graph("classifier", tensors, tuple(ops), ("in",), (out_name,))


def small_spec(
    name: str = "toy",
    window: int = 8,
    stride: int = 4,
    block: str = "raw",
    params: Any = None,
    decision: Decision | None = None,
    seed: int = 0,
) -> PipelineSpec:
    """Two int16 channels at 50 Hz, one block, a random network with three classes."""
    signal = Signal(50.0, window, stride, ("x", "y"), ("g", "g"), (1 / 4096, 1 / 4096))
    plugin = dsp.block(block)
    use = BlockUse(block, params if params is not None else plugin.params())
    n = len(plugin.features(signal, use.params))
    rng = np.random.default_rng(seed)
    norm = Normalizer(rng.normal(0, 0.1, n), rng.uniform(0.2, 2.0, n), 0.03)
    return PipelineSpec(
        name=name,
        signal=signal,
        blocks=(use,),
        normalizer=norm,
        graphs={"classifier": dense_graph(n, (6, 3), norm.z_lsb, seed)},
        classes=("circle", "line", "rest"),
        decision=decision or Decision(threshold=0.4),
        identity="ab" * 32,
    )
