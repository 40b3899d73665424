"""Lower the network to a full-integer graph: fully connected layers and a softmax."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from motekit.core.graph import Graph, Op, Tensor
from motekit.core.learner import F32, Fitted
from motekit.core.tensors import QuantParams, TensorType
from motekit.models import quantize

from .fit import layer_outputs, layers

PROBABILITY = QuantParams((1 / 256,), (-128,))


def _constant(
    name: str, data: npt.NDArray[np.generic], dtype: str, quant: QuantParams
) -> Tensor:  # fmt: skip
    return Tensor(name, TensorType(data.shape, dtype, quant), data)


def lower(fitted: Fitted, calibration: F32, z_lsb: float, name: str) -> Graph:
    """The classifier as a graph: int8 features [1, n] → int8 probabilities [1, classes].

    Args:
        calibration: standardised training rows; activation ranges come from these alone.
        z_lsb: standard deviations per unit of the int8 input.
        name: C identifier of the graph.
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
    probabilities = Tensor("probabilities", TensorType(x.type.shape, "int8", PROBABILITY))
    tensors[probabilities.name] = probabilities
    ops.append(Op("softmax", "softmax", (x.name,), (probabilities.name,), {"beta": 1.0}))
    return Graph(name, tensors, tuple(ops), ("features",), (probabilities.name,))
