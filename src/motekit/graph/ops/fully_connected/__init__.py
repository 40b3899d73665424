"""Fully connected: output[b, o] = requantize(bias[o] + Σ (x[b, i] − zero) · weights[o, i]).

Inputs: x, int8, any shape whose size is a multiple of `in`; weights, int8 [out, in], symmetric,
per tensor or per output channel; bias, int32 [out], or absent.
Attributes: activation, rounding ("single": what BUILTIN_REF does), keep_dims.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op, Tensor
from motekit.core.op import Array, OpSpec, TfliteForm, TfliteSpelling
from motekit.core.tensors import TensorType
from motekit.graph import numerics
from motekit.graph.ops._shared import tflite


def infer(op: Op, graph: Graph) -> tuple[TensorType, ...]:
    x, weights, bias = _types(op, graph)
    if len(weights.shape) != 2:
        raise InputError("weights must have shape [out, in]", value=weights.shape)
    out, n = weights.shape
    if n == 0 or x.size % n:
        raise InputError(f"the input must be rows of {n} values", value=x.shape)
    if weights.dtype != "int8" or x.dtype != "int8":
        raise InputError("input and weights must be int8", value=(x.dtype, weights.dtype))
    if bias is not None and (bias.shape != (out,) or bias.dtype != "int32"):
        raise InputError(f"bias must be int32 of shape ({out},)", value=(bias.dtype, bias.shape))
    if (
        weights.quant is None
        or any(weights.quant.zero_point)
        or weights.quant.axis not in (None, 0)
    ):
        raise InputError("weights must be quantized symmetrically, per tensor or per output")
    declared = graph.type(op.outputs[0])
    if x.quant is None or declared.quant is None:
        raise InputError("input and output must be quantized")
    shape = (*x.shape[:-1], out) if op.attrs.get("keep_dims") else (x.size // n, out)
    return (replace(declared, shape=shape, dtype="int8"),)


def _types(op: Op, graph: Graph) -> tuple[TensorType, TensorType, TensorType | None]:
    x, weights, *rest = op.inputs
    assert x is not None and weights is not None
    bias = rest[0] if rest else None
    return graph.type(x), graph.type(weights), None if bias is None else graph.type(bias)


def factors(op: Op, graph: Graph) -> tuple[numerics.I32, numerics.I32]:
    """Fixed-point (multipliers, shifts): one each, or one per output channel."""
    x, weights, _ = _types(op, graph)
    assert x.quant is not None and weights.quant is not None
    out = graph.type(op.outputs[0]).quant
    assert out is not None
    in_scale, out_scale = x.quant.per_tensor[0], out.per_tensor[0]
    reals = numerics.output_factors(in_scale, weights.quant.scale, out_scale)
    return numerics.quantize_multipliers(reals)


def reference(op: Op, graph: Graph, inputs: Sequence[Array]) -> tuple[Array, ...]:
    x_type, _, bias_type = _types(op, graph)
    assert x_type.quant is not None
    x, weights = inputs[0].astype(np.int64), inputs[1]
    rows = x.reshape(-1, weights.shape[1]) - x_type.quant.per_tensor[1]
    acc = numerics.matmul_int(rows, weights.T)
    if bias_type is not None:
        acc = acc + inputs[2].astype(np.int64)
    multiplier, shift = factors(op, graph)
    scaled = numerics.multiply(
        numerics.wrap_int32(acc), multiplier, shift, str(op.attrs["rounding"])
    )
    out = graph.type(op.outputs[0])
    assert out.quant is not None
    scale, zero = out.quant.per_tensor
    low, high = numerics.activation_range(str(op.attrs["activation"]), scale, zero, out.dtype)
    return (np.clip(scaled + zero, low, high).astype(np.int8).reshape(out.shape),)


def macs(op: Op, graph: Graph) -> int:
    x, weights, _ = _types(op, graph)
    return x.size * weights.shape[0]


def _read(
    options: Any, inputs: Sequence[Tensor | None], outputs: Sequence[Tensor]
) -> Mapping[str, Any]:
    tflite.require_dtypes(inputs, (("int8",), ("int8",), ("int32",)))
    if options is not None and options.WeightsFormat() != 0:
        raise InputError("shuffled weights are not supported", value=options.WeightsFormat())
    if len(inputs) < 2 or inputs[1] is None or not inputs[1].is_constant:
        raise InputError("weights must be constant")
    return {
        "activation": tflite.activation(options.FusedActivationFunction() if options else 0),
        "rounding": "single",
        "keep_dims": bool(options.KeepNumDims()) if options else False,
    }


def _write(op: Op, graph: Graph) -> TfliteForm:
    fields = {
        "fusedActivationFunction": tflite.ACTIVATIONS.index(str(op.attrs["activation"])),
        "keepNumDims": bool(op.attrs.get("keep_dims")),
    }
    return TfliteForm(fields, (*op.inputs, None)[:3])


OP = OpSpec(
    kind="fully_connected",
    summary="dense layer: every output sees every input",
    infer=infer,
    reference=reference,
    macs=macs,
    tflite=(TfliteSpelling("FULLY_CONNECTED", 4, "FullyConnectedOptions", _read, _write),),
    package=__name__,
)
