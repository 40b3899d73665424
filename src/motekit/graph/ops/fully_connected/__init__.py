"""Fully connected: output[b, o] = requantize(bias[o] + Σ (x[b, i] − zero) · weights[o, i]).

Inputs: x, int8, any shape whose size is a multiple of `in`; weights, int8 [out, in], symmetric,
per tensor or per output channel; bias, int32 [out], or absent.
int16x8: x int16 with zero point 0, bias int64 or int32.
Attributes: activation, rounding (what BUILTIN_REF does: "single"; for int16 "real"), keep_dims.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op, Tensor
from motekit.core.op import Array, OpSpec, Reach, TfliteForm, TfliteSpelling
from motekit.core.tensors import TensorType
from motekit.graph import numerics
from motekit.graph.ops._shared import accumulate, frames, tflite, types

from . import channels

LARGEST = float(1 << 30)  # factor of a sum, as for all other layers


def infer(op: Op, graph: Graph) -> tuple[TensorType, ...]:
    x = types.integers(types.operand(op, graph))
    weights, bias = types.operand(op, graph, 1), types.optional(op, graph, 2)
    if len(weights.shape) != 2:
        raise InputError("weights must have shape [out, in]", value=weights.shape)
    accumulate.check_weights(op, weights, bias, axis=0)
    out, n = weights.shape
    if n == 0 or out == 0 or x.size % n:
        raise InputError(f"the input must be rows of {n} values", value=x.shape)
    if op.attrs["rounding"] == "real" and max(accumulate.real_factors(op, graph)) >= LARGEST:
        raise InputError("the output scale is too small for its inputs", where=op.name)
    shape = (*x.shape[:-1], out) if op.attrs.get("keep_dims") else (x.size // n, out)
    return (types.declared(op, graph, shape, x.dtype),)


def reference(op: Op, graph: Graph, inputs: Sequence[Array]) -> tuple[Array, ...]:
    x, weights, *bias = inputs
    _, zero = types.per_tensor(types.operand(op, graph))
    rows = x.astype(np.int64).reshape(-1, weights.shape[1]) - zero
    acc = numerics.matmul_int(rows, weights.T)
    out = accumulate.finish(op, graph, acc, bias[0] if bias and bias[0].size else None)
    return (out.reshape(graph.type(op.outputs[0]).shape),)


def macs(op: Op, graph: Graph) -> int:
    return types.operand(op, graph).size * types.operand(op, graph, 1).shape[0]


def _time(op: Op, graph: Graph, axes: frames.Axes) -> Reach | str:
    shape, axis = types.operand(op, graph).shape, axes[0]
    if any(a is not None for a in axes[1:]) or axis is None:
        return frames.MIXED
    n = types.operand(op, graph, 1).shape[1]
    if axis == len(shape) - 1 or shape[-1] != n:
        return "it sums over time"
    if op.attrs.get("keep_dims"):
        return frames.each(op, axis)
    alone = math.prod(shape[:-1]) == shape[axis]
    return frames.each(op, 0) if alone else "its rows are more than frames"


def _read(
    options: Any, inputs: Sequence[Tensor | None], outputs: Sequence[Tensor]
) -> Mapping[str, Any]:
    x, _ = tflite.layer_inputs(inputs, outputs)
    if options is not None and options.WeightsFormat() != 0:
        raise InputError("shuffled weights are not supported", value=options.WeightsFormat())
    return {
        "activation": tflite.activation(options.FusedActivationFunction() if options else 0),
        "rounding": "single" if x.dtype == "int8" else "real",
        "keep_dims": bool(options.KeepNumDims()) if options else False,
    }


def _write(op: Op, graph: Graph) -> TfliteForm:
    fields: dict[str, Any] = {
        "fusedActivationFunction": tflite.ACTIVATIONS.index(str(op.attrs["activation"])),
        "keepNumDims": bool(op.attrs.get("keep_dims")),
    }
    version = 7 if types.operand(op, graph).dtype == "int16" else 0
    fields |= tflite.bias_type(op, graph)
    return TfliteForm(fields, (*op.inputs, None)[:3], version=version)


OP = OpSpec(
    kind="fully_connected",
    summary="dense layer: every output sees every input",
    infer=infer,
    reference=reference,
    macs=macs,
    tflite=(TfliteSpelling("FULLY_CONNECTED", 4, "FullyConnectedOptions", _read, _write),),
    package=__name__,
    time=_time,
    channels=channels.FLOW,
    arity=(2, 3),
    optional=(2,),
    weights_axis=0,
)
