"""Ops on axes and shapes; those of constants are computed now."""

from __future__ import annotations

import math

import numpy as np

from motekit.core.errors import InputError
from motekit.graph.importers._shared import pointwise, shapes
from motekit.graph.importers._shared.values import Constant, Value, axis_of

from .lower import Context, Convert
from .program import Name

FAR = 1 << 62


def _self(c: Context) -> Value:
    found = c.value("self") if "self" in c.node.args else c.value("input")
    if found is None:
        raise InputError("the input is missing")
    return found


def _view(name: str) -> Convert:
    def convert(c: Context) -> Value:
        value, shape = _self(c), c.ints(name)
        if isinstance(value, Constant):
            return value.reshaped(shapes.target_shape(value.shape, shape))
        return shapes.reshape(c.builder, value, shape)

    return convert


def _flatten(c: Context) -> Value:
    x = c.activation()
    rank = len(x.shape)
    first, last = (axis_of(c.integer(n, d), rank) for n, d in (("start_dim", 0), ("end_dim", -1)))
    middle = math.prod(x.shape[first : last + 1])
    return shapes.reshape(c.builder, x, (*x.shape[:first], middle, *x.shape[last + 1 :]))


def _permuted(c: Context, order: list[int]) -> Value:
    value = _self(c)
    if isinstance(value, Constant):
        return value.transposed([axis_of(a, len(value.shape)) for a in order])
    return shapes.transpose(c.builder, value, order)


def _permute(c: Context) -> Value:
    return _permuted(c, list(c.ints("dims")))


def _transpose(c: Context) -> Value:
    rank = len(_self(c).shape)
    a, b = (axis_of(c.integer(n, 0), rank) for n in ("dim0", "dim1"))
    order = list(range(rank))
    order[a], order[b] = b, a
    return _permuted(c, order)


def _t(c: Context) -> Value:
    return _permuted(c, list(reversed(range(len(_self(c).shape)))))


def _squeeze(c: Context) -> Value:
    x = c.activation()
    given = c.raw("dim")
    if given is None:
        return shapes.squeeze(c.builder, x, None)
    axes = [axis_of(a, len(x.shape)) for a in c.ints("dim")]
    return shapes.squeeze(c.builder, x, [a for a in axes if x.shape[a] == 1])


def _unsqueeze(c: Context) -> Value:
    value, axis = _self(c), c.integer("dim", 0)
    if isinstance(value, Constant):
        return value.reshaped(np.expand_dims(value.data, axis).shape)
    return shapes.unsqueeze(c.builder, value, (axis,))


def _tensors(c: Context) -> list[Value]:
    return [c.values[n.name] for n in c.raw("tensors", []) if isinstance(n, Name)]


def _cat(c: Context) -> Value:
    return pointwise.concat(c.builder, _tensors(c), c.integer("dim", 0))


def _stack(c: Context) -> Value:
    axis = c.integer("dim", 0)
    parts: list[Value] = []
    for value in _tensors(c):
        if isinstance(value, Constant):
            parts.append(value.reshaped(np.expand_dims(value.data, axis).shape))
        else:
            parts.append(shapes.unsqueeze(c.builder, value, (axis,)))
    return pointwise.concat(c.builder, parts, axis)


def _slice(c: Context) -> Value:
    x = c.activation()
    axis = axis_of(c.integer("dim", 0), len(x.shape))
    parts = [slice(None)] * len(x.shape)
    parts[axis] = slice(c.raw("start"), c.raw("end"), c.integer("step", 1))
    return shapes.cut(c.builder, x, parts)


def _select(c: Context) -> Value:
    x = c.activation()
    axis = axis_of(c.integer("dim", 0), len(x.shape))
    at = axis_of(c.integer("index", 0), x.shape[axis])
    parts = [slice(None)] * len(x.shape)
    parts[axis] = slice(at, at + 1)
    return shapes.squeeze(c.builder, shapes.cut(c.builder, x, parts), (axis,))


def _split(c: Context) -> list[Value]:
    x = c.activation()
    axis = axis_of(c.integer("dim", 0), len(x.shape))
    sizes = c.ints("split_sizes") or c.ints("split_size")
    if len(sizes) == 1 and sizes[0] > 0:
        whole, rest = divmod(x.shape[axis], sizes[0])
        sizes = (sizes[0],) * whole + ((rest,) if rest else ())
    return list(shapes.split(c.builder, x, sizes, axis))


def _chunk(c: Context) -> list[Value]:
    x, count = c.activation(), c.integer("chunks", 1)
    axis = axis_of(c.integer("dim", 0), len(x.shape))
    part = -(-x.shape[axis] // max(count, 1))
    whole, rest = divmod(x.shape[axis], max(part, 1))
    sizes = (part,) * whole + ((rest,) if rest else ())
    return list(shapes.split(c.builder, x, sizes, axis))


def _pad(c: Context) -> Value:
    x, pads = c.activation(), c.ints("pad")
    if c.raw("mode", "constant") != "constant":
        raise InputError("only padding with a constant is supported", value=c.raw("mode"))
    if len(pads) % 2 or len(pads) > 2 * len(x.shape) or min(pads, default=0) < 0:
        raise InputError("pads must be two counts an axis", value=pads)
    both = [(0, 0)] * len(x.shape)
    for i in range(len(pads) // 2):  # the last axis comes first
        both[len(x.shape) - 1 - i] = (pads[2 * i], pads[2 * i + 1])
    return shapes.pad(c.builder, x, both, c.number("value", 0))


def _reduce(kind: str) -> Convert:
    def convert(c: Context) -> Value:
        x = c.activation()
        axes = c.ints("dim") or tuple(range(len(x.shape)))
        return shapes.reduce(c.builder, kind, x, axes, bool(c.raw("keepdim", False)))

    return convert


def _to(c: Context) -> Value:
    dtype = c.raw("dtype")
    if dtype is not None and dtype not in (6, 7, 8):
        raise InputError("a cast to integers is not supported", value=dtype)
    return _self(c)


CONVERTERS: dict[str, Convert] = {
    "aten.view": _view("size"), "aten._unsafe_view": _view("size"),
    "aten.reshape": _view("shape"), "aten.flatten": _flatten, "aten.permute": _permute,
    "aten.transpose": _transpose, "aten.t": _t, "aten.squeeze": _squeeze,
    "aten.unsqueeze": _unsqueeze, "aten.cat": _cat, "aten.concat": _cat, "aten.stack": _stack,
    "aten.slice": _slice, "aten.select": _select, "aten.split": _split,
    "aten.split_with_sizes": _split, "aten.chunk": _chunk, "aten.constant_pad_nd": _pad,
    "aten.pad": _pad, "aten.mean": _reduce("mean"), "aten.amax": _reduce("reduce_max"),
    "aten.amin": _reduce("reduce_min"), "aten.sum": _reduce("sum"), "aten.contiguous": _self,
    "aten.clone": _self, "aten.alias": _self, "aten.detach": _self, "aten.to": _to,
    "aten._to_copy": _to, "aten.lift_fresh_copy": _self,
}  # fmt: skip
