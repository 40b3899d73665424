"""A trained multilayer perceptron in float64, and as a full-integer graph."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from motekit.core.graph import Graph, Op, Tensor
from motekit.core.learner import F32, Fitted
from motekit.core.tensors import QuantParams, TensorType
from motekit.models import quantize

from .net import Weights

PROBABILITY = QuantParams((1 / 256,), (-128,))


def arrays(weights: Weights) -> dict[str, npt.NDArray[np.generic]]:
    """Weights (of `perceptron`) as a fitted learner keeps them: "w0" [out, in], "b0" [out], …"""
    found: dict[str, npt.NDArray[np.generic]] = {}
    for i, (w, b) in enumerate(weights):
        found[f"w{i}"] = np.ascontiguousarray(w.T)  # the order of the kernels
        found[f"b{i}"] = b
    return found


def layers(fitted: Fitted) -> list[tuple[F32, F32]]:
    """(weights [out, in], bias [out]) of each layer."""
    count = sum(name.startswith("w") for name in fitted.arrays)
    return [
        (
            fitted.arrays[f"w{i}"].astype(np.float32, copy=False),
            fitted.arrays[f"b{i}"].astype(np.float32, copy=False),
        )
        for i in range(count)
    ]


def layer_outputs(fitted: Fitted, z: F32) -> list[npt.NDArray[np.float64]]:
    """Output of each layer in float64: hidden ones after ReLU, then the logits."""
    out, x = [], z.astype(np.float64)
    all_layers = layers(fitted)
    for i, (w, b) in enumerate(all_layers):
        x = x @ w.T.astype(np.float64) + b
        if i < len(all_layers) - 1:
            x = np.maximum(x, 0.0)
        out.append(x)
    return out


def _constant(
    name: str, data: npt.NDArray[np.generic], dtype: str, quant: QuantParams
) -> Tensor:  # fmt: skip
    return Tensor(name, TensorType(data.shape, dtype, quant), data)


def lower(fitted: Fitted, calibration: F32, z_lsb: float, name: str, ending: str) -> Graph:
    """The network as a graph: int8 features [1, n] → int8 [1, outputs].

    Args:
        calibration: standardised training rows; activation ranges come from these alone.
        z_lsb: standard deviations per unit of the int8 input.
        name: C identifier of the graph.
        ending: "softmax" for probabilities, "none" for the outputs as they are.
    """
    method = str(fitted.facts.get("calibration", "sqnr"))
    per_channel = bool(fitted.facts.get("per_channel", False))
    net = layers(fitted)
    real = layer_outputs(fitted, calibration)
    quant = QuantParams((quantize.float32(z_lsb),), (0,))
    x = Tensor("features", TensorType((1, net[0][0].shape[1]), "int8", quant))
    tensors, ops = {x.name: x}, []
    for i, ((w, b), values) in enumerate(zip(net, real, strict=True)):
        last = i == len(net) - 1
        layer = "logits" if last else f"dense{i}"
        in_scale = x.type.quant.per_tensor[0] if x.type.quant else 1.0
        q, w_quant = quantize.weights_int8(w, per_channel)
        bias = quantize.bias_int32(b, in_scale, w_quant)
        b_scale = tuple(quantize.float32(in_scale * s) for s in w_quant.scale)
        b_quant = QuantParams(b_scale, w_quant.zero_point, w_quant.axis)
        out_quant = quantize.activation_quant(values, "minmax" if last else method)
        out = Tensor(f"{layer}_out", TensorType((1, len(b)), "int8", out_quant))
        parts = (
            _constant(f"{layer}_weights", q, "int8", w_quant),
            _constant(f"{layer}_bias", bias, "int32", b_quant),
            out,
        )
        tensors |= {tensor.name: tensor for tensor in parts}
        attrs = {"activation": "none" if last else "relu", "rounding": "single"}
        inputs = (x.name, parts[0].name, parts[1].name)
        ops.append(Op("fully_connected", layer, inputs, (out.name,), attrs))
        x = out
    if ending == "softmax":
        probabilities = Tensor("probabilities", TensorType(x.type.shape, "int8", PROBABILITY))
        tensors[probabilities.name] = probabilities
        ops.append(Op("softmax", "softmax", (x.name,), (probabilities.name,), {"beta": 1.0}))
        x = probabilities
    return Graph(name, tensors, tuple(ops), ("features",), (x.name,))
