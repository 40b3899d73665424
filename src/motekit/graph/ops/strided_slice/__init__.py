"""A regular part of a tensor. STRIDED_SLICE and SLICE.

Attributes: begin, count, step: one an axis (step may be negative); shape: of the output, equal
to count but for axes of size 1 that a shrink mask or a new axis takes away or adds.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from motekit.core.errors import InputError
from motekit.core.graph import Graph, Op, Tensor
from motekit.core.op import Array, OpSpec, Reach, TfliteForm, TfliteSpelling
from motekit.core.tensors import TensorType
from motekit.graph.ops._shared import frames, tflite, types


def infer(op: Op, graph: Graph) -> tuple[TensorType, ...]:
    x = types.operand(op, graph)
    begin, count, step = (types.ints(op.attrs, name) for name in ("begin", "count", "step"))
    if not len(begin) == len(count) == len(step) == len(x.shape):
        raise InputError("begin, count and step need one number an axis", value=begin)
    for n, b, c, s in zip(x.shape, begin, count, step, strict=True):
        if s == 0 or c < 1 or not 0 <= b < n or not 0 <= b + (c - 1) * s < n:
            raise InputError(f"the slice leaves an axis of {n}", value=(b, c, s))
    shape = types.ints(op.attrs, "shape")
    if math.prod(shape) != math.prod(count):
        raise InputError("shape and count differ in size", value=(shape, count))
    return (types.same_as(x, shape),)


def index(op: Op) -> tuple[slice, ...]:
    """The slice as NumPy writes it."""
    triples = zip(*(types.ints(op.attrs, name) for name in ("begin", "count", "step")), strict=True)
    out = []
    for b, c, s in triples:
        end = b + c * s
        out.append(slice(b, end if end >= 0 else None, s))
    return tuple(out)


def reference(op: Op, graph: Graph, inputs: Sequence[Array]) -> tuple[Array, ...]:
    return (inputs[0][index(op)].reshape(types.ints(op.attrs, "shape")),)


def macs(op: Op, graph: Graph) -> int:
    return 0


def _time(op: Op, graph: Graph, axes: frames.Axes) -> Reach | str:
    axis = int(str(axes[0]))
    begin, count, step = (types.ints(op.attrs, name) for name in ("begin", "count", "step"))
    if types.ints(op.attrs, "shape") != count or step[axis] < 0:
        return "it takes frames out of their order" if step[axis] < 0 else "it drops an axis"

    def piece(number: int) -> Op:
        new_begin = (*begin[:axis], 0, *begin[axis + 1 :])
        size = (*count[:axis], number, *count[axis + 1 :])
        return replace(op, attrs={**op.attrs, "begin": new_begin, "count": size, "shape": size})

    return Reach(axis, 1, step[axis], begin[axis], piece)


def _read(
    options: Any, inputs: Sequence[Tensor | None], outputs: Sequence[Tensor]
) -> Mapping[str, Any]:
    x = tflite.required(inputs)
    shape = x.shape
    if options is None or options.EllipsisMask() or options.NewAxisMask() or options.Offset():
        raise InputError("ellipsis, new axes and offsets are not supported")
    given = [
        tflite.constant_input(inputs, i, name).reshape(-1)
        for i, name in enumerate(("begin", "end", "strides"), 1)
    ]
    if any(len(v) != len(given[0]) or len(v) > len(shape) for v in given):
        raise InputError("begin, end and strides need one number an axis")
    begins: list[int] = []
    counts: list[int] = []
    steps: list[int] = []
    for axis, n in enumerate(shape):
        if axis >= len(given[0]):
            begins, counts, steps = [*begins, 0], [*counts, n], [*steps, 1]
            continue
        b, e, s = (int(v[axis]) for v in given)
        begin = None if options.BeginMask() >> axis & 1 else b
        end = None if options.EndMask() >> axis & 1 else e
        if options.ShrinkAxisMask() >> axis & 1:
            end, s = (b + 1 if b != -1 else None), 1
        span = range(n)[slice(begin, end, s)]
        begins, counts, steps = [*begins, span.start], [*counts, len(span)], [*steps, s]
    return {
        "begin": tuple(begins),
        "count": tuple(counts),
        "step": tuple(steps),
        "shape": outputs[0].type.shape,
    }


def _read_slice(
    options: Any, inputs: Sequence[Tensor | None], outputs: Sequence[Tensor]
) -> Mapping[str, Any]:
    x = tflite.required(inputs)
    shape = x.shape
    begin = tflite.constant_input(inputs, 1, "begin").reshape(-1)
    size = tflite.constant_input(inputs, 2, "size").reshape(-1)
    if len(begin) != len(shape) or len(size) != len(shape):
        raise InputError("begin and size need one number an axis")
    count = tuple(
        n - int(b) if c == -1 else int(c) for n, b, c in zip(shape, begin, size, strict=True)
    )
    return {
        "begin": tuple(int(b) for b in begin),
        "count": count,
        "step": (1,) * len(shape),
        "shape": outputs[0].type.shape,
    }


def _write(op: Op, graph: Graph) -> TfliteForm:
    begin, count, step = (types.ints(op.attrs, name) for name in ("begin", "count", "step"))
    rank, out = len(begin), types.ints(op.attrs, "shape")
    step = tuple(1 if c == 1 else s for c, s in zip(count, step, strict=True))
    shrink = 0
    if out != count:  # only axes of one element can have gone
        gone = [i for i in range(rank) if count[i] == 1]
        if tuple(c for i, c in enumerate(count) if i not in gone) != out:
            raise InputError("TFLite cannot say this slice and its shape", where=op.name)
        shrink = sum(1 << i for i in gone)
    ends = [b + c * s for b, c, s in zip(begin, count, step, strict=True)]
    open_end = sum(1 << i for i, e in enumerate(ends) if e < 0)
    arrays = [np.array(v, np.int32) for v in (begin, ends, step)]
    return TfliteForm({"endMask": open_end, "shrinkAxisMask": shrink}, (op.inputs[0], *arrays))


OP = OpSpec(
    kind="strided_slice",
    summary="a regular part of a tensor",
    infer=infer,
    reference=reference,
    macs=macs,
    tflite=(
        TfliteSpelling("STRIDED_SLICE", 2, "StridedSliceOptions", _read, _write, (0,)),
        TfliteSpelling("SLICE", 2, "SliceOptions", _read_slice, None, (0,)),
    ),
    package=__name__,
    time=_time,
)
