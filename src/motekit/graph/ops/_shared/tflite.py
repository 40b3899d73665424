"""Fused activations as TFLite numbers them, and errors for forms an op does not cover."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op, Tensor
from motekit.core.op import Array
from motekit.core.tensors import TensorType

from . import types
from .windows import Window, scheme_of

INT32, INT64 = 2, 4  # TensorType of the TFLite schema
ACTIVATIONS = ("none", "relu", "relu_n1_to_1", "relu6")


def activation(code: int) -> str:
    """Name of a fused activation. Raises InputError for tanh and sign bit, which no int8
    kernel of LiteRT fuses."""
    if not 0 <= code < len(ACTIVATIONS):
        raise InputError("this fused activation is not supported", value=code)
    return ACTIVATIONS[code]


def require_dtypes(
    tensors: Sequence[Tensor | None], allowed: Sequence[tuple[str, ...]], what: str = "input"
) -> None:
    """Raise InputError unless tensor i has one of the types `allowed[i]`."""
    for i, (tensor, named) in enumerate(zip(tensors, allowed, strict=False)):
        if tensor is not None and tensor.type.dtype not in named:
            raise InputError(
                f"{what} {i} must be {' or '.join(named)}",
                value=tensor.type.dtype,
                way_out="quantize the model to full int8",
            )


def same_integers(
    inputs: Sequence[Tensor | None], outputs: Sequence[Tensor], data: int = 1
) -> TensorType:
    """Type of input 0 of an op whose first `data` inputs and whose outputs are all int8 or all
    int16. Raises InputError for others."""
    x = required(inputs)
    require_dtypes(inputs[:1], (("int8", "int16"),))
    for what, found in (("input", inputs[:data]), ("output", outputs)):
        require_dtypes(found, ((x.dtype,),) * len(found), what)
    return x


def layer_inputs(
    inputs: Sequence[Tensor | None], outputs: Sequence[Tensor]
) -> tuple[TensorType, TensorType]:
    """(x, weights) of a layer with weights. Raises InputError if it is not an int8 or int16x8
    layer with constant weights and a constant bias."""
    x = same_integers(inputs, outputs)
    biases = ("int32",) if x.dtype == "int8" else ("int32", "int64")
    require_dtypes(inputs, ((x.dtype,), ("int8",), biases))
    if len(inputs) < 2 or inputs[0] is None or inputs[1] is None:
        raise InputError("the layer lacks its input or weights")
    if any(t is not None and not t.is_constant for t in inputs[1:]):
        raise InputError("weights and bias must be constant")
    return inputs[0].type, inputs[1].type


def stride_and_dilation(options: Any) -> tuple[tuple[int, int], tuple[int, int]]:
    """((height, width) stride, (height, width) dilation) of conv options."""
    if options is None:
        raise InputError("the op lacks its options")
    stride = (options.StrideH(), options.StrideW())
    dilation = (options.DilationHFactor(), options.DilationWFactor())
    if min(*stride, *dilation) < 1:
        raise InputError("stride and dilation must be positive", value=(stride, dilation))
    return stride, dilation


def bias_of(inputs: Sequence[Tensor | None]) -> TensorType | None:
    """Type of a layer's bias, if it has one."""
    return inputs[2].type if len(inputs) > 2 and inputs[2] is not None else None


def bias_type(op: Op, graph: Graph) -> dict[str, Any]:
    """The field that says how wide an int16 layer's biases and sums are."""
    if types.operand(op, graph).dtype != "int16":
        return {}
    bias = types.optional(op, graph, 2)
    narrow = bias is not None and bias.dtype == "int32"
    return {"quantizedBiasType": INT32 if narrow or op.attrs["rounding"] == "double" else INT64}


def window_fields(op: Op, w: Window, in_shape: tuple[int, ...]) -> dict[str, Any]:
    """Fields of Conv2DOptions and DepthwiseConv2DOptions. Raises InputError for a padding that
    TFLite cannot say."""
    return {
        "padding": scheme(op, w, in_shape),
        "strideH": w.stride[0],
        "strideW": w.stride[1],
        "dilationHFactor": w.dilation[0],
        "dilationWFactor": w.dilation[1],
        "fusedActivationFunction": ACTIVATIONS.index(str(op.attrs["activation"])),
    }


def scheme(op: Op, w: Window, in_shape: tuple[int, ...]) -> int:
    """SAME or VALID. Raises InputError for a padding that is neither."""
    found = scheme_of(w, (in_shape[1], in_shape[2]))
    if found is None:
        raise InputError("TFLite has no such padding", where=op.name, value=w.padding)
    return found


def required(inputs: Sequence[Tensor | None], i: int = 0) -> TensorType:
    """Type of input i. Raises InputError if it is absent."""
    tensor = inputs[i] if i < len(inputs) else None
    if tensor is None:
        raise InputError(f"input {i} is missing")
    return tensor.type


def constant_input(inputs: Sequence[Tensor | None], i: int, what: str) -> Array:
    """Values of a constant input. Raises InputError if it is absent or computed."""
    tensor = inputs[i] if i < len(inputs) else None
    if tensor is None or tensor.data is None:
        raise InputError(f"the {what} must be constant")
    return tensor.data


def with_bias(op: Op, graph: Graph) -> tuple[str | Array | None, ...]:
    """(x, weights, bias), with zeros for an absent bias: LiteRT's convolutions insist on one."""
    x, weights, *bias = op.inputs
    if bias and bias[0] is not None:
        return x, weights, bias[0]
    wide = op.attrs["rounding"] == "reduced"
    zeros = np.zeros(graph.type(op.outputs[0]).shape[-1], np.int64 if wide else np.int32)
    return x, weights, zeros
