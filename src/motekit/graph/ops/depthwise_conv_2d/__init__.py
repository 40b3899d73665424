"""Depthwise 2-D convolution, NHWC: every channel has filters of its own.

Inputs: x, int8 [n, height, width, c]; weights, int8 [1, kh, kw, c · m], symmetric, per tensor or
per channel (output o sees input channel o // m); bias, int32 [c · m], or absent.
Attributes: as conv_2d. int16x8: x int16 with zero point 0, bias int64, rounding "reduced".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op, Tensor
from motekit.core.op import Array, OpSpec, RowWindow, TfliteForm, TfliteSpelling
from motekit.core.tensors import TensorType
from motekit.graph.ops._shared import accumulate, frames, row_windows, tflite, types, windows

from . import channels


def geometry(op: Op, graph: Graph) -> windows.Window:
    """The sliding window of the op."""
    shape = types.operand(op, graph, 1).shape
    return windows.window(op.attrs, (shape[1], shape[2]))


def infer(op: Op, graph: Graph) -> tuple[TensorType, ...]:
    x = types.integers(types.operand(op, graph))
    weights, bias = types.operand(op, graph, 1), types.optional(op, graph, 2)
    if len(x.shape) != 4 or len(weights.shape) != 4 or weights.shape[0] != 1:
        raise InputError("weights must have shape [1, kh, kw, out]", value=weights.shape)
    accumulate.check_weights(op, weights, bias, axis=3)
    if x.dtype == "int16" and op.attrs["rounding"] != "reduced":
        raise InputError("an int16 depthwise layer has 64-bit sums", value=op.attrs["rounding"])
    out = weights.shape[3]
    if x.shape[3] == 0 or out == 0 or out % x.shape[3]:
        raise InputError("outputs must be a multiple of the channels", value=(x.shape[3], out))
    rows, columns = geometry(op, graph).out(x.shape[1], x.shape[2])
    return (types.declared(op, graph, (x.shape[0], rows, columns, out), x.dtype),)


def reference(op: Op, graph: Graph, inputs: Sequence[Array]) -> tuple[Array, ...]:
    x, weights, *bias = inputs
    _, zero = types.per_tensor(types.operand(op, graph))
    w = geometry(op, graph)
    multiplier = weights.shape[3] // x.shape[3]
    acc = np.zeros((x.shape[0], *w.out(x.shape[1], x.shape[2]), weights.shape[3]), np.int64)
    for i, j, tap in windows.taps(x.astype(np.int64) - zero, w, 0):
        acc += np.repeat(tap, multiplier, axis=3) * weights[0, i, j].astype(np.int64)
    return (accumulate.finish(op, graph, acc, bias[0] if bias and bias[0].size else None),)


def macs(op: Op, graph: Graph) -> int:
    _, kh, kw, _ = types.operand(op, graph, 1).shape
    return graph.type(op.outputs[0]).size * kh * kw


def _read(
    options: Any, inputs: Sequence[Tensor | None], outputs: Sequence[Tensor]
) -> Mapping[str, Any]:
    x, weights = tflite.layer_inputs(inputs, outputs)
    bias = tflite.bias_of(inputs)
    if x.dtype == "int16" and bias is not None and bias.dtype != "int64":
        raise InputError("the bias of an int16 layer must be int64", value=bias.dtype,
                         way_out="LiteRT refuses it, too")  # fmt: skip
    stride, dilation = tflite.stride_and_dilation(options)
    size = (weights.shape[1], weights.shape[2])
    in_size = (x.shape[1], x.shape[2])
    return {
        "stride": stride,
        "dilation": dilation,
        "padding": windows.explicit_padding(options.Padding(), in_size, size, stride, dilation),
        "activation": tflite.activation(options.FusedActivationFunction()),
        "rounding": accumulate.rounding(x, bias, "double"),
    }


def _write(op: Op, graph: Graph) -> TfliteForm:
    x, weights = types.operand(op, graph), types.operand(op, graph, 1)
    fields = tflite.window_fields(op, geometry(op, graph), x.shape)
    fields["depthMultiplier"] = weights.shape[3] // x.shape[3]
    version = 5 if types.operand(op, graph).dtype == "int16" else 0
    return TfliteForm(fields, tflite.with_bias(op, graph), version=version)


def rows(op: Op, graph: Graph) -> RowWindow | None:
    return row_windows.sliding(op, graph, geometry(op, graph))


OP = OpSpec(
    kind="depthwise_conv_2d",
    summary="2-D convolution of every channel by itself",
    infer=infer,
    reference=reference,
    macs=macs,
    tflite=(TfliteSpelling("DEPTHWISE_CONV_2D", 3, "DepthwiseConv2DOptions", _read, _write),),
    package=__name__,
    time=frames.window(geometry),
    channels=channels.FLOW,
    rows=rows,
    arity=(2, 3),
    optional=(2,),
    weights_axis=3,
)
