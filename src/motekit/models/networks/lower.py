"""A trained `Stack` as a full-integer graph: reshape, convolutions, mean, dense end, softmax."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from motekit.core.graph import Graph, Op, Tensor
from motekit.core.learner import F32, Arrays, Fitted
from motekit.core.tensors import QuantParams, TensorType
from motekit.models import quantize

from . import exact
from .stack import Layer

PROBABILITY = QuantParams((1 / 256,), (-128,))
CALIBRATION_ROWS = 512  # spread over the rows given: more change nothing and take memory


@dataclass
class _Builder:
    """Ops and tensors so far; `x` is what the next op reads."""

    x: Tensor
    tensors: dict[str, Tensor] = field(default_factory=dict)
    ops: list[Op] = field(default_factory=list)

    def add(
        self, kind: str, name: str, out: TensorType, attrs: dict[str, object],
        constants: tuple[Tensor, ...] = (),
    ) -> None:  # fmt: skip
        result = Tensor(f"{name}_out", out)
        self.tensors |= {t.name: t for t in (*constants, result)}
        inputs = (self.x.name, *(t.name for t in constants))
        self.ops.append(Op(kind, name, inputs, (result.name,), attrs))
        self.x = result

    @property
    def scale(self) -> float:
        """Real units per step of what the next op reads."""
        assert self.x.type.quant is not None
        return self.x.type.quant.per_tensor[0]


def _constants(
    name: str, w: npt.NDArray[np.generic], bias: npt.NDArray[np.generic], in_scale: float,
    per_channel: bool, axis: int,
) -> tuple[Tensor, Tensor]:  # fmt: skip
    """Quantized weights, output channels along `axis`, and their bias."""
    moved = np.moveaxis(w, axis, 0)
    flat, found = quantize.weights_int8(
        moved.reshape(len(moved), -1).astype(np.float64), per_channel
    )
    stored = np.ascontiguousarray(np.moveaxis(flat.reshape(moved.shape), 0, axis))
    quant = QuantParams(found.scale, found.zero_point, axis if per_channel else None)
    q_bias = quantize.bias_int32(bias.astype(np.float64), in_scale, found)
    b_scale = tuple(quantize.float32(in_scale * s) for s in found.scale)
    b_quant = QuantParams(b_scale, found.zero_point, 0 if per_channel else None)
    return (
        Tensor(f"{name}_weights", TensorType(stored.shape, "int8", quant), stored),
        Tensor(f"{name}_bias", TensorType(q_bias.shape, "int32", b_quant), q_bias),
    )


def _convolution(
    b: _Builder, layer: Layer, found: Arrays, values: exact.F64, per_channel: bool, method: str
) -> None:
    w, bias = found[f"{layer.name}_w"], found[f"{layer.name}_b"]
    places = (b.x.type.shape[1], b.x.type.shape[2])
    attrs: dict[str, object] = {
        "stride": layer.stride, "dilation": (1, 1), "padding": layer.padding(places),
        "activation": "relu", "rounding": "double",
    }  # fmt: skip
    depthwise = layer.kind == "depthwise"
    axis = 3 if depthwise else 0
    constants = _constants(
        layer.name, w[None] if depthwise else w, bias, b.scale, per_channel, axis
    )
    out = TensorType((1, *values.shape[1:]), "int8", quantize.activation_quant(values, method))
    b.add("depthwise_conv_2d" if depthwise else "conv_2d", layer.name, out, attrs, constants)


def lower(fitted: Fitted, calibration: F32, z_lsb: float, name: str, ending: str) -> Graph:
    """The network as a graph: int8 features [1, n] → int8 [1, outputs].

    Args:
        calibration: standardised training rows; activation ranges come from these alone.
        z_lsb: standard deviations per unit of the int8 input.
        name: C identifier of the graph.
        ending: "softmax" for probabilities, "none" for the outputs as they are.
    """
    stack = exact.stack_of(fitted)
    per_channel, method = bool(fitted.facts["per_channel"]), str(fitted.facts["calibration"])
    rows = np.linspace(0, max(len(calibration) - 1, 0), min(len(calibration), CALIBRATION_ROWS))
    real = exact.outputs(fitted, calibration[rows.astype(np.int64)])
    quant = QuantParams((quantize.float32(z_lsb),), (0,))
    x = Tensor("features", TensorType((1, int(np.prod(stack.shape))), "int8", quant))
    b = _Builder(x, {x.name: x})
    shape = (1, *stack.shape)
    b.add("reshape", "shape", TensorType(shape, "int8", quant), {"shape": (-1, *stack.shape)})
    for layer, values in zip(stack.layers, real, strict=False):
        _convolution(b, layer, fitted.arrays, values, per_channel, method)
    mean, logits = real[-2:]
    attrs: dict[str, object] = {"axes": (1, 2), "keep_dims": False, "rounding": "double"}
    out = TensorType((1, stack.width), "int8", quantize.activation_quant(mean, method))
    b.add("mean", "mean", out, attrs)
    constants = _constants(
        "logits", fitted.arrays["logits_w"], fitted.arrays["logits_b"], b.scale, False, 0
    )
    out = TensorType((1, stack.outputs), "int8", quantize.activation_quant(logits, "minmax"))
    attrs = {"activation": "none", "rounding": "single"}
    b.add("fully_connected", "logits", out, attrs, constants)
    if ending == "softmax":
        out = TensorType((1, stack.outputs), "int8", PROBABILITY)
        b.add("softmax", "softmax", out, {"beta": 1.0})
    return Graph(name, b.tensors, tuple(b.ops), ("features",), (b.x.name,))
