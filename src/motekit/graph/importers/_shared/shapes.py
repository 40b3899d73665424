"""Ops that move, cut, pad or reduce axes. Transposing and squeezing cost nothing: only the view
of the tensor changes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from motekit.core.errors import InputError

from .builder import Builder
from .values import Activation, Shape, axis_of, plain_layout


def target_shape(before: Shape, given: Sequence[int]) -> Shape:
    """A shape with a −1 filled in. Raises InputError if it does not fit."""
    size, shape = math.prod(before), tuple(int(n) for n in given)
    if shape.count(-1) > 1 or any(n < -1 for n in shape):
        raise InputError("a shape has at most one -1", value=shape)
    if -1 in shape:
        rest = math.prod(n for n in shape if n != -1)
        if rest == 0 or size % rest:
            raise InputError(f"{size} values do not fit this shape", value=shape)
        shape = tuple(size // rest if n == -1 else n for n in shape)
    if math.prod(shape) != size:
        raise InputError(f"{size} values do not fit this shape", value=shape)
    return shape


def reshape(b: Builder, x: Activation, given: Sequence[int]) -> Activation:
    """Another shape. Flattening behind axis 0 is put off: a dense layer can sort its weights."""
    shape = target_shape(x.shape, given)
    if shape == x.shape:
        return x
    inner = x.flat if x.flat is not None else x.shape
    if len(shape) == 2 and inner[:1] == shape[:1] and len(inner) > 2:
        return Activation(x.name, shape, x.layout, inner)
    name = b.plain(Activation(x.name, inner, x.layout))
    return Activation(b.reshape(name, shape), shape, plain_layout(len(shape)))


def transpose(b: Builder, x: Activation, order: Sequence[int]) -> Activation:
    """Axes in another order: output axis i is input axis order[i]."""
    x = b.settled(x)
    order = [axis_of(int(a), len(x.shape)) for a in order]
    if sorted(order) != list(range(len(x.shape))):
        raise InputError("the order must name every axis once", value=tuple(order))
    layout = tuple(None if a is None else order.index(a) for a in x.layout)
    return Activation(x.name, tuple(x.shape[a] for a in order), layout)


def squeeze(b: Builder, x: Activation, axes: Sequence[int] | None) -> Activation:
    """Without some axes of size 1, or all of them."""
    x = b.settled(x)
    rank = len(x.shape)
    gone = {axis_of(a, rank) for a in axes} if axes is not None else set(range(rank))
    gone = {a for a in gone if x.shape[a] == 1 or axes is not None}
    if any(x.shape[a] != 1 for a in gone):
        raise InputError("only axes of size 1 can go", value=x.shape)
    return _without(x, gone)


def _without(x: Activation, gone: set[int]) -> Activation:
    left = [a for a in range(len(x.shape)) if a not in gone]
    layout = tuple(None if a is None or a in gone else left.index(a) for a in x.layout)
    return Activation(x.name, tuple(x.shape[a] for a in left), layout)


def unsqueeze(b: Builder, x: Activation, axes: Sequence[int]) -> Activation:
    """With new axes of size 1 at these places of the result."""
    x = b.settled(x)
    rank = len(x.shape) + len(axes)
    new = {axis_of(a, rank) for a in axes}
    if len(new) != len(axes):
        raise InputError("an axis is named twice", value=tuple(axes))
    old = [a for a in range(rank) if a not in new]
    shape = tuple(1 if a in new else x.shape[old.index(a)] for a in range(rank))
    return Activation(x.name, shape, tuple(None if a is None else old[a] for a in x.layout))


def reduce(b: Builder, kind: str, x: Activation, axes: Sequence[int], keep: bool) -> Activation:
    """mean, reduce_max, reduce_min or sum over axes."""
    x = b.settled(x)
    gone = {axis_of(a, len(x.shape)) for a in axes}
    real = tuple(j for j, a in enumerate(x.layout) if a in gone)
    if any(a not in x.layout and x.shape[a] != 1 for a in gone) or not gone:
        raise InputError("no axis to reduce over")
    attrs = {"axes": real, "keep_dims": True}
    if kind in ("mean", "sum"):
        attrs["rounding"] = "double"
    name = b.emit(kind, (x.name,), attrs)[0] if real else x.name
    kept = Activation(name, tuple(1 if a in gone else n for a, n in enumerate(x.shape)), x.layout)
    return kept if keep else _without(kept, gone)


def pad(b: Builder, x: Activation, pads: Sequence[tuple[int, int]], value: float) -> Activation:
    """(before, after) elements of `value` at every axis."""
    x = b.settled(x)
    if len(pads) != len(x.shape):
        raise InputError("pads need two numbers an axis", value=tuple(pads))
    if all(p == (0, 0) for p in pads):
        return x
    if value != 0:
        raise InputError("padding with other values than 0 is not supported", value=value)
    if any(a not in x.layout and pads[a] != (0, 0) for a in range(len(x.shape))):
        x = b.last(x, plain_layout(len(x.shape)))
    mine = tuple((0, 0) if a is None else pads[a] for a in x.layout)
    (name,) = b.emit("pad", (x.name,), {"paddings": mine, "value": 0})
    shape = tuple(n + p[0] + p[1] for n, p in zip(x.shape, pads, strict=True))
    return Activation(name, shape, x.layout)


def cut(b: Builder, x: Activation, parts: Sequence[slice]) -> Activation:
    """A regular part; one Python slice an axis."""
    x = b.settled(x)
    spans = [range(n)[s] for n, s in zip(x.shape, parts, strict=True)]
    shape = tuple(len(s) for s in spans)
    if shape == x.shape and all(s.step == 1 for s in spans):
        return x
    if 0 in shape:
        raise InputError("the slice is empty", value=shape)
    mine = [range(1) if a is None else spans[a] for a in x.layout]
    attrs = {
        "begin": tuple(s.start for s in mine), "count": tuple(len(s) for s in mine),
        "step": tuple(s.step for s in mine), "shape": tuple(len(s) for s in mine),
    }  # fmt: skip
    (name,) = b.emit("strided_slice", (x.name,), attrs)
    return Activation(name, shape, x.layout)


def split(b: Builder, x: Activation, sizes: Sequence[int], axis: int) -> list[Activation]:
    """Parts along an axis."""
    x = b.settled(x)
    axis = axis_of(axis, len(x.shape))
    if axis not in x.layout:
        x = b.last(x, plain_layout(len(x.shape)))
    attrs = {"axis": x.layout.index(axis), "sizes": tuple(int(n) for n in sizes)}
    names = b.emit("split", (x.name,), attrs, outputs=len(sizes))
    return [
        replace(x, name=name, shape=(*x.shape[:axis], int(n), *x.shape[axis + 1 :]))
        for name, n in zip(names, sizes, strict=True)
    ]
