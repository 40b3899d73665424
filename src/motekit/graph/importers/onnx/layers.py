"""Convolutions, pooling, dense layers, normalisation."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from motekit.core.errors import InputError
from motekit.graph.importers._shared import images, layers, pointwise, shapes
from motekit.graph.importers._shared.layers import Sliding
from motekit.graph.importers._shared.values import Activation, Constant, Value, activation

from .lower import Context, Convert


def sliding(c: Context, spatial: int) -> Sliding:
    """Strides, dilations and pads of the node."""
    ones, zeros = (1,) * spatial, (0,) * (2 * spatial)
    auto = c.attr("auto_pad", "NOTSET")
    pads = c.attr("pads", zeros) if auto == "NOTSET" else zeros
    if auto not in ("NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"):
        raise InputError("unknown auto_pad", value=auto)
    return Sliding(
        c.attr("strides", ones), c.attr("dilations", ones), pads[:spatial], pads[spatial:],
        auto if auto.startswith("SAME") else "",
    )  # fmt: skip


def _conv(c: Context) -> Value:
    x, weights = c.activation(), c.constant(1, "weights")
    bias = None if c.input(2) is None else c.constant(2, "bias")
    s = sliding(c, len(x.shape) - 2)
    return layers.conv(c.builder, x, weights, bias, s, c.attr("group", 1))


def _conv_transpose(c: Context) -> Value:
    x, weights = c.activation(), c.constant(1, "weights")
    s = sliding(c, len(x.shape) - 2)
    if c.attr("group", 1) != 1 or any(d != 1 for d in s.dilation):
        raise InputError("grouped and dilated transposed convolutions are not supported")
    if s.same or "output_shape" in c.node.attrs:
        raise InputError("give pads, not auto_pad or output_shape")
    bias = None if c.input(2) is None else c.constant(2, "bias")
    extra = c.attr("output_padding", (0,) * (len(x.shape) - 2))
    return images.conv_transpose(c.builder, x, weights, bias, s.stride, s.before, s.after, extra)


PLACES: dict[str, images.Positions] = {
    "half_pixel": images.half_pixel, "pytorch_half_pixel": images.half_pixel,
    "asymmetric": images.asymmetric, "align_corners": images.align_corners,
}  # fmt: skip
NEAREST: dict[str, images.Rounding] = {
    "round_prefer_floor": lambda x: np.ceil(x - 0.5),
    "round_prefer_ceil": lambda x: np.floor(x + 0.5),
    "floor": np.floor, "ceil": np.ceil,
}  # fmt: skip


def _resize(c: Context) -> Value:
    x, mode = c.activation(), c.attr("mode", "nearest")
    way = c.attr("coordinate_transformation_mode", "half_pixel" if c.opset > 10 else "asymmetric")
    rule = c.attr("nearest_mode", "round_prefer_floor" if c.opset > 10 else "floor")
    if mode not in ("nearest", "linear") or way not in PLACES or rule not in NEAREST:
        raise InputError("this way of resizing is not supported", value=(mode, way, rule))
    at = 1 if c.node.op == "Upsample" or c.opset < 11 else 2
    if len(c.node.inputs) > 3 and c.input(3) is not None:
        size = c.constant(3, "sizes").ints
    elif c.node.op == "Upsample" and "scales" in c.node.attrs:
        size = tuple(int(n * s) for n, s in zip(x.shape, c.attr("scales", ()), strict=True))
    else:
        scales = c.constant(at, "scales").real.reshape(-1)
        size = tuple(math.floor(n * s) for n, s in zip(x.shape, scales, strict=True))
    if len(size) != len(x.shape) or tuple(size[:2]) != x.shape[:2]:
        raise InputError("only height and width can change", value=size)
    return images.resize(c.builder, x, size[2:], mode == "linear", PLACES[way], NEAREST[rule])


def _max_pool(c: Context) -> Value:
    return _pool(c, "max_pool_2d")


def _average_pool(c: Context) -> Value:
    return _pool(c, "average_pool_2d")


def _pool(c: Context, kind: str) -> Value:
    x = c.activation()
    spatial = len(x.shape) - 2
    s = sliding(c, spatial)
    size = c.attr("kernel_shape", ())
    if c.attr("ceil_mode", 0) and not s.same:
        s = replace(s, after=_ceiled(x, size, s))
    return layers.pool(c.builder, kind, x, size, s, bool(c.attr("count_include_pad", 0)))


def _ceiled(x: Activation, size: tuple[int, ...], s: Sliding) -> tuple[int, ...]:
    """Pads behind with which rounding down gives as many windows as rounding up."""
    s.checked(len(size))
    out = []
    for n, k, stride, before, after in zip(
        x.shape[2:], size, s.stride, s.before, s.after, strict=True
    ):
        rest = (n + before + after - k) % stride
        out.append(after if rest == 0 else after + stride - rest)
    return tuple(out)


def _global_average_pool(c: Context) -> Value:
    x = c.activation()
    return shapes.reduce(c.builder, "mean", x, range(2, len(x.shape)), keep=True)


def _global_max_pool(c: Context) -> Value:
    x = c.activation()
    return shapes.reduce(c.builder, "reduce_max", x, range(2, len(x.shape)), keep=True)


def _gemm(c: Context) -> Value:
    alpha, beta = c.attr("alpha", 1.0), c.attr("beta", 1.0)
    if c.attr("transA", 0):
        raise InputError("a transposed left side is not supported")
    x, right = c.activation(), c.constant(1, "right side")
    weights = right if c.attr("transB", 0) else right.transposed((1, 0))
    if alpha != 1.0:
        weights = Constant(weights.real.astype(np.float32) * np.float32(alpha))
    given = c.input(2)
    if given is not None and not isinstance(given, Constant):
        raise InputError("the bias must be constant")
    bias = None
    if given is not None:
        wide = np.broadcast_to(given.real * beta, (1, weights.shape[0])).reshape(-1)
        bias = Constant(wide.astype(np.float32))
    return layers.dense(c.builder, x, weights, bias)


def _matmul(c: Context) -> Value:
    left, right = c.needed(0), c.needed(1)
    if isinstance(left, Constant) and isinstance(right, Constant):
        return Constant((left.real @ right.real).astype(np.float32))
    if not isinstance(right, Constant):
        raise InputError("a product of two computed matrices is not supported")
    return layers.matmul(c.builder, activation(left, "left side"), right)


def _batch_norm(c: Context) -> Value:
    if c.attr("training_mode", 0):
        raise InputError("it is in training mode", way_out="export the model for inference")
    scale, offset, mean, variance = (
        c.constant(i, what) for i, what in enumerate(("scale", "offset", "mean", "variance"), 1)
    )
    epsilon = c.attr("epsilon", 1e-5)
    return layers.batch_norm(c.builder, c.activation(), scale, offset, mean, variance, epsilon)


def _softmax(c: Context) -> Value:
    x = c.activation()
    rank = len(x.shape)
    axis = c.attr("axis", -1 if c.opset >= 13 else 1)
    if c.opset < 13 and rank:
        # Until opset 13 everything behind the axis is one.
        first = axis % rank
        if any(n != 1 for n in x.shape[first + 1 :]):
            raise InputError("softmax over several axes is not supported", value=x.shape)
    return pointwise.softmax(c.builder, x, axis)


CONVERTERS: dict[str, Convert] = {
    "Conv": _conv,
    "ConvTranspose": _conv_transpose,
    "Resize": _resize,
    "Upsample": _resize,
    "MaxPool": _max_pool,
    "AveragePool": _average_pool,
    "GlobalAveragePool": _global_average_pool,
    "GlobalMaxPool": _global_max_pool,
    "Gemm": _gemm,
    "MatMul": _matmul,
    "BatchNormalization": _batch_norm,
    "Softmax": _softmax,
}
