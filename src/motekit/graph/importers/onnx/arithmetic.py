"""Elementwise ops."""

from __future__ import annotations

import numpy as np

from motekit.core.errors import InputError
from motekit.graph.importers._shared import pointwise
from motekit.graph.importers._shared.values import Constant, Value, activation

from .lower import Context, Convert

INFINITE = 3.5e38


def _binary(kind: str) -> Convert:
    def convert(c: Context) -> Value:
        left, right = c.needed(0), c.needed(1)
        if c.opset < 7 and c.attr("broadcast", 0) and isinstance(right, Constant):
            right = _old_broadcast(c, left, right)
        for value in (left, right):
            if isinstance(value, Constant) and value.data.dtype.kind not in "fiu":
                raise InputError("only numbers can be added or multiplied")
        if isinstance(left, Constant) and isinstance(right, Constant):
            return pointwise.binary(c.builder, kind, left, right)
        return pointwise.binary(c.builder, kind, _real(left), _real(right))

    return convert


def _real(value: Value) -> Value:
    """A constant operand as float32, unless it is stored as int8."""
    if isinstance(value, Constant) and value.quant is None:
        return Constant(value.data.astype(np.float32))
    return value


def _old_broadcast(c: Context, left: Value, right: Constant) -> Constant:
    """Before opset 7 the right side is aligned at an axis of the left one."""
    axis = c.attr("axis", len(left.shape) - len(right.shape))
    behind = len(left.shape) - axis - len(right.shape)
    if axis < 0 or behind < 0:
        return right
    return right.reshaped((*right.shape, *(1,) * behind))


def _sub(c: Context) -> Value:
    left, right = c.needed(0), c.needed(1)
    if isinstance(right, Constant) and not isinstance(left, Constant):
        return pointwise.binary(c.builder, "add", left, Constant(-right.real.astype(np.float32)))
    return pointwise.binary(c.builder, "sub", _real(left), _real(right))


def _div(c: Context) -> Value:
    left, right = c.needed(0), c.needed(1)
    if not isinstance(right, Constant):
        raise InputError("division by a computed value is not supported")
    if isinstance(left, Constant):
        whole = left.data.dtype.kind in "iu" and right.data.dtype.kind in "iu"
        with np.errstate(all="ignore"):
            out = left.real / right.real
        return Constant((np.trunc(out) if whole else out).astype(left.data.dtype))
    if not np.all(right.real):
        raise InputError("division by zero")
    return pointwise.binary(c.builder, "mul", left, Constant((1 / right.real).astype(np.float32)))


def _unary(kind: str) -> Convert:
    def convert(c: Context) -> Value:
        return pointwise.unary(c.builder, kind, c.activation(), {})

    return convert


def _abs(c: Context) -> Value:
    return pointwise.unary(c.builder, "abs", c.activation(), {"rounding": "double"})


def _relu(c: Context) -> Value:
    return pointwise.relu(c.builder, c.activation(), 0.0)


def _leaky_relu(c: Context) -> Value:
    alpha = c.attr("alpha", 0.01)
    if not 0 <= alpha < 1e6:
        raise InputError("alpha must be 0 or a positive number", value=alpha)
    attrs = {"alpha": alpha, "rounding": "double"}
    return pointwise.unary(c.builder, "leaky_relu", c.activation(), attrs)


def _prelu(c: Context) -> Value:
    return pointwise.prelu(c.builder, c.activation(), c.constant(1, "slope"))


def _clip(c: Context) -> Value:
    bounds = []
    for i, (name, default) in enumerate((("min", -INFINITE), ("max", INFINITE)), 1):
        value = c.input(i)
        if value is not None:
            bounds.append(float(c.constant(i, name).real.reshape(-1)[0]))
        else:
            bounds.append(c.attr(name, default))
    return pointwise.clip(c.builder, c.activation(), bounds[0], bounds[1])


def _hard_sigmoid(c: Context) -> Value:
    """clamp(alpha · x + beta, 0, 1)."""
    alpha, beta = c.attr("alpha", 0.2), c.attr("beta", 0.5)
    x = pointwise.binary(c.builder, "mul", c.activation(), Constant(np.array(alpha, np.float32)))
    x = pointwise.binary(c.builder, "add", x, Constant(np.array(beta, np.float32)))
    return pointwise.clip(c.builder, activation(x), 0.0, 1.0)


def _sum(c: Context) -> Value:
    total = c.needed(0)
    for i in range(1, len(c.node.inputs)):
        total = pointwise.binary(c.builder, "add", total, c.needed(i))
    return total


def _fold(kind: str) -> Convert:
    """maximum or minimum of any number of values."""

    def convert(c: Context) -> Value:
        value = c.needed(0)
        for i in range(1, len(c.node.inputs)):
            value = pointwise.binary(c.builder, kind, value, c.needed(i))
        return value

    return convert


def _same(c: Context) -> Value:
    return c.needed(0)


def _cast(c: Context) -> Value:
    value, to = c.needed(0), c.attr("to", 1)
    if isinstance(value, Constant):
        kinds = {1: "f4", 6: "i4", 7: "i8", 9: "?", 10: "f4", 11: "f4"}
        if to not in kinds or value.quant is not None:
            raise InputError("this cast of a constant is not supported", value=to)
        return Constant(value.data.astype(kinds[to]))
    if to not in (1, 10, 11):
        raise InputError("a cast to integers is not supported", value=to)
    return value


CONVERTERS: dict[str, Convert] = {
    "Add": _binary("add"), "Mul": _binary("mul"), "Sub": _sub, "Div": _div, "Sum": _sum,
    "Max": _fold("maximum"), "Min": _fold("minimum"),
    "Relu": _relu, "LeakyRelu": _leaky_relu, "PRelu": _prelu, "Clip": _clip,
    "Abs": _abs, "Sigmoid": _unary("logistic"), "Tanh": _unary("tanh"),
    "HardSwish": _unary("hard_swish"),
    "HardSigmoid": _hard_sigmoid, "Identity": _same, "Dropout": _same, "Cast": _cast,
}  # fmt: skip
