"""QuantizeLinear and its inverse, and the ops that compute on stored integers.

The integers of a source are not kept as such: a tensor is marked with its quantization, and all
else is as in a float model. uint8 becomes int8 by moving the zero point, which changes nothing.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from motekit.core.errors import InputError
from motekit.core.tensors import QuantParams
from motekit.graph.importers._shared import layers, pointwise, shapes
from motekit.graph.importers._shared.values import Activation, Constant, Value, axis_of

from .layers import CONVERTERS as LAYERS
from .layers import sliding
from .lower import Context, Convert


def params(
    c: Context, scale_at: int, zero_at: int, rank: int
) -> tuple[QuantParams, np.dtype[np.generic]]:
    """(quantization, stored type) from the constant inputs scale and zero point."""
    if c.attr("block_size", 0):
        raise InputError("quantization in blocks is not supported", value=c.attr("block_size", 0))
    scales = c.constant(scale_at, "scale").real.reshape(-1)
    if any(not math.isfinite(s) or s <= 0 for s in scales):
        raise InputError("a scale must be a positive number", value=scales[:3].tolist())
    zeros = np.zeros(len(scales), np.uint8)
    if c.input(zero_at) is not None:
        given = c.constant(zero_at, "zero point")
        if given.quant is not None or given.data.size != len(scales):
            raise InputError("scales and zero points differ in number")
        zeros = given.data.reshape(-1)  # type: ignore[assignment]
    if zeros.dtype not in (np.int8, np.uint8, np.int32):
        raise InputError("only 8-bit quantization is supported", value=str(zeros.dtype))
    axis = None
    if len(scales) > 1:
        axis = axis_of(c.attr("axis", 1), rank)
    move = 128 if zeros.dtype == np.uint8 else 0
    points = tuple(int(z) - move for z in zeros)
    exact = tuple(float(np.float32(s)) for s in scales)
    return QuantParams(exact, points, axis), zeros.dtype


def _quantize(c: Context) -> Value:
    value = c.needed(0)
    quant, dtype = params(c, 1, 2, len(value.shape))
    if isinstance(value, Constant):
        if not np.isfinite(value.real).all():
            raise InputError("a constant is not a finite number")
        low, high = (-128, 127) if dtype != np.int32 else (-(2**31), 2**31 - 1)
        scale, zero = (_along(v, quant.axis, value.shape) for v in (quant.scale, quant.zero_point))
        ints = np.clip(np.rint(value.real / scale) + zero, low, high)
        return Constant(ints.astype(np.int8 if dtype != np.int32 else np.int32), quant)
    if quant.axis is not None or dtype == np.int32:
        raise InputError("activations must be quantized per tensor, to 8 bits")
    return c.builder.annotate(value, quant)


def _along(
    values: tuple[float, ...], axis: int | None, shape: tuple[int, ...]
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    wide = [1] * len(shape)
    if axis is not None:
        if shape[axis] != len(values):
            raise InputError("the number of scales is not the size of the axis", value=len(values))
        wide[axis] = len(values)
    return np.array(values, np.float64).reshape(wide if axis is not None else ())


def _dequantize(c: Context) -> Value:
    value = c.needed(0)
    quant, _ = params(c, 1, 2, len(value.shape))
    return stored(value, quant)


def stored(value: Value, quant: QuantParams) -> Value:
    """A value of stored integers: constants get their quantization, computed ones have it."""
    if isinstance(value, Activation):
        return value
    if value.quant is not None:
        return value
    data = value.data
    if data.dtype == np.uint8:
        data = (data.astype(np.int16) - 128).astype(np.int8)
    if data.dtype not in (np.int8, np.int32):
        raise InputError("only 8-bit quantization is supported", value=str(data.dtype))
    _along(quant.scale, quant.axis, data.shape)
    if data.dtype == np.int32 or any(quant.zero_point):
        # Biases, and weights that are not symmetric, go on as real numbers.
        return Constant(Constant(data, quant).real.astype(np.float32))
    return Constant(data, quant)


def _operand(c: Context, at: int, axis: int | None = None) -> Value:
    """Inputs at, at + 1, at + 2: stored integers, scale, zero point."""
    value = c.needed(at)
    quant, dtype = params(c, at + 1, at + 2, len(value.shape))
    if quant.axis is not None and axis is not None:
        quant = replace(quant, axis=axis)
    if isinstance(value, Constant) and value.data.dtype != dtype:
        raise InputError("the operand and its zero point differ in type", value=str(dtype))
    return stored(value, quant)


def _rounded(c: Context, value: Value, at: int) -> Value:
    """Mark a result with the scale and zero point at inputs `at` and `at` + 1."""
    quant, _ = params(c, at, at + 1, len(value.shape))
    return c.builder.annotate(value, quant)


def _computed(value: Value) -> Activation:
    if isinstance(value, Constant):
        raise InputError("the input must be computed, not constant")
    return value


def _weights(value: Value) -> Constant:
    if not isinstance(value, Constant):
        raise InputError("the weights must be constant")
    return value


def _conv(c: Context) -> Value:
    x, w = _computed(_operand(c, 0)), _weights(_operand(c, 3, axis=0))
    bias = None
    if c.input(8) is not None:
        scale, _ = params(c, 1, 2, len(x.shape))
        factors = np.array(scale.scale) * (w.quant.scale if w.quant is not None else _scale(c, 4))
        bias = Constant((c.constant(8, "bias").real * factors).astype(np.float32))
    s = sliding(c, len(x.shape) - 2)
    out = layers.conv(c.builder, x, w, bias, s, c.attr("group", 1))
    return _rounded(c, out, 6)


def _scale(c: Context, at: int) -> tuple[float, ...]:
    return tuple(float(v) for v in c.constant(at, "scale").real.reshape(-1))


def _matmul(c: Context) -> Value:
    x, right = _computed(_operand(c, 0)), _weights(_operand(c, 3, axis=1))
    return _rounded(c, layers.matmul(c.builder, x, right), 6)


def _gemm(c: Context) -> Value:
    if c.attr("alpha", 1.0) != 1.0 or c.attr("transA", 0):
        raise InputError("alpha and a transposed left side are not supported")
    transposed = bool(c.attr("transB", 0))
    x = _computed(_operand(c, 0))
    right = _weights(_operand(c, 3, axis=0 if transposed else 1))
    weights = right if transposed else right.transposed((1, 0))
    bias = None
    if c.input(6) is not None:
        factors = np.array(_scale(c, 1)) * np.array(_scale(c, 4))
        bias = Constant((c.constant(6, "bias").real.reshape(-1) * factors).astype(np.float32))
    out = layers.dense(c.builder, x, weights, bias)
    return out if c.input(7) is None else _rounded(c, out, 7)


def _binary(kind: str) -> Convert:
    def convert(c: Context) -> Value:
        return _rounded(c, pointwise.binary(c.builder, kind, _operand(c, 0), _operand(c, 3)), 6)

    return convert


def _unary(kind: str) -> Convert:
    def convert(c: Context) -> Value:
        return _rounded(c, pointwise.unary(c.builder, kind, _computed(_operand(c, 0)), {}), 3)

    return convert


def _leaky_relu(c: Context) -> Value:
    attrs = {"alpha": c.attr("alpha", 0.01), "rounding": "double"}
    x = _computed(_operand(c, 0))
    return _rounded(c, pointwise.unary(c.builder, "leaky_relu", x, attrs), 3)


def _softmax(c: Context) -> Value:
    return _rounded(
        c, pointwise.softmax(c.builder, _computed(_operand(c, 0)), c.attr("axis", -1)), 3
    )


def _average_pool(c: Context) -> Value:
    _operand(c, 0)
    out = LAYERS["AveragePool"](c)
    assert not isinstance(out, list)
    return _rounded(c, out, 3)


def _global_average_pool(c: Context) -> Value:
    if c.attr("channels_last", 0):
        raise InputError("channels_last is not supported")
    x = _computed(_operand(c, 0))
    out = shapes.reduce(c.builder, "mean", x, range(2, len(x.shape)), keep=True)
    return _rounded(c, out, 3)


def _concat(c: Context) -> Value:
    values = []
    for at in range(2, len(c.node.inputs), 3):
        values.append(_operand(c, at))
    quant, _ = params(c, 0, 1, 1)
    return c.builder.annotate(pointwise.concat(c.builder, values, c.attr("axis", 1)), quant)


CONVERTERS: dict[str, Convert] = {
    "QuantizeLinear": _quantize, "DequantizeLinear": _dequantize, "QLinearConv": _conv,
    "QLinearMatMul": _matmul, "QGemm": _gemm, "QLinearAdd": _binary("add"),
    "QLinearMul": _binary("mul"), "QLinearSigmoid": _unary("logistic"),
    "QLinearLeakyRelu": _leaky_relu, "QLinearSoftmax": _softmax,
    "QLinearAveragePool": _average_pool, "QLinearGlobalAveragePool": _global_average_pool,
    "QLinearConcat": _concat,
}  # fmt: skip
