"""Transposed 2-D convolution, NHWC: every input pixel adds its weighted kernel to the output.

Inputs: x, int8 [n, height, width, in]; weights, int8 [out, kh, kw, in], symmetric, per tensor or
per output channel; bias, int32 [out], or absent. Attributes: size: (height, width) of the output;
stride: (height, width); padding: (top, bottom, left, right), what the convolution from output to
input would add and this op cuts off; activation; rounding ("double": what BUILTIN_REF does).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op, Tensor
from motekit.core.op import Array, OpSpec, TfliteForm, TfliteSpelling
from motekit.core.tensors import TensorType
from motekit.graph import numerics
from motekit.graph.ops._shared import accumulate, tflite, types, windows


def geometry(op: Op, graph: Graph) -> windows.Window:
    """The window of the convolution from output to input that this op turns round."""
    shape = types.operand(op, graph, 1).shape
    return windows.window({**op.attrs, "dilation": (1, 1)}, (shape[1], shape[2]))


def infer(op: Op, graph: Graph) -> tuple[TensorType, ...]:
    x = types.int8(types.operand(op, graph))
    weights, bias = types.operand(op, graph, 1), types.optional(op, graph, 2)
    if len(x.shape) != 4 or len(weights.shape) != 4 or x.shape[3] != weights.shape[3]:
        raise InputError("input and weights do not fit", value=(x.shape, weights.shape))
    accumulate.check_weights(op, weights, bias, axis=0)
    height, width = types.pair(op.attrs, "size")
    if geometry(op, graph).out(height, width) != (x.shape[1], x.shape[2]):
        raise InputError("no such output size for this input", value=(height, width))
    return (types.declared(op, graph, (x.shape[0], height, width, weights.shape[0])),)


def reference(op: Op, graph: Graph, inputs: Sequence[Array]) -> tuple[Array, ...]:
    x, weights, *bias = inputs
    _, zero = types.per_tensor(types.operand(op, graph))
    w = geometry(op, graph)
    height, width = types.pair(op.attrs, "size")
    top, bottom, left, right = w.padding
    n, rows, columns, _ = x.shape
    full = (n, height + top + bottom, width + left + right, weights.shape[0])
    acc = np.zeros(full, np.int64)
    for i in range(w.size[0]):
        for j in range(w.size[1]):
            down = slice(i, i + (rows - 1) * w.stride[0] + 1, w.stride[0])
            across = slice(j, j + (columns - 1) * w.stride[1] + 1, w.stride[1])
            acc[:, down, across] += numerics.matmul_int(
                x.astype(np.int64) - zero, weights[:, i, j].T
            )
    cut = acc[:, top : top + height, left : left + width]
    return (accumulate.finish(op, graph, cut, bias[0] if bias and bias[0].size else None),)


def macs(op: Op, graph: Graph) -> int:
    out, kh, kw, _ = types.operand(op, graph, 1).shape
    return types.operand(op, graph).size * out * kh * kw


def _read(
    options: Any, inputs: Sequence[Tensor | None], outputs: Sequence[Tensor]
) -> Mapping[str, Any]:
    if options is None:
        raise InputError("the op lacks its options")
    size = tflite.constant_input(inputs, 0, "output shape").reshape(-1)
    picked = [inputs[i] if i < len(inputs) else None for i in (2, 1, 3)]
    _, weights = tflite.layer_inputs(picked, outputs)
    stride = (options.StrideH(), options.StrideW())
    if len(size) != 4 or min(stride) < 1:
        raise InputError("output shape or stride cannot be used", value=(size.tolist(), stride))
    out = (int(size[1]), int(size[2]))
    kernel = (weights.shape[1], weights.shape[2])
    return {
        "size": out,
        "stride": stride,
        "padding": windows.explicit_padding(options.Padding(), out, kernel, stride),
        "activation": tflite.activation(options.FusedActivationFunction()),
        "rounding": "double",
    }


def _write(op: Op, graph: Graph) -> TfliteForm:
    w, out = geometry(op, graph), graph.type(op.outputs[0]).shape
    x, weights, bias = tflite.with_bias(op, graph)
    fields = {
        "padding": tflite.scheme(op, w, out),
        "strideH": w.stride[0],
        "strideW": w.stride[1],
        "fusedActivationFunction": tflite.ACTIVATIONS.index(str(op.attrs["activation"])),
    }
    return TfliteForm(fields, (np.array(out, np.int32), weights, x, bias))


OP = OpSpec(
    kind="transpose_conv",
    summary="transposed 2-D convolution",
    infer=infer,
    reference=reference,
    macs=macs,
    tflite=(TfliteSpelling("TRANSPOSE_CONV", 4, "TransposeConvOptions", _read, _write, (2, 1, 3)),),
    package=__name__,
    arity=(2, 3),
    optional=(2,),
    weights_axis=0,
)
