"""Ops on axes and shapes; those of constants are computed now."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np

from motekit.core.errors import InputError
from motekit.graph.importers._shared import pointwise, shapes
from motekit.graph.importers._shared.values import Constant, Value, axis_of

from .lower import Context, Convert

FAR = 1 << 62


def _constant(c: Context) -> Value:
    for name, kind in (("value_float", "f4"), ("value_int", "i8"), ("value_floats", "f4"),
                       ("value_ints", "i8")):  # fmt: skip
        if name in c.node.attrs:
            return Constant(np.array(c.node.attrs[name], kind))
    value = c.node.attrs.get("value")
    if not isinstance(value, np.ndarray):
        raise InputError("a constant without a value")
    return Constant(value)


def _ints(c: Context, i: int, name: str) -> tuple[int, ...] | None:
    """Integers that are an attribute in old opsets and an input in new ones."""
    if name in c.node.attrs:
        found: tuple[int, ...] = c.attr(name, ())
        return found
    return None if c.input(i) is None else c.constant(i, name).ints


def _reshape(c: Context) -> Value:
    value, given = c.needed(0), _ints(c, 1, "shape")
    if given is None:
        raise InputError("the shape is missing")
    if not c.attr("allowzero", 0):
        if any(n == 0 and i >= len(value.shape) for i, n in enumerate(given)):
            raise InputError("a 0 in the shape has no axis to copy", value=given)
        given = tuple(value.shape[i] if n == 0 else n for i, n in enumerate(given))
    return _reshaped(c, value, given)


def _reshaped(c: Context, value: Value, given: Sequence[int]) -> Value:
    if isinstance(value, Constant):
        return value.reshaped(shapes.target_shape(value.shape, given))
    return shapes.reshape(c.builder, value, given)


def _flatten(c: Context) -> Value:
    value = c.needed(0)
    rank = len(value.shape)
    axis = c.attr("axis", 1)
    axis = rank if axis == rank else axis_of(axis, rank)
    return _reshaped(c, value, (math.prod(value.shape[:axis]), math.prod(value.shape[axis:])))


def _transpose(c: Context) -> Value:
    value = c.needed(0)
    order = c.attr("perm", tuple(reversed(range(len(value.shape)))))
    if isinstance(value, Constant):
        return value.transposed([axis_of(a, len(value.shape)) for a in order])
    return shapes.transpose(c.builder, value, order)


def _squeeze(c: Context) -> Value:
    value, axes = c.needed(0), _ints(c, 1, "axes")
    if isinstance(value, Constant):
        picked = None if axes is None else tuple(axes)
        return value.reshaped(np.squeeze(value.data, picked).shape)
    return shapes.squeeze(c.builder, value, axes)


def _unsqueeze(c: Context) -> Value:
    value, axes = c.needed(0), _ints(c, 1, "axes")
    if axes is None:
        raise InputError("the axes are missing")
    if isinstance(value, Constant):
        return value.reshaped(np.expand_dims(value.data, tuple(axes)).shape)
    return shapes.unsqueeze(c.builder, value, axes)


def _concat(c: Context) -> Value:
    values = [c.needed(i) for i in range(len(c.node.inputs))]
    return pointwise.concat(c.builder, values, c.attr("axis", 1))


def _shape(c: Context) -> Value:
    shape = c.needed(0).shape
    end = c.attr("end", len(shape))
    return Constant(np.array(shape[slice(c.attr("start", 0), end)], np.int64))


def _gather(c: Context) -> Value:
    value, index = c.needed(0), c.constant(1, "index")
    axis = axis_of(c.attr("axis", 0), len(value.shape))
    picks = index.ints
    n = value.shape[axis]
    if any(not -n <= p < n for p in picks):
        raise InputError(f"an index is outside the {n} elements", value=picks[:5])
    if isinstance(value, Constant):
        if value.quant is not None:
            raise InputError("gathering from a quantized constant is not supported")
        return Constant(np.take(value.data, index.data.astype(np.int64), axis))
    picks = tuple(p % n for p in picks)
    steps = {b - a for a, b in itertools.pairwise(picks)}
    if len(steps) > 1 or 0 in steps or len(index.shape) > 1:
        raise InputError("gathering these elements is not supported", value=picks[:8])
    step = steps.pop() if steps else 1
    stop = picks[-1] + (1 if step > 0 else -1)
    parts = [slice(None)] * len(value.shape)
    parts[axis] = slice(picks[0], stop if stop >= 0 else None, step)
    out = shapes.cut(c.builder, value, parts)
    return out if index.shape else shapes.squeeze(c.builder, out, (axis,))


def _slice(c: Context) -> Value:
    value = c.needed(0)
    starts, ends = _ints(c, 1, "starts"), _ints(c, 2, "ends")
    if starts is None or ends is None or len(starts) != len(ends):
        raise InputError("starts and ends must be given, as many of each")
    axes = _ints(c, 3, "axes") or tuple(range(len(starts)))
    steps = _ints(c, 4, "steps") or (1,) * len(starts)
    parts = [slice(None)] * len(value.shape)
    for axis, start, end, step in zip(axes, starts, ends, steps, strict=True):
        low = None if step < 0 and end <= -FAR else end
        parts[axis_of(axis, len(value.shape))] = slice(start, low, step)
    if isinstance(value, Constant):
        if value.quant is not None and value.quant.axis is not None:
            raise InputError("slicing a constant quantized along an axis is not supported")
        return Constant(np.ascontiguousarray(value.data[tuple(parts)]), value.quant)
    return shapes.cut(c.builder, value, parts)


def _split(c: Context) -> list[Value]:
    x, count = c.activation(), len(c.node.outputs)
    axis = axis_of(c.attr("axis", 0), len(x.shape))
    sizes = _ints(c, 1, "split")
    if sizes is None:
        part = -(-x.shape[axis] // count)
        sizes = (*(part,) * (count - 1), x.shape[axis] - part * (count - 1))
    if len(sizes) != count:
        raise InputError("there must be one output a part", value=sizes)
    return list(shapes.split(c.builder, x, sizes, axis))


def _pad(c: Context) -> Value:
    x, pads = c.activation(), _ints(c, 1, "pads")
    if c.attr("mode", "constant") != "constant":
        raise InputError("only padding with a constant is supported", value=c.attr("mode", ""))
    value = c.attr("value", 0.0)
    if c.input(2) is not None:
        value = float(c.constant(2, "value").real.reshape(-1)[0])
    axes = _ints(c, 3, "axes") or tuple(range(len(x.shape)))
    if pads is None or len(pads) != 2 * len(axes) or min(pads, default=0) < 0:
        raise InputError("pads must be two counts an axis", value=pads)
    both = [(0, 0)] * len(x.shape)
    for i, axis in enumerate(axes):
        both[axis_of(axis, len(x.shape))] = (pads[i], pads[i + len(axes)])
    return shapes.pad(c.builder, x, both, value)


def _reduce(kind: str) -> Convert:
    def convert(c: Context) -> Value:
        x, axes = c.activation(), _ints(c, 1, "axes")
        if not axes and c.attr("noop_with_empty_axes", 0):
            return x
        over = axes or tuple(range(len(x.shape)))
        return shapes.reduce(c.builder, kind, x, over, bool(c.attr("keepdims", 1)))

    return convert


CONVERTERS: dict[str, Convert] = {
    "Constant": _constant, "Reshape": _reshape, "Flatten": _flatten, "Transpose": _transpose,
    "Squeeze": _squeeze, "Unsqueeze": _unsqueeze, "Concat": _concat, "Shape": _shape,
    "Gather": _gather, "Slice": _slice, "Split": _split, "Pad": _pad,
    "ReduceMean": _reduce("mean"), "ReduceMax": _reduce("reduce_max"),
    "ReduceMin": _reduce("reduce_min"), "ReduceSum": _reduce("sum"),
}  # fmt: skip
