"""Convolutions, pooling, dense layers, normalisation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from motekit.core.errors import InputError
from motekit.graph.importers._shared import images, layers, pointwise, shapes
from motekit.graph.importers._shared.layers import Sliding
from motekit.graph.importers._shared.values import Activation, Constant, Value, activation

from .lower import Context, Convert


def _full(values: Sequence[int], spatial: int) -> tuple[int, ...]:
    """One number stands for all axes."""
    return tuple(values) * spatial if len(values) == 1 else tuple(values)


def _conv(c: Context) -> Value:
    x, weights = c.activation("input"), c.constant("weight")
    spatial = len(x.shape) - 2
    if c.raw("transposed", False) or "transpose" in c.node.target:
        return _conv_transpose(c, x, weights)
    stride = _full(c.ints("stride", (1,)), spatial)
    dilation = _full(c.ints("dilation", (1,)), spatial)
    padding = c.raw("padding", 0)
    if isinstance(padding, str):
        if padding not in ("same", "valid"):
            raise InputError("unknown padding", value=padding)
        total = [
            d * (k - 1) if padding == "same" else 0
            for d, k in zip(dilation, weights.shape[2:], strict=True)
        ]
        before = tuple(t // 2 for t in total)
        after = tuple(t - t // 2 for t in total)
    else:
        before = after = _full(c.ints("padding", (0,)), spatial)
    s = Sliding(stride, dilation, before, after)
    return layers.conv(c.builder, x, weights, c.optional("bias"), s, c.integer("groups", 1))


def _conv_transpose(c: Context, x: Activation, weights: Constant) -> Value:
    if c.integer("groups", 1) != 1 or any(d != 1 for d in c.ints("dilation", (1,))):
        raise InputError("grouped and dilated transposed convolutions are not supported")
    spatial = len(x.shape) - 2
    stride, pads = _full(c.ints("stride", (1,)), spatial), _full(c.ints("padding", (0,)), spatial)
    extra = _full(c.ints("output_padding", (0,)), spatial)
    return images.conv_transpose(
        c.builder, x, weights, c.optional("bias"), stride, pads, pads, extra
    )


def _upsample(linear: bool) -> Convert:
    def convert(c: Context) -> Value:
        x = c.activation("self" if "self" in c.node.args else "input")
        size = c.ints("output_size")
        if not size:
            factors = c.raw("scale_factors")
            if not isinstance(factors, list) or len(factors) != 2:
                raise InputError("the output size is missing")
            size = tuple(int(n * f) for n, f in zip(x.shape[2:], factors, strict=True))
        places = images.asymmetric
        if linear:
            places = images.align_corners if c.raw("align_corners") else images.half_pixel
        return images.resize(c.builder, x, size, linear, places)

    return convert


def _pool(kind: str) -> Convert:
    def convert(c: Context) -> Value:
        x = c.activation()
        spatial = len(x.shape) - 2
        size = _full(c.ints("kernel_size"), spatial)
        stride = _full(c.ints("stride", size) or size, spatial)
        pads = _full(c.ints("padding", (0,)), spatial)
        if c.raw("divisor_override") is not None:
            raise InputError("another divisor than the window's size is not supported")
        if c.raw("ceil_mode", False) and any(
            (n + 2 * p - k) % s for n, p, k, s in zip(x.shape[2:], pads, size, stride, strict=True)
        ):
            raise InputError("rounding the output size up is not supported",
                             way_out="use ceil_mode=False")  # fmt: skip
        s = Sliding(stride, _full(c.ints("dilation", (1,)), spatial), pads, pads)
        counts = bool(c.raw("count_include_pad", True))
        return layers.pool(c.builder, kind, x, size, s, counts)

    return convert


def _adaptive(kind: str, reduction: str) -> Convert:
    """Pooling to a given size: over everything, or in windows that divide the input evenly."""

    def convert(c: Context) -> Value:
        x = c.activation()
        spatial = len(x.shape) - 2
        given = c.raw("output_size", [1])
        wanted = _full([given] if isinstance(given, int) else given, spatial)
        out = tuple(n if w is None else int(w) for n, w in zip(x.shape[2:], wanted, strict=True))
        if all(n == 1 for n in out):
            return shapes.reduce(c.builder, reduction, x, range(2, len(x.shape)), keep=True)
        if min(out) < 1 or any(n % w for n, w in zip(x.shape[2:], out, strict=True)):
            raise InputError("the input does not divide evenly into this size", value=out)
        size = tuple(n // w for n, w in zip(x.shape[2:], out, strict=True))
        none = (0,) * spatial
        return layers.pool(c.builder, kind, x, size, Sliding(size, (1,) * spatial, none, none))

    return convert


def _linear(c: Context) -> Value:
    return layers.dense(c.builder, c.activation("input"), c.constant("weight"), c.optional("bias"))


def _addmm(c: Context) -> Value:
    if c.number("beta", 1) != 1 or c.number("alpha", 1) != 1:
        raise InputError("alpha and beta other than 1 are not supported")
    weights = c.constant("mat2").transposed((1, 0))
    bias = c.constant("self")
    wide = np.broadcast_to(bias.real, (1, weights.shape[0])).reshape(-1).astype(np.float32)
    return layers.dense(c.builder, c.activation("mat1"), weights, Constant(wide))


def _matmul(right: str) -> Convert:
    def convert(c: Context) -> Value:
        return layers.matmul(c.builder, c.activation(), c.constant(right))

    return convert


def _batch_norm(c: Context) -> Value:
    if c.raw("training", False):
        raise InputError("it is in training mode", way_out="call model.eval() before the export")
    return layers.batch_norm(
        c.builder, c.activation("input"), c.optional("weight"), c.optional("bias"),
        c.constant("running_mean"), c.constant("running_var"), c.number("eps", 1e-5),
    )  # fmt: skip


def _softmax(c: Context) -> Value:
    return pointwise.softmax(c.builder, c.activation(), c.integer("dim", -1))


def _silu(c: Context) -> Value:
    x = c.activation()
    gate = pointwise.unary(c.builder, "logistic", x, {})
    return pointwise.binary(c.builder, "mul", x, gate)


def _hard_sigmoid(c: Context) -> Value:
    """clamp(x / 6 + 1 / 2, 0, 1)."""
    sixth, half = (Constant(np.array(v, np.float32)) for v in (1 / 6, 0.5))
    x: Value = pointwise.binary(c.builder, "mul", c.activation(), sixth)
    x = pointwise.binary(c.builder, "add", x, half)
    return pointwise.clip(c.builder, activation(x), 0.0, 1.0)


def _dropout(c: Context) -> Value:
    if c.raw("train", False):
        raise InputError("it is in training mode", way_out="call model.eval() before the export")
    found = c.value("input") or c.value("self")
    if not isinstance(found, Activation):
        raise InputError("the input must be computed, not constant")
    return found


CONVERTERS: dict[str, Convert] = {
    "aten.conv1d": _conv, "aten.conv2d": _conv, "aten.convolution": _conv,
    "aten.conv_transpose1d": _conv, "aten.conv_transpose2d": _conv,
    "aten.upsample_nearest2d": _upsample(False),
    "aten.upsample_bilinear2d": _upsample(True),
    "aten.max_pool1d": _pool("max_pool_2d"), "aten.max_pool2d": _pool("max_pool_2d"),
    "aten.max_pool2d_with_indices": _pool("max_pool_2d"),
    "aten.avg_pool1d": _pool("average_pool_2d"), "aten.avg_pool2d": _pool("average_pool_2d"),
    "aten.adaptive_avg_pool1d": _adaptive("average_pool_2d", "mean"),
    "aten.adaptive_avg_pool2d": _adaptive("average_pool_2d", "mean"),
    "aten._adaptive_avg_pool2d": _adaptive("average_pool_2d", "mean"),
    "aten.adaptive_max_pool1d": _adaptive("max_pool_2d", "reduce_max"),
    "aten.adaptive_max_pool2d": _adaptive("max_pool_2d", "reduce_max"),
    "aten.linear": _linear, "aten.addmm": _addmm, "aten.mm": _matmul("mat2"),
    "aten.matmul": _matmul("other"), "aten.batch_norm": _batch_norm,
    "aten._native_batch_norm_legit_no_training": _batch_norm, "aten.softmax": _softmax,
    "aten._softmax": _softmax, "aten.silu": _silu, "aten.hardsigmoid": _hard_sigmoid,
    "aten.dropout": _dropout, "aten.feature_dropout": _dropout,
}  # fmt: skip
