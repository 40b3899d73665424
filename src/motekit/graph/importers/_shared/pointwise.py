"""Elementwise ops, softmax and concatenation, in whatever layout their inputs lie."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from motekit.core.errors import InputError

from .builder import Builder
from .values import (
    Activation,
    Constant,
    Layout,
    Value,
    activation,
    axis_of,
    plain_layout,
    size_of,
)  # fmt: skip

PLAIN = {"activation": "none", "rounding": "double"}
BINARY: dict[str, Mapping[str, Any]] = {
    "maximum": {}, "minimum": {}, "prelu": {"rounding": "double"},
}  # fmt: skip
FOLDS: dict[str, Callable[..., Any]] = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "maximum": np.maximum,
    "minimum": np.minimum,
}  # fmt: skip


def unary(b: Builder, kind: str, x: Activation, attrs: Mapping[str, Any]) -> Activation:
    """An op of one value that does not care for axes."""
    (name,) = b.emit(kind, (x.name,), attrs)
    return replace(x, name=name)


def relu(b: Builder, x: Activation, *bounds: float) -> Activation:
    """Clamped from below, and perhaps from above."""
    return unary(b, "relu", x, {"bounds": bounds, "rounding": "double"})


def clip(b: Builder, x: Activation, low: float, high: float) -> Activation:
    """Clamped to [low, high]; either may be infinite."""
    if math.isnan(low) or math.isnan(high):
        raise InputError("a bound is not a number")
    if (low, high) in ((0.0, 6.0), (-1.0, 1.0), (0.0, 1.0)):
        return relu(b, x, low, high)
    if low == 0.0 and high >= 1e30:
        return relu(b, x, 0.0)
    for kind, bound in (("maximum", low), ("minimum", high)):
        if abs(bound) < 1e30:
            x = activation(binary(b, kind, x, Constant(np.array(bound, np.float32))))
    return x


def binary(b: Builder, kind: str, left: Value, right: Value) -> Value:
    """An op of two values that broadcast."""
    if isinstance(left, Constant) and isinstance(right, Constant):
        if kind not in FOLDS:
            raise InputError(f"{kind} of two constants is not supported")
        with np.errstate(all="ignore"):
            return Constant(np.asarray(FOLDS[kind](left.data, right.data)))
    try:
        shape = np.broadcast_shapes(left.shape, right.shape)
    except ValueError:
        raise InputError("the shapes do not broadcast", value=(left.shape, right.shape)) from None
    lead = max((v for v in (left, right) if isinstance(v, Activation)), key=_leading)
    lead = b.settled(lead)
    rank = len(shape)
    layout = lead.layout if len(lead.shape) == rank else plain_layout(rank)
    if any(a not in layout and shape[a] != 1 for a in range(rank)):
        layout = plain_layout(rank)
    names = [_operand(b, v, rank, layout) for v in (left, right)]
    attrs = BINARY.get(kind, PLAIN)
    (name,) = b.emit(kind, names, attrs)
    wanted = tuple(size_of(a, shape) for a in layout)
    return Activation(name if b.shape(name) == wanted else b.reshape(name, wanted), shape, layout)


def _leading(value: Activation) -> tuple[int, int, bool]:
    """Which operand's layout the result has: the larger one's, and of two alike one that is not
    the source's own, for that is where the next layer wants it."""
    plain = value.layout == plain_layout(len(value.shape))
    return len(value.shape), math.prod(value.shape), not plain


def prelu(b: Builder, x: Activation, slope: Constant) -> Value:
    """x where it is positive, else times a slope that broadcasts to it."""
    if np.broadcast_shapes(x.shape, slope.shape) != x.shape:
        raise InputError("the slope must broadcast to the input", value=(x.shape, slope.shape))
    return binary(b, "prelu", x, Constant(slope.real.astype(np.float32)))


def _operand(b: Builder, value: Value, rank: int, layout: Layout) -> str:
    if isinstance(value, Constant):
        return b.constant_in(value, rank, layout)
    value = b.settled(value)
    ahead = rank - len(value.shape)
    mine = tuple(None if a is None or a < ahead else a - ahead for a in layout)
    return b.arranged(value, mine)


def softmax(b: Builder, x: Activation, axis: int) -> Activation:
    """Softmax along one axis, which moves to the end if it is not there."""
    x = b.settled(x)
    rank = len(x.shape)
    axis = axis_of(axis, rank)
    if x.layout[-1:] != (axis,):
        behind = [a for a in x.layout[x.layout.index(axis) + 1 :]] if axis in x.layout else [0]
        rest = [a for a in range(rank) if a != axis]
        layout: Layout = (*rest, axis)
        if all(size_of(a, x.shape) == 1 for a in behind) and axis in x.layout:
            layout = (*(a for a in x.layout if a != axis), axis)
        x = b.last(x, layout)
    return unary(b, "softmax", x, {"beta": 1.0})


def concat(b: Builder, values: Sequence[Value], axis: int) -> Value:
    """Values one after the other."""
    if not values:
        raise InputError("nothing to join")
    if all(isinstance(v, Constant) for v in values):
        return Constant(np.concatenate([v.data for v in values if isinstance(v, Constant)], axis))
    lead = b.settled(next(v for v in values if isinstance(v, Activation)))
    rank = len(lead.shape)
    axis = axis_of(axis, rank)
    layout = lead.layout if all(a in lead.layout for a in range(rank)) else plain_layout(rank)
    for v in values:
        if len(v.shape) != rank:
            raise InputError("the values differ in rank", value=(lead.shape, v.shape))
    names = [_operand(b, v, rank, layout) for v in values]
    (name,) = b.emit("concatenation", names, {"axis": layout.index(axis)})
    total = sum(v.shape[axis] for v in values)
    return Activation(name, (*lead.shape[:axis], total, *lead.shape[axis + 1 :]), layout)
