"""Elementwise ops."""

from __future__ import annotations

import numpy as np

from motekit.core.errors import InputError
from motekit.graph.importers._shared import pointwise
from motekit.graph.importers._shared.values import Constant, Value

from .lower import Context, Convert

INFINITE = 3.5e38


def _operand(c: Context, name: str) -> Value:
    """A tensor or a number."""
    found = c.value(name)
    if found is None:
        return Constant(np.array(c.number(name, float("nan")), np.float32))
    if isinstance(found, Constant) and found.quant is None:
        return Constant(found.data.astype(np.float32))
    return found


def _scaled(value: Value, factor: float) -> Value:
    """A constant times `factor`; computed values only by 1."""
    if factor == 1:
        return value
    if not isinstance(value, Constant):
        raise InputError("alpha other than 1 is not supported", value=factor)
    return Constant((value.real * factor).astype(np.float32))


def _add(c: Context) -> Value:
    other = _scaled(_operand(c, "other"), c.number("alpha", 1))
    return pointwise.binary(c.builder, "add", _operand(c, "self"), other)


def _sub(c: Context) -> Value:
    left, right = _operand(c, "self"), _scaled(_operand(c, "other"), c.number("alpha", 1))
    if isinstance(right, Constant):
        return pointwise.binary(c.builder, "add", left, _scaled(right, -1))
    return pointwise.binary(c.builder, "sub", left, right)


def _rsub(c: Context) -> Value:
    mine = _scaled(_operand(c, "self"), c.number("alpha", 1))
    return pointwise.binary(c.builder, "sub", _operand(c, "other"), mine)


def _binary(kind: str) -> Convert:
    def convert(c: Context) -> Value:
        return pointwise.binary(c.builder, kind, _operand(c, "self"), _operand(c, "other"))

    return convert


def _div(c: Context) -> Value:
    right = _operand(c, "other")
    if not isinstance(right, Constant) or c.raw("rounding_mode") is not None:
        raise InputError("only plain division by a constant is supported")
    if not np.all(right.real):
        raise InputError("division by zero")
    inverse = Constant((1 / right.real).astype(np.float32))
    return pointwise.binary(c.builder, "mul", _operand(c, "self"), inverse)


def _unary(kind: str) -> Convert:
    def convert(c: Context) -> Value:
        return pointwise.unary(c.builder, kind, c.activation(), {})

    return convert


def _abs(c: Context) -> Value:
    return pointwise.unary(c.builder, "abs", c.activation(), {"rounding": "double"})


def _relu(c: Context) -> Value:
    return pointwise.relu(c.builder, c.activation(), 0.0)


def _relu6(c: Context) -> Value:
    return pointwise.relu(c.builder, c.activation(), 0.0, 6.0)


def _clamp(low: str, high: str, default_low: float, default_high: float) -> Convert:
    def convert(c: Context) -> Value:
        bounds = (c.number(low, default_low), c.number(high, default_high))
        return pointwise.clip(c.builder, c.activation(), *bounds)

    return convert


def _leaky_relu(c: Context) -> Value:
    alpha = c.number("negative_slope", 0.01)
    if not 0 <= alpha < 1e6:
        raise InputError("the slope must be 0 or a positive number", value=alpha)
    attrs = {"alpha": alpha, "rounding": "double"}
    return pointwise.unary(c.builder, "leaky_relu", c.activation(), attrs)


def _prelu(c: Context) -> Value:
    x, slope = c.activation(), c.constant("weight")
    wide = slope.reshaped((-1, *(1,) * (len(x.shape) - 2))) if slope.data.size > 1 else slope
    return pointwise.prelu(c.builder, x, wide)


CONVERTERS: dict[str, Convert] = {
    "aten.add": _add, "aten.sub": _sub, "aten.rsub": _rsub, "aten.mul": _binary("mul"),
    "aten.div": _div, "aten.maximum": _binary("maximum"), "aten.minimum": _binary("minimum"),
    "aten.abs": _abs, "aten.relu": _relu, "aten.relu6": _relu6, "aten.sigmoid": _unary("logistic"),
    "aten.tanh": _unary("tanh"), "aten.hardswish": _unary("hard_swish"),
    "aten.hardtanh": _clamp("min_val", "max_val", -1.0, 1.0),
    "aten.clamp": _clamp("min", "max", -INFINITE, INFINITE),
    "aten.clamp_min": _clamp("min", "max", -INFINITE, INFINITE),
    "aten.clamp_max": _clamp("min", "max", -INFINITE, INFINITE),
    "aten.leaky_relu": _leaky_relu, "aten.prelu": _prelu, "aten._prelu_kernel": _prelu,
}  # fmt: skip
