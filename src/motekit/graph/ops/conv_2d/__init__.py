"""2-D convolution, NHWC: output[n, y, x, o] = requantize(bias[o] + Σ (x − zero) · weights).

Inputs: x, int8 [n, height, width, in]; weights, int8 [out, kh, kw, in / groups], symmetric, per
tensor or per output channel; bias, int32 [out], or absent. Padded pixels hold the zero point.
Attributes: stride, dilation: (height, width); padding: (top, bottom, left, right); activation;
rounding ("double": what BUILTIN_REF does).
int16x8: x int16 with zero point 0; bias int64 and rounding "reduced", or bias int32.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op, Tensor
from motekit.core.op import Array, OpSpec, RowWindow, TfliteForm, TfliteSpelling
from motekit.core.tensors import TensorType
from motekit.graph import numerics
from motekit.graph.ops._shared import accumulate, frames, row_windows, tflite, types, windows

from . import channels


def geometry(op: Op, graph: Graph) -> windows.Window:
    """The sliding window of the op."""
    shape = types.operand(op, graph, 1).shape
    return windows.window(op.attrs, (shape[1], shape[2]))


def infer(op: Op, graph: Graph) -> tuple[TensorType, ...]:
    x = types.integers(types.operand(op, graph))
    weights, bias = types.operand(op, graph, 1), types.optional(op, graph, 2)
    if len(x.shape) != 4 or len(weights.shape) != 4:
        raise InputError("input and weights must have 4 axes", value=(x.shape, weights.shape))
    accumulate.check_weights(op, weights, bias, axis=0)
    out, depth = weights.shape[0], weights.shape[3]
    if min(weights.shape) == 0 or x.shape[3] % depth or out % (x.shape[3] // depth or 1):
        raise InputError("the channels do not divide into groups", value=(x.shape, weights.shape))
    rows, columns = geometry(op, graph).out(x.shape[1], x.shape[2])
    return (types.declared(op, graph, (x.shape[0], rows, columns, out), x.dtype),)


def reference(op: Op, graph: Graph, inputs: Sequence[Array]) -> tuple[Array, ...]:
    x, weights, *bias = inputs
    _, zero = types.per_tensor(types.operand(op, graph))
    w = geometry(op, graph)
    out, depth = weights.shape[0], weights.shape[3]
    groups = x.shape[3] // depth
    wide = out // groups
    acc = np.zeros((x.shape[0], *w.out(x.shape[1], x.shape[2]), out), np.int64)
    for i, j, tap in windows.taps(x.astype(np.int64) - zero, w, 0):
        for g in range(groups):
            part = tap[..., g * depth : (g + 1) * depth]
            mine = slice(g * wide, (g + 1) * wide)
            acc[..., mine] += numerics.matmul_int(part, weights[mine, i, j].T)
    return (accumulate.finish(op, graph, acc, bias[0] if bias and bias[0].size else None),)


def macs(op: Op, graph: Graph) -> int:
    _, kh, kw, depth = types.operand(op, graph, 1).shape
    return graph.type(op.outputs[0]).size * kh * kw * depth


def _read(
    options: Any, inputs: Sequence[Tensor | None], outputs: Sequence[Tensor]
) -> Mapping[str, Any]:
    x, weights = tflite.layer_inputs(inputs, outputs)
    stride, dilation = tflite.stride_and_dilation(options)
    size = (weights.shape[1], weights.shape[2])
    in_size = (x.shape[1], x.shape[2])
    return {
        "stride": stride,
        "dilation": dilation,
        "padding": windows.explicit_padding(options.Padding(), in_size, size, stride, dilation),
        "activation": tflite.activation(options.FusedActivationFunction()),
        "rounding": accumulate.rounding(x, tflite.bias_of(inputs), "double"),
    }


def _write(op: Op, graph: Graph) -> TfliteForm:
    fields = tflite.window_fields(op, geometry(op, graph), types.operand(op, graph).shape)
    fields |= tflite.bias_type(op, graph)
    version = 4 if types.operand(op, graph).dtype == "int16" else 0
    return TfliteForm(fields, tflite.with_bias(op, graph), version=version)


def rows(op: Op, graph: Graph) -> RowWindow | None:
    return row_windows.sliding(op, graph, geometry(op, graph))


OP = OpSpec(
    kind="conv_2d",
    summary="2-D convolution, grouped and dilated too",
    infer=infer,
    reference=reference,
    macs=macs,
    tflite=(TfliteSpelling("CONV_2D", 3, "Conv2DOptions", _read, _write),),
    package=__name__,
    time=frames.window(geometry),
    channels=channels.FLOW,
    rows=rows,
    arity=(2, 3),
    optional=(2,),
    weights_axis=0,
)
